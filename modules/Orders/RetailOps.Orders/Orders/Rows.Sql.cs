using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

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
