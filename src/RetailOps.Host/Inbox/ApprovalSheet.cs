using System.Globalization;
using System.Text;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary>What an approval rests on, written out.</summary>
internal sealed class ApprovalSheet(ApprovalFacts facts, OrderView? order, InboxWords words)
{
    /// <summary>Everybody whose name is needed.</summary>
    public static IEnumerable<string?> People(ApprovalFacts facts) =>
    [
        facts.Approval.RequestedBy, facts.Approval.DelegatedTo, facts.Return?.RequestedBy, facts.Return?.OverrideBy, facts.Return?.DecidedBy,
        .. facts.History.SelectMany(s => new[] { s.By, s.Other }),
        .. facts.Return?.Lines.SelectMany(l => l.HandledBy) ?? [],
        .. facts.Return?.Receipts.Select(r => r.ReceivedBy) ?? [],
    ];

    public string Lead()
    {
        var approval = facts.Approval;
        var about = order is null ? facts.Refund.OrderId is null ? "No order" : $"Order {facts.Refund.OrderId}" : $"{InboxWords.Text(order.Channel)} {InboxWords.Text(order.ExternalId)}";
        var due = approval.Status == "open" ? $"<dt>Due</dt><dd>{words.Due(approval.DueAt)} <span class=\"soft\">({words.Moment(approval.DueAt)})</span></dd>" : "";
        return $"""
            <section class="card" aria-label="What is asked"><p class="amount">{InboxWords.Amount(approval.Amount)}</p>
            <dl class="facts"><dt>Why</dt><dd>{InboxWords.Text(facts.Refund.Reason)}</dd>
            <dt>Order</dt><dd>{about}{(order is null ? "" : $", {InboxWords.Amount(order.Total)}, placed {words.Moment(order.PlacedAt)}, {InboxWords.Text(order.Status.Replace('_', ' '))}")}</dd>
            <dt>Customer</dt><dd>{(facts.CustomerId is { } customer ? InboxWords.Text(customer) : "<span class=\"soft\">not known</span>")}</dd>
            <dt>Asked by</dt><dd>{words.Who(approval.RequestedBy)}, {words.Moment(facts.Refund.GrantedAt)}</dd>
            <dt>Waiting for</dt><dd>{words.Age(approval.OpenedAt)}</dd>{due}
            <dt>People</dt><dd>{(approval.Tier == 1 ? "One must agree" : $"Two different people must agree, {approval.DecidedBy.Count} did")}{(approval.DelegatedTo is { } to ? $"; left to {words.Who(to)}" : "")}</dd></dl></section>
            """;
    }

    /// <summary>Line by line: what was asked for it when it was sold, what came off, the tax.</summary>
    public string Computed()
    {
        var page = new StringBuilder("<section class=\"card\"><h2>How the amount was computed</h2><div class=\"scroll\"><table><thead><tr><th>Item</th><th class=\"money\">Units</th>");
        var sold = facts.Lines.Select(Sold).ToList();
        var isSold = sold.Exists(s => s is not null);
        page.Append(isSold ? "<th class=\"money\">Price then</th><th class=\"money\">Discounts</th>" : "").Append("<th class=\"money\">Paid, net</th><th class=\"money\">Tax</th><th class=\"money\">Back</th></tr></thead><tbody>");
        for (var i = 0; i < facts.Lines.Count; i++)
        {
            var line = facts.Lines[i];
            var then = sold[i] is { } price ? $"<td class=\"money\">{InboxWords.Amount(price)}</td><td class=\"money\">{InboxWords.Amount(line.Amount - price)}</td>" : isSold ? "<td></td><td></td>" : "";
            page.Append($"<tr><td>{(line.Sku is { } sku ? InboxWords.Text(sku.Value) : "A credit for no goods")}</td><td class=\"money\">{line.Quantity}</td>{then}")
                .Append($"<td class=\"money\">{InboxWords.Amount(line.Amount)}</td><td class=\"money\">{InboxWords.Amount(line.Tax)}</td><td class=\"money\">{InboxWords.Amount(line.Amount + line.Tax)}</td></tr>");
        }

        var zero = Money.Zero(facts.Approval.Amount.Currency);
        var (net, tax) = (facts.Lines.Aggregate(zero, (s, l) => s + l.Amount), facts.Lines.Aggregate(zero, (s, l) => s + l.Tax));
        page.Append($"</tbody><tfoot><tr><th>Together</th><td></td>{(isSold ? "<td></td><td></td>" : "")}<td class=\"money\">{InboxWords.Amount(net)}</td><td class=\"money\">{InboxWords.Amount(tax)}</td><td class=\"money\">{InboxWords.Amount(net + tax)}</td></tr></tfoot></table></div>");
        return page.Append("<p class=\"hint\">A unit goes back at what was paid for it, its share of discounts off. Shipping is not refunded and no fee is kept.</p></section>").ToString();
    }

