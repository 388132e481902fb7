using RetailOps.Integration;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>Orders of a history: the nouns of the handlers, kept in memory for as long as their story is told.</summary>
internal sealed class OrdersPast(GovernedDocuments documents, BusinessZone zone) : IPastRoom
{
    private readonly Dictionary<OrderId, Order> orders = [];
    private readonly Dictionary<Guid, Fulfilment> fulfilments = [];
    private readonly Dictionary<Guid, OrderRefund> refunds = [];
    private readonly List<IssuedInvoice> invoices = [];
    private PastWork past = null!;

    public void Open(PastWork past)
    {
        this.past = past;
        past.On<PlaceOrder, PlacedOrder>(Place);
        past.On<SourceOrder, SourcingPlan>(Source);
        past.On<RecordAllocation, AllocationState>(Record);
        past.On<ShipFulfilment, FulfilmentView>(Ship);
        past.On<IssueInvoice, IssuedInvoice>(Invoice);
        past.On<DeliverFulfilment, FulfilmentView>(Deliver);
        past.On<ClaimReturnable, SoldUnits>(Claim);
        past.On<SettleReturnable, SettledUnits>(Settle);
        past.On<ReserveRefund, ReservedRefund>(Reserve);
        past.On<SettleRefund, ReservedRefund>(Settle);
        past.AtStoryEnd(End);
    }

    private void End()
    {
        foreach (var order in orders.Values)
        {
            past.Add<OrdersDbContext>(order);
        }

        foreach (var fulfilment in fulfilments.Values)
        {
            past.Add<OrdersDbContext>(fulfilment);
        }

        foreach (var refund in refunds.Values)
        {
            past.Add<OrdersDbContext>(refund);
        }

        orders.Clear();
        fulfilments.Clear();
        refunds.Clear();
        invoices.Clear();
    }

    private Result<PlacedOrder> Place(PlaceOrder request)
    {
        var wanted = PlacedPayload.Normal(request);
        var id = new OrderId(past.NewId());
        var person = wanted.Customer is { Name: null, Email: null, ShipTo: null } or null
            ? null
            : new Person(past.NewId(), wanted.Customer.Name, wanted.Customer.Email, wanted.Customer.ShipTo, past.Now, past.NewId().ToByteArray());
        if (person is not null)
        {
            past.Add<OrdersDbContext>(person);
        }

        var order = Order.Place(id, wanted, PlacedPayload.Hash(wanted), person?.Id, past.Now);
        orders.Add(id, order);
        past.Raise(order, new OrderPlaced(past.NewId(), past.Now, id, order.Channel, order.Total, order.Missing(), order.ExternalId, order.CustomerId, order.Backorder, person?.Digest()));
        return PlaceOrderHandler.Answer(order);
    }

    private Result<SourcingPlan> Source(SourceOrder request)
    {
        var order = orders[request.OrderId];
        var (stamp, profile) = SourcingProfile.Live(documents);
        var wanted = order.Missing();
        var stock = past.Ask(new FindStock([.. wanted.Select(w => w.Sku).Distinct()]));
        var (lines, candidates) = Sourcing.Plan(profile, wanted, stock, request.Excluded ?? []);
        var plan = new SourcingPlan(request.Attempt, stamp, lines.Sum(l => l.Quantity) == wanted.Sum(w => w.Quantity), lines);
        past.Write(SourcingRecord.Of(order.Id, plan, candidates, past.Now));
        return plan;
    }

    private Result<AllocationState> Record(RecordAllocation request)
    {
        var order = orders[request.OrderId];
        var units = request.Granted.Sum(g => g.Quantity);
        if (order.Allocate(request.Granted).Count > 0)
        {
            throw new InvalidOperationException("In a history every order gets its stock at once.");
        }

        var released = RecordAllocationHandler.Release(order, request.Granted, past.NewId, past.Now);
        past.Raise(order, new OrderAllocated(past.NewId(), past.Now, order.Id, units, true));
        foreach (var fulfilment in released)
        {
            fulfilments.Add(fulfilment.Id, fulfilment);
            past.Raise(fulfilment, new FulfilmentReleased(past.NewId(), past.Now, fulfilment.Id, order.Id, fulfilment.Node, fulfilment.Units));
        }

        return new AllocationState([], released.ConvertAll(f => f.Id), false);
    }

    private Result<FulfilmentView> Ship(ShipFulfilment request)
    {
        var (order, fulfilment) = Of(request.Id);
        past.Ask(new ShipStock(order.Id, fulfilment.Id, fulfilment.Node, [.. fulfilment.Lines.OrderBy(l => l.LineId).Select(l => new ShippedUnits(l.LineId, l.Quantity))]));
        order.Ship(fulfilment.Lines);
        fulfilment.Ship(request.Carrier, request.TrackingNumber, past.Now);
        past.Raise(fulfilment, new FulfilmentShipped(past.NewId(), past.Now, fulfilment.Id, order.Id, fulfilment.Node, fulfilment.Units));
        past.Raise(order, new OrderShipped(past.NewId(), past.Now, order.Id, fulfilment.Id, fulfilment.Units, order.Lines.All(l => l.Open == 0)));
        return fulfilment.ToView();
    }

