using System.Text.Json;

using RetailOps.Intelligence;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>
/// The stories of a seeded shop, one order each, in the order in which they were placed. Shipments and refunds follow at a distance that keeps that
/// order, so that the books are never dated back; everything else has a time of its own.
/// </summary>
internal sealed class SeedStories(SeedPlan plan, PastWork past, PastIds chance, PastFlows flows, SeedCatalogue catalogue)
{
    private const string Channel = "client:web";
    private const string Carrier = "client:wms";
    private const string Desk = "client:returns-desk";

    private static readonly string[] Reasons = ["Not as expected", "Too small", "Changed my mind", "Arrived too late", "Damaged in transit"];

    private int returned;

    /// <summary>Returns that were told so far.</summary>
    public int Returned => returned;

    public long Lines { get; private set; }

    /// <summary>One order from its placing to its end.</summary>
    public void Tell(int number)
    {
        var (order, at) = Place(number, plan.First + (plan.Step * (number + (0.8 * chance.Share()))), plan.Retired);
        var fulfilments = Allocate(order, at + TimeSpan.FromSeconds(1));

        // Picked up in the morning after, first come, first gone.
        var shipped = at.Date.AddDays(1) + TimeSpan.FromHours(8) + (at.TimeOfDay * 0.4);
        var leaves = new DateTimeOffset(shipped, TimeSpan.Zero);
        var arrives = leaves + TimeSpan.FromDays(1 + (2.5 * chance.Share()));
        foreach (var id in fulfilments)
        {
            past.Act(Carrier, null, leaves);
            past.Ask(new ShipFulfilment(id, "parcel-post", $"PP{number:000000000}"));
            past.Act(flows.ActorOf("fulfilment"), past.LastOf("orders.fulfilment-shipped.v1"), leaves + TimeSpan.FromSeconds(1));
            past.Ask(new IssueInvoice(order.Id, id));
        }

        foreach (var id in fulfilments)
        {
            past.Act(Carrier, null, arrives);
            past.Ask(new DeliverFulfilment(id));
        }

        if (number < plan.Returnable && returned < (long)plan.Returns * (number + 1) / plan.Returnable)
        {
            Return(order, number, leaves, arrives);
        }

        past.EndStory();
    }

    /// <summary>An order of the last days whose flow waits for its shipment.</summary>
    public void TellSleeping(int number)
    {
        var step = TimeSpan.FromDays(0.9) / Math.Max(1, plan.Sleeping);
        Place(plan.Orders + number, plan.Retired + (step * (number + (0.8 * chance.Share()))), plan.Retired);
        past.Act(past.Actor, null, past.Now + TimeSpan.FromSeconds(1));
        flows.Start(past);
        past.EndStory();
    }

