namespace RetailOps.Host;

/// <summary>What the document says of words that many operations share.</summary>
internal static class ApiWords
{
    /// <summary>Parameters of paths and queries, by name. A new one needs a line here.</summary>
    public static IReadOnlyDictionary<string, string> Parameters { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["after"] = "The `next` of the page before; left out for the first page.",
        ["limit"] = "How many at most, 1 to 500; 50 when it is left out, and what is out of bounds is brought into them.",
        ["id"] = "Which one.",
        ["name"] = "Its name, as its kind has it.",
        ["number"] = "The number of the version, from 1.",
        ["status"] = "Only those in this state.",
        ["kind"] = "Of this kind.",
        ["key"] = "Only those about this business key, like `order/…`.",
        ["subscriber"] = "Only what is owed to this subscriber, like `integration.erp`.",
        ["state"] = "Only those in this state.",
        ["cause"] = "Only those with this cause.",
        ["severity"] = "Only those of this severity.",
        ["takeOver"] = "Whether to take it from somebody who has it already.",
        ["node"] = "Only of this place that holds stock.",
        ["condition"] = "Only goods in this condition: `sellable`, `quarantine` or `damaged`.",
        ["releasedSince"] = "Only those released at this instant or later.",
        ["subject"] = "What it is about.",
        ["revision"] = "Of the subject, from 1.",
        ["model"] = "Only what this model said.",
        ["sku"] = "The item's code.",
        ["code"] = "The place's code.",
        ["channel"] = "Only of this channel.",
        ["externalId"] = "Only with this number of the channel.",
        ["customerId"] = "Only of this customer, by the channel's number.",
        ["orderId"] = "Only of this order.",
        ["lineId"] = "The line, as people count: from 1.",
        ["messageId"] = "The message to a customer.",
        ["definitionId"] = "The workflow, by the id that all its versions share.",
        ["definition"] = "Only of this workflow.",
        ["against"] = "The number of the version to compare with; the live one when it is left out.",
        ["error"] = "Only those with this error.",
        ["activityType"] = "Only at steps of this type.",
        ["subStatus"] = "Only those in this part of a state.",
        ["correlationId"] = "Only those about this.",
        ["hasIncidents"] = "Only those with open incidents, or only those without.",
        ["wait"] = "Which of its waits.",
        ["tier"] = "Only those of this tier: 1 asks for one person, 2 for two.",
        ["mine"] = "True for what the caller may do only.",
        ["dueBefore"] = "Only those due before this instant.",
        ["minAmount"] = "Only those of this amount or more, in the currency beside it.",
        ["currency"] = "The currency of `minAmount`, like `GBP`.",
        ["overdue"] = "True for what is late only.",
        ["sort"] = "`opened`, `due` or, for approvals, `amount`; `opened` when it is left out.",
        ["object"] = "Only what was done to this, by its business key, like `order/…`.",
        ["actor"] = "Only what this person or client did, like `person:…` or `client:…`.",
        ["from"] = "Only from this instant on.",
        ["to"] = "Only before this instant.",
    };

    /// <summary>The groups of operations.</summary>
    public static IReadOnlyDictionary<string, string> Tags { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Orders"] = "Orders from the channels, and what becomes of them.",
        ["Fulfilments"] = "What a place has to pick, pack and send.",
        ["Inventory"] = "Items, places, stock, promises of stock.",
        ["Returns"] = "Goods that come back.",
        ["Refunds"] = "Money that goes back, and who agrees to it.",
        ["Tasks"] = "What a workflow waits for a person to do.",
        ["Exceptions"] = "What needs a person.",
        ["Policies"] = "Governed settings of the business, in versions.",
        ["Decisions"] = "Decision tables, in versions.",
        ["Workflows"] = "Instances, incidents and versions of workflows.",
        ["Integrations"] = "Other systems, and what is under way to them.",
        ["Webhooks"] = "Addresses of others that are told of facts as they happen.",
        ["Audit"] = "Who did what, and the chain that holds it.",
        ["Clients"] = "Systems and applications that call, and their secrets.",
        ["Customers"] = "Personal data: to hand out and to erase.",
        ["People"] = "Accounts, their roles and where they work.",
        ["Intelligence"] = "What models said, and why.",
    };
}
