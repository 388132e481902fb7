using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>The invoices of orders within one transaction: loaded rows plus what the transaction wrote.</summary>
internal sealed class InvoiceReads : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly BusinessZone zone;
    private readonly Dictionary<OrderId, List<Invoice>> loaded = [];
    private readonly Dictionary<OrderId, List<IssuedInvoice>> written = [];

    public InvoiceReads(UnitOfWork work, BusinessZone zone)
    {
        (this.work, this.zone) = (work, zone);
        work.Register(this);
    }

    public void Forget()
    {
        loaded.Clear();
        written.Clear();
    }

    /// <summary>Loads what is not loaded yet, in one trip.</summary>
    public async ValueTask Load(IReadOnlyCollection<OrderId> orders, CancellationToken ct)
    {
        var wanted = orders.Where(o => !loaded.ContainsKey(o)).Distinct().ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var context = await work.Join<OrdersDbContext>(ct);
        var found = await context.Invoices.Where(i => wanted.Contains(i.OrderId)).ToListAsync(ct);
        wanted.ForEach(o => loaded[o] = found.FindAll(i => i.OrderId == o));
    }

    /// <summary>Whether the order has an invoice already.</summary>
    public async ValueTask<bool> Any(OrderId order, CancellationToken ct)
    {
        await Load([order], ct);
        return loaded[order].Count > 0 || written.ContainsKey(order);
    }

    /// <summary>The invoice of a shipment, or of an order without goods; null when there is none yet.</summary>
    public async ValueTask<IssuedInvoice?> Of(Order order, Guid? fulfilment, CancellationToken ct)
    {
        await Load([order.Id], ct);
        if (written.TryGetValue(order.Id, out var mine) && mine.Find(i => i.FulfilmentId == fulfilment) is { } issued)
        {
            return issued;
        }

        if (loaded[order.Id].Find(i => i.FulfilmentId == fulfilment) is not { } invoice)
        {
            return null;
        }

        var context = await work.Join<OrdersDbContext>(ct);
        var lines = await context.InvoiceLines.Where(l => l.InvoiceId == invoice.Id).OrderBy(l => l.Position).ToListAsync(ct);
        return new(
            invoice.Id, order.Id, invoice.FulfilmentId, order.Channel, order.ExternalId, order.CustomerId, invoice.IssuedAt, zone.DayOf(invoice.IssuedAt), new(invoice.TotalMinor, order.Currency),
            lines.ConvertAll(l => new InvoicedLine(
                l.Kind, l.LineId, l.Sku is null ? null : new Sku(l.Sku), l.Quantity, new(l.AmountMinor, order.Currency), new(l.TaxMinor, order.Currency), l.Description)));
    }

    /// <summary>The only invoice that holds any of the lines; null when several do, or none.</summary>
    public async ValueTask<Guid?> OnlyOne(OrderId order, IReadOnlyCollection<int> lines, CancellationToken ct)
    {
        await Load([order], ct);
        var mine = written.GetValueOrDefault(order, []).Where(i => i.Lines.Any(l => l.LineId is { } line && lines.Contains(line))).Select(i => i.Id);
        var before = loaded[order].ConvertAll(i => i.Id);
        if (before.Count > 0)
        {
            var context = await work.Join<OrdersDbContext>(ct);
            before = await context.InvoiceLines.Where(l => before.Contains(l.InvoiceId) && l.LineId != null && lines.Contains(l.LineId.Value)).Select(l => l.InvoiceId).Distinct().ToListAsync(ct);
        }

        return before.Concat(mine).ToList() is [var one] ? one : null;
    }

    public void Remember(IssuedInvoice invoice)
    {
        if (!written.TryAdd(invoice.OrderId, [invoice]))
        {
            written[invoice.OrderId].Add(invoice);
        }
    }
}
