using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class IssueInvoiceHandler(UnitOfWork work, InvoiceReads invoices, Closing closing, BusinessZone zone) : IRequestHandler<IssueInvoice, Result<IssuedInvoice>>
{
    public async Task<Result<IssuedInvoice>> Handle(IssueInvoice request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (await invoices.Of(order, request.FulfilmentId, ct) is { } earlier)
        {
            return earlier;
        }

        IReadOnlyList<FulfilmentLine> goods = [];
        if (request.FulfilmentId is { } id)
        {
            if (await orders.FindFulfilment(id, ct) is not { HasLeft: true } fulfilment || fulfilment.OrderId != order.Id)
            {
                return Refusal.Conflict("orders.not-shipped", "Only what has left is invoiced.");
            }

            goods = fulfilment.Lines;
        }
        else if (order.Lines.Count > 0 || order.Status is not OrderStatus.Placed)
        {
            return Refusal.Conflict("orders.not-shipped", "An order with goods is invoiced by its shipments, and a cancelled one not at all.");
        }

        var charges = await invoices.Any(order.Id, ct) ? [] : await orders.ChargesOf(order, ct);
        var invoice = Issue(Guid.CreateVersion7(), order, request.FulfilmentId, goods, charges, work.Now, zone.DayOf(work.Now));
        work.Write(new InvoiceRow(invoice.Id, order.Id, invoice.FulfilmentId, invoice.IssuedAt, invoice.Total.MinorUnits));
        foreach (var (line, position) in invoice.Lines.Select((l, i) => (l, i + 1)))
        {
            work.Write(new InvoiceLineRow(invoice.Id, position, line));
        }

        invoices.Remember(invoice);
        work.Raise(order, new InvoiceIssued(Guid.CreateVersion7(), work.Now, invoice.Id, order.Id, invoice.FulfilmentId, invoice.Total));
        closing.Of(order);
        return invoice;
    }

    /// <summary>Each shipment's units get the next part of their line's cumulative share, so that all parts sum to the line; all charges stand on the first.</summary>
    internal static IssuedInvoice Issue(Guid id, Order order, Guid? fulfilment, IReadOnlyList<FulfilmentLine> goods, IReadOnlyList<OrderCharge> charges, DateTimeOffset now, DateOnly day)
    {
        var lines = new List<InvoicedLine>(goods.Count + charges.Count);
        foreach (var unit in goods.OrderBy(l => l.LineId))
        {
            var (amount, tax) = order.Invoice(unit.LineId, unit.Quantity);
            lines.Add(new("goods", unit.LineId, unit.Sku, unit.Quantity, new(amount, order.Currency), new(tax, order.Currency)));
        }

        lines.AddRange(charges.Select(c => new InvoicedLine(c.Kind, null, null, 1, new(c.AmountMinor, order.Currency), new(c.TaxMinor, order.Currency), c.Description)));
        if (goods.Count == 0)
        {
            order.InvoiceCharges();
        }

        var total = lines.Aggregate(Money.Zero(order.Currency), (sum, l) => sum + l.Amount + l.Tax);
        return new(id, order.Id, fulfilment, order.Channel, order.ExternalId, order.CustomerId, now, day, total, lines);
    }
}