    private (PlacedOrder Order, DateTimeOffset At) Place(int number, DateTimeOffset instant, DateTimeOffset retired)
    {
        var at = new DateTimeOffset(instant.UtcTicks - (instant.UtcTicks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
        var items = Enumerable.Range(0, HowMany()).Select(_ => catalogue.Draw()).Distinct().ToList();
        Lines += items.Count;
        catalogue.Replenish(items, at < retired ? at - TimeSpan.FromHours(2) : retired - TimeSpan.FromHours(2));
        var request = Order(number, items);
        past.Act(Channel, null, at);
        return (past.Ask(request), at);
    }

    private PlaceOrder Order(int number, List<int> items)
    {
        List<NewOrderLine> lines = [.. items.Select(Line)];
        var net = lines.Sum(l => (l.UnitPrice.MinorUnits * l.Quantity) - (l.Discount?.MinorUnits ?? 0));
        var postage = net < 4_000 ? new[] { new NewCharge("shipping", Pounds(395), Pounds(79)) } : null;
        var total = net + lines.Sum(l => l.Tax!.Value.MinorUnits) + (postage is null ? 0 : 474);
        var isGuest = number % 5 == 0;
        var customer = isGuest
            ? new Customer($"Guest {number}", $"guest.{number}@example.org", $"{1 + (number % 180)} Example Street")
            : new Customer(null, null, null, $"C{plan.CustomerOf(number):000000}");
        return new(
            "web", $"S-{plan.Seed}-{number:0000000}", customer, SeedCatalogue.Pounds, lines, null, postage,
            number % 3 == 0 ? null : [new("card", Pounds(total), $"ch_{number:0000000000}")]);
    }

    private NewOrderLine Line(int item)
    {
        var (quantity, price) = (chance.Share() < 0.8 ? 1 : 2, catalogue.PriceOf(item));
        var discount = chance.Below(8) == 0 ? price * quantity / 10 : 0;
        var tax = (long)Math.Round(((price * quantity) - discount) * 0.2m, MidpointRounding.AwayFromZero);
        return new(catalogue.SkuOf(item), quantity, Pounds(price), null, discount > 0 ? Pounds(discount) : null, Pounds(tax));
    }

    /// <summary>What the flow of an order does up to its fulfilments.</summary>
    private IReadOnlyList<Guid> Allocate(PlacedOrder order, DateTimeOffset at)
    {
        var (placed, key) = (past.Last, OrderKey.Of(order.Id));
        past.Act(flows.ActorOf("order-fulfilment"), placed.Id, at);
        using var fact = JsonDocument.Parse(placed.Data);
        var quantities = fact.RootElement.GetProperty("lines").EnumerateArray().Select(l => l.GetProperty("quantity").GetInt32()).ToList();
        var (total, units) = (order.Total.MinorUnits / 100m, quantities.Sum());
        var score = past.Ask(new Score("order-risk", key, past.NewId(), new Dictionary<string, JsonElement>
        {
            ["total"] = Json((double)total),
            ["units"] = Json(units),
            ["mostUnitsOfOneItem"] = Json(quantities.Max()),
            ["valuePerUnit"] = Json((double)total / Math.Max(1, units)),
            ["isGuest"] = Json(fact.RootElement.GetProperty("customerId").ValueKind is JsonValueKind.Null),
        }));
        PastFlows.Decide(past, "order-review", Json(new { total = (double)total, points = score.Points, channel = order.Channel }), key);
        var plan = past.Ask(new SourceOrder(order.Id, 1));
        var granted = past.Ask(new AllocateOrder(order.Id, 1, [.. plan.Lines.Select(l => new AllocationLine(l.LineId, l.Sku, l.Quantity, l.Node))], AllowPart: true));
        return past.Ask(new RecordAllocation(order.Id, [.. granted.Granted.Select(g => new GrantedUnits(g.LineId, g.Node, g.Quantity))])).Fulfilments;
    }

    private void Return(PlacedOrder order, int number, DateTimeOffset left, DateTimeOffset arrived)
    {
        returned++;
        past.Act(Channel, null, arrived + TimeSpan.FromDays(1 + (6 * chance.Share())));
        var back = past.Ask(new RequestReturn(order.Id, [new(1, null, 1, Reasons[number % Reasons.Length])], $"R-{number:0000000}"));
        past.Act(Desk, null, left + TimeSpan.FromDays(12));
        past.Ask(new ReceiveReturn(back.Id, back.Id, DemoCatalogue.Nodes[1].Code));
        past.Act(Desk, null, left + TimeSpan.FromDays(14));
        var isGood = number % 5 != 4;
        past.Ask(new InspectReturnLine(back.Id, 1, isGood ? "new" : "damaged"));
        past.Ask(new DisposeReturnLine(back.Id, 1, isGood ? "restock" : "scrap"));
        past.Act(flows.ActorOf("return-to-refund"), past.Last.Id, past.Now + TimeSpan.FromSeconds(1));
        var refund = past.Ask(new GrantRefund(back.Id, past.NewId()));
        past.Ask(new ExecuteRefund(refund.Id));
    }

    // One to four lines, about two on average.
    private int HowMany() => chance.Share() switch
    {
        < 0.35 => 1,
        < 0.72 => 2,
        < 0.92 => 3,
        _ => 4,
    };

    private static Money Pounds(long minor) => new(minor, SeedCatalogue.Pounds);

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);
}
