using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>Orders as others see them, a page in as many queries as one.</summary>
internal sealed class OrderViews(UnitOfWork work)
{
    /// <summary>One order, with what this transaction is about to write of it and its fulfilments.</summary>
    public async Task<OrderView> Of(Order order, CancellationToken ct) => (await Of([order], ct))[0];

    public async Task<List<OrderView>> Of(IReadOnlyList<Order> orders, CancellationToken ct)
    {
        var context = await work.Join<OrdersDbContext>(ct);
        var ids = orders.Select(o => o.Id).ToList();
        var charges = (await context.Charges.AsNoTracking().Where(c => ids.Contains(c.OrderId)).ToListAsync(ct)).ToLookup(c => c.OrderId);
        var tenders = (await context.Tenders.AsNoTracking().Where(t => ids.Contains(t.OrderId)).ToListAsync(ct)).ToLookup(t => t.OrderId);
        var invoices = (await context.Invoices.Where(i => ids.Contains(i.OrderId)).ToListAsync(ct)).ToLookup(i => i.OrderId);

        // Tracked: a change of this transaction is in memory before it is in the table.
        var fulfilments = (await context.Fulfilments.Include(f => f.Lines).Where(f => ids.Contains(f.OrderId)).ToListAsync(ct)).ToLookup(f => f.OrderId);
        return [.. orders.Select(o => Of(o, charges[o.Id], tenders[o.Id], invoices[o.Id], fulfilments[o.Id]))];
    }

    private static OrderView Of(Order order, IEnumerable<OrderCharge> charges, IEnumerable<OrderTender> tenders, IEnumerable<Invoice> invoices, IEnumerable<Fulfilment> fulfilments)
    {
        return new(
            order.Id,
            order.Channel,
            order.ExternalId,
            order.Status.ToSnakeCase(),
            order.Total,
            order.PlacedAt,
            order.Revision,
            [.. order.Lines.OrderBy(l => l.LineId).Select(l => new OrderLineView(
                l.LineId, l.Sku, l.Ordered, l.Pending, l.Allocated, l.Backordered, l.Shipped, l.Cancelled, Amount(l.UnitPriceMinor), Amount(l.NetMinor + l.TaxMinor), l.ReturnOpen, l.Returned))],
            order.CustomerId,
            order.Holds,
            [.. fulfilments.OrderBy(f => f.Id).Select(f => f.ToView())],
            [.. charges.OrderBy(c => c.Position).Select(c => new NewCharge(c.Kind, Amount(c.AmountMinor), Amount(c.TaxMinor), c.Description))],
            [.. tenders.OrderBy(t => t.Tender, StringComparer.Ordinal).Select(t => new PaymentView(t.Tender, Amount(t.CapturedMinor), Amount(t.RefundingMinor), Amount(t.RefundedMinor)))],
            [.. invoices.OrderBy(i => i.Id).Select(i => new InvoiceView(i.Id, i.FulfilmentId, Amount(i.TotalMinor), i.IssuedAt))]);

        Money Amount(long minor) => new(minor, order.Currency);
    }
}