    /// <summary>Why one person is enough, or two are needed.</summary>
    public string Counted()
    {
        var counted = facts.Counted;
        string Over(Money? limit, string people) => limit is { } most ? $"<dt>Above {InboxWords.Amount(most)}</dt><dd>{people}{(counted.Cumulative.MinorUnits > most.MinorUnits ? " <span class=\"tag late\">exceeded</span>" : "")}</dd>" : "";
        var page = new StringBuilder("<section class=\"card\"><h2>Why it needs ").Append(facts.Approval.Tier == 1 ? "a person" : "two people").Append("</h2><dl class=\"facts\">")
            .Append(counted.OfOrder is { } ofOrder ? $"<dt>This order's refunds</dt><dd>{InboxWords.Amount(ofOrder)}</dd>" : "")
            .Append(counted.OfCustomer is { } ofCustomer ? $"<dt>{(facts.CustomerId is null ? "Given by the same person" : "This customer's refunds")}</dt><dd>{InboxWords.Amount(ofCustomer)}</dd>" : "")
            .Append($"<dt>Counted for the limits</dt><dd><strong>{InboxWords.Amount(counted.Cumulative)}</strong> since {words.Moment(counted.Since)}, this refund included</dd>")
            .Append(Over(counted.Limit, "one person must agree")).Append(Over(counted.SecondLimit, "two different people must"))
            .Append(counted.Limit is null ? "<dt>Limits</dt><dd>The policy names none in this currency, so two people must agree.</dd>" : "")
            .Append($"<dt>Policy</dt><dd>{InboxWords.Text(counted.Policy.Replace(":", ", version ", StringComparison.Ordinal))}</dd></dl>");
        if (facts.Earlier.Count > 0)
        {
            page.Append("<h3>Counted with it</h3><div class=\"scroll\"><table><thead><tr><th>When</th><th>Refund</th><th class=\"money\">Amount</th><th>State</th><th>Same</th></tr></thead><tbody>");
            foreach (var other in facts.Earlier)
            {
                var same = (other.IsOfOrder, other.IsOfCustomer) switch { (true, true) => "order and customer", (true, false) => "order", _ => "customer" };
                page.Append($"<tr><td>{words.Moment(other.GrantedAt)}</td><td>{InboxWords.Text(other.Reference)}</td><td class=\"money\">{InboxWords.Amount(other.Amount)}</td><td>{(other.Status == "settled" ? "paid" : "not paid yet")}</td><td>{same}</td></tr>");
            }

            page.Append("</tbody></table></div>");
        }

        return page.Append("</section>").ToString();
    }

    /// <summary>The goods: what was announced, what came, who looked at it and what they saw.</summary>
    public string Evidence()
    {
        if (facts.Return is not { } came)
        {
            return "<section class=\"card\"><h2>What came back</h2><p class=\"soft\">Nothing: this credit is for no goods.</p></section>";
        }

        var page = new StringBuilder("<section class=\"card\"><h2>What came back</h2><dl class=\"facts\">")
            .Append($"<dt>Return</dt><dd>{InboxWords.Text(facts.Approval.Reference)}, asked for by {words.Who(came.RequestedBy)}, {words.Moment(came.RequestedAt)}</dd>")
            .Append(came.OverrideBy is { } by ? $"<dt>Beyond the policy</dt><dd>permitted by {words.Who(by)}: {InboxWords.Quote(came.OverrideReason)}</dd>" : "")
            .Append(came.DecidedBy is { } decider ? $"<dt>Permitted</dt><dd>by {words.Who(decider)}: {InboxWords.Quote(came.DecisionReason)}</dd>" : "")
            .Append("</dl><div class=\"scroll\"><table><thead><tr><th>Item</th><th class=\"money\">Announced</th><th class=\"money\">Came</th><th>Customer's reason</th><th>Found</th><th>Went</th></tr></thead><tbody>");
        foreach (var line in came.Lines)
        {
            var grade = line.Grade is null ? "<span class=\"soft\">not inspected</span>" : $"{InboxWords.Text(line.Grade.Replace('-', ' '))}{(line.Note is { } note ? ": " + InboxWords.Quote(note) : "")}";
            page.Append($"<tr><td>{InboxWords.Text(line.Sku.Value)}</td><td class=\"money\">{line.Announced}</td><td class=\"money\">{line.Received}</td><td class=\"words\">{InboxWords.Text(line.Reason)}</td><td class=\"words\">{grade}</td>")
                .Append($"<td>{InboxWords.Text(line.Disposition)}</td></tr>");
        }

        page.Append("</tbody></table></div><ul>");
        foreach (var receipt in came.Receipts)
        {
            page.Append($"<li>{receipt.Quantity.ToString(CultureInfo.InvariantCulture)} of line {receipt.LineId} taken in at {InboxWords.Text(receipt.Node)} by {words.Who(receipt.ReceivedBy)}, {words.Moment(receipt.ReceivedAt)}</li>");
        }

        foreach (var line in came.Lines.Where(l => l.HandledBy.Count > 0))
        {
            page.Append($"<li>{InboxWords.Text(line.Sku.Value)} graded and sent on by {string.Join(", ", line.HandledBy.Select(words.Who))}</li>");
        }

        return page.Append("</ul></section>").ToString();
    }

    public string History()
    {
        var page = new StringBuilder("<section class=\"card\"><h2>History</h2><ol class=\"history\">")
            .Append($"<li>{words.Moment(facts.Approval.OpenedAt)} · {words.Who(facts.Approval.RequestedBy)} asked for it</li>");
        foreach (var step in facts.History)
        {
            var what = step.What switch
            {
                "approved" => "<strong>approved</strong>",
                "rejected" => "<strong>rejected</strong>",
                "asked" => "asked",
                "told" => "wrote",
                "delegated" => $"left it to {words.Who(step.Other)}",
                _ => "gave it up",
            };
            var behalf = step.What is "approved" or "rejected" && step.Other is { } other ? $" on behalf of {words.Who(other)}" : "";
            page.Append($"<li>{words.Moment(step.At)} · {words.Who(step.By)} {what}{behalf}{(step.Words is { } said ? ": " + InboxWords.Quote(said) : "")}</li>");
        }

        return page.Append("</ol></section>").ToString();
    }

    /// <summary>The price of the units when they were sold; null when the order says it of more than one line, or of none.</summary>
    private Money? Sold(CreditedLine line) =>
        order?.Lines.Where(l => l.Sku == line.Sku).ToList() is [var one] && one.UnitPrice.Currency == line.Amount.Currency ? one.UnitPrice * line.Quantity : null;
}