    /// <summary>The invoice, and as the flow of a fulfilment goes on from there, both documents for the books.</summary>
    private Result<IssuedInvoice> Invoice(IssueInvoice request)
    {
        var (order, fulfilment) = Of(request.FulfilmentId!.Value);
        var isFirst = order.Lines.All(l => l.Invoiced == 0);
        var invoice = IssueInvoiceHandler.Issue(past.NewId(), order, fulfilment.Id, fulfilment.Lines, isFirst ? order.Charges : [], past.Now, zone.DayOf(past.Now));
        invoices.Add(invoice);
        past.Write(new InvoiceRow(invoice.Id, order.Id, invoice.FulfilmentId, invoice.IssuedAt, invoice.Total.MinorUnits));
        foreach (var (line, position) in invoice.Lines.Select((l, i) => (l, i + 1)))
        {
            past.Write(new InvoiceLineRow(invoice.Id, position, line));
        }

        past.Raise(order, new InvoiceIssued(past.NewId(), past.Now, invoice.Id, order.Id, invoice.FulfilmentId, invoice.Total));
        Close(order);
        past.Ask(new PostDocument(Documents.Of(order, fulfilment, zone)));
        past.Ask(new PostDocument(Documents.Of(invoice)));
        return invoice;
    }

    private Result<FulfilmentView> Deliver(DeliverFulfilment request)
    {
        var (order, fulfilment) = Of(request.Id);
        fulfilment.Deliver(past.Now);
        order.Deliver(fulfilment.Lines);
        past.Raise(fulfilment, new FulfilmentDelivered(past.NewId(), past.Now, fulfilment.Id, order.Id, past.Now));
        past.Raise(order, new OrderDelivered(past.NewId(), past.Now, order.Id, fulfilment.Id, fulfilment.Units, order.Status is OrderStatus.Delivered));
        Close(order);
        return fulfilment.ToView();
    }

    private Result<SoldUnits> Claim(ClaimReturnable request)
    {
        var order = orders[request.OrderId];
        foreach (var line in request.Lines)
        {
            order.LineOrNull(line.LineId)!.Claim(line.Quantity);
        }

        past.Write(ReturnClaimRow.Of(request, past.Now));
        past.Raise(order, new ReturnableChanged(past.NewId(), past.Now, order.Id, "claimed", request.Lines.Sum(l => l.Quantity)));
        return new SoldUnits(
            order.Channel, order.CustomerId, order.Currency, fulfilments.Values.Where(f => f.OrderId == order.Id).Max(f => f.DeliveredAt),
            [.. request.Lines.OrderBy(l => l.LineId).Select(l => new SoldLine(l.LineId, order.LineOrNull(l.LineId)!.Sku, l.Quantity))]);
    }

    private Result<SettledUnits> Settle(SettleReturnable request)
    {
        var order = orders[request.OrderId];
        foreach (var line in request.Lines)
        {
            order.LineOrNull(line.LineId)!.SettleClaim(line.Quantity);
        }

        var units = request.Lines.Sum(l => l.Quantity);
        past.Raise(order, new ReturnableChanged(past.NewId(), past.Now, order.Id, "settled", units));
        return new SettledUnits(units);
    }

    private Result<ReservedRefund> Reserve(ReserveRefund request)
    {
        var order = orders[request.OrderId];
        var refund = OrderRefund.Reserve(order, request.RefundId, request.Lines, 0, past.Now)!;
        refunds.Add(refund.Id, refund);
        past.Raise(order, refund.Changed(order, past.Now) with { EventId = past.NewId() });
        return refund.ToView(order);
    }

    private Result<ReservedRefund> Settle(SettleRefund request)
    {
        var (order, refund) = (orders[request.OrderId], refunds[request.RefundId]);
        refund.Settle(order, past.Now);
        past.Raise(order, refund.Changed(order, past.Now) with { EventId = past.NewId() });
        var charged = invoices.Where(i => i.OrderId == order.Id && i.Lines.Any(l => l.LineId is { } line && refund.Lines.Any(r => r.LineId == line))).ToList();
        return refund.ToView(order) with { InvoiceId = charged.Count == 1 ? charged[0].Id : null };
    }

    private void Close(Order order)
    {
        if (order.TryClose())
        {
            past.Raise(order, new OrderClosed(past.NewId(), past.Now, order.Id));
        }
    }

    private (Order Order, Fulfilment Fulfilment) Of(Guid id) => (orders[fulfilments[id].OrderId], fulfilments[id]);
}
