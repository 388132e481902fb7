using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>A line of a new order.</summary>
internal sealed record NewLineRow(OrderLine Line) : IRow<NewLineRow>
{
    public static RowTable<NewLineRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into orders.lines (order_id, line_id, pending, allocated, backordered, shipped, cancelled, delivered,
          invoiced, return_open, returned, refund_units, refund_minor, refund_tax_minor, sku, unit_price_minor, discount_minor, tax_minor, ordered)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
        """,
        everyRow: true,
        [
            .. ChangedLineRow.Columns<NewLineRow>(r => r.Line),
            Column.Text<NewLineRow>(r => r.Line.Sku.Value),
            Column.Int8<NewLineRow>(r => r.Line.UnitPriceMinor),
            Column.Int8<NewLineRow>(r => r.Line.DiscountMinor),
            Column.Int8<NewLineRow>(r => r.Line.TaxMinor),
            Column.Int4<NewLineRow>(r => r.Line.Ordered),
        ]);
}

/// <summary>What may change of a line; written behind its order, whose revision says whether somebody was faster.</summary>
internal sealed record ChangedLineRow(OrderLine Line) : IRow<ChangedLineRow>
{
    public static RowTable<ChangedLineRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update orders.lines l
        set pending = n.pending, allocated = n.allocated, backordered = n.backordered, shipped = n.shipped, cancelled = n.cancelled, delivered = n.delivered,
          invoiced = n.invoiced, return_open = n.return_open, returned = n.returned, refund_units = n.refund_units, refund_minor = n.refund_minor, refund_tax_minor = n.refund_tax_minor
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
          n (order_id, line_id, pending, allocated, backordered, shipped, cancelled, delivered, invoiced, return_open, returned, refund_units, refund_minor, refund_tax_minor)
        where l.order_id = n.order_id and l.line_id = n.line_id
        """,
        everyRow: true,
        Columns<ChangedLineRow>(r => r.Line));

    /// <summary>The line's key and its counters.</summary>
    internal static RowColumn<T>[] Columns<T>(Func<T, OrderLine> line) =>
    [
        Column.Uuid<T>(r => line(r).OrderId.Value),
        Column.Int4<T>(r => line(r).LineId),
        Column.Int4<T>(r => line(r).Pending),
        Column.Int4<T>(r => line(r).Allocated),
        Column.Int4<T>(r => line(r).Backordered),
        Column.Int4<T>(r => line(r).Shipped),
        Column.Int4<T>(r => line(r).Cancelled),
        Column.Int4<T>(r => line(r).Delivered),
        Column.Int4<T>(r => line(r).Invoiced),
        Column.Int4<T>(r => line(r).ReturnOpen),
        Column.Int4<T>(r => line(r).Returned),
        Column.Int4<T>(r => line(r).RefundUnits),
        Column.Int8<T>(r => line(r).RefundMinor),
        Column.Int8<T>(r => line(r).RefundTaxMinor),
    ];
}

/// <summary>A line of a new fulfilment.</summary>
internal sealed record FulfilmentLineRow(FulfilmentLine Line) : IRow<FulfilmentLineRow>
{
    public static RowTable<FulfilmentLineRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into orders.fulfilment_lines (fulfilment_id, line_id, sku, quantity) select * from unnest($1, $2, $3, $4)",
        everyRow: true,
        Column.Uuid<FulfilmentLineRow>(r => r.Line.FulfilmentId),
        Column.Int4<FulfilmentLineRow>(r => r.Line.LineId),
        Column.Text<FulfilmentLineRow>(r => r.Line.Sku.Value),
        Column.Int4<FulfilmentLineRow>(r => r.Line.Quantity));
}

/// <summary>A sourcing decision; candidates and plan are JSON text.</summary>
internal sealed record SourcingDecisionRow(OrderId OrderId, int Attempt, DateTimeOffset DecidedAt, string Profile, bool IsWhole, string Candidates, string Plan)
    : IRow<SourcingDecisionRow>
{
    public static RowTable<SourcingDecisionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into orders.sourcing_decisions (order_id, attempt, decided_at, profile, is_whole, candidates, plan)
        select * from unnest($1, $2, $3, $4, $5, $6, $7)
        """,
        everyRow: true,
        Column.Uuid<SourcingDecisionRow>(d => d.OrderId.Value),
        Column.Int4<SourcingDecisionRow>(d => d.Attempt),
        Column.Instant<SourcingDecisionRow>(d => d.DecidedAt),
        Column.Text<SourcingDecisionRow>(d => d.Profile),
        Column.Bool<SourcingDecisionRow>(d => d.IsWhole),
        Column.Json<SourcingDecisionRow>(d => d.Candidates),
        Column.Json<SourcingDecisionRow>(d => d.Plan));
}

internal sealed record InvoiceRow(Guid Id, OrderId OrderId, Guid? FulfilmentId, DateTimeOffset IssuedAt, long TotalMinor) : IRow<InvoiceRow>
{
    public static RowTable<InvoiceRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into orders.invoices (id, order_id, fulfilment_id, issued_at, total_minor) select * from unnest($1, $2, $3, $4, $5)",
        everyRow: true,
        Column.Uuid<InvoiceRow>(i => i.Id),
        Column.Uuid<InvoiceRow>(i => i.OrderId.Value),
        Column.UuidOrNull<InvoiceRow>(i => i.FulfilmentId),
        Column.Instant<InvoiceRow>(i => i.IssuedAt),
        Column.Int8<InvoiceRow>(i => i.TotalMinor));
}

internal sealed record InvoiceLineRow(Guid InvoiceId, int Position, InvoicedLine Line) : IRow<InvoiceLineRow>
{
    public static RowTable<InvoiceLineRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into orders.invoice_lines (invoice_id, position, kind, line_id, sku, quantity, amount_minor, tax_minor, description)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        everyRow: true,
        Column.Uuid<InvoiceLineRow>(l => l.InvoiceId),
        Column.Int4<InvoiceLineRow>(l => l.Position),
        Column.Text<InvoiceLineRow>(l => l.Line.Kind),
        Column.Int4OrNull<InvoiceLineRow>(l => l.Line.LineId),
        Column.Text<InvoiceLineRow>(l => l.Line.Sku?.Value),
        Column.Int4<InvoiceLineRow>(l => l.Line.Quantity),
        Column.Int8<InvoiceLineRow>(l => l.Line.Amount.MinorUnits),
        Column.Int8<InvoiceLineRow>(l => l.Line.Tax.MinorUnits),
        Column.Text<InvoiceLineRow>(l => l.Line.Description));
}

/// <summary>What a return claimed; two with one id are a race, and the later one is run again.</summary>
internal sealed record ReturnClaimRow(Guid ReturnId, OrderId OrderId, string Lines, DateTimeOffset ClaimedAt) : IRow<ReturnClaimRow>
{
    public static ReturnClaimRow Of(ClaimReturnable request, DateTimeOffset now) =>
        new(request.ReturnId, request.OrderId, JsonSerializer.Serialize(request.Lines, JsonSerializerOptions.Web), now);

    public static RowTable<ReturnClaimRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into orders.return_claims (return_id, order_id, lines, claimed_at) select * from unnest($1, $2, $3, $4)",
        everyRow: true,
        Column.Uuid<ReturnClaimRow>(c => c.ReturnId),
        Column.Uuid<ReturnClaimRow>(c => c.OrderId.Value),
        Column.Json<ReturnClaimRow>(c => c.Lines),
        Column.Instant<ReturnClaimRow>(c => c.ClaimedAt));
}
