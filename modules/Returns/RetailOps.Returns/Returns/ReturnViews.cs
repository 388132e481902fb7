using Microsoft.EntityFrameworkCore;

using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class ReturnViews
{
    /// <summary>A return that can have no refund yet: money is decided after its last line was inspected.</summary>
    public static ReturnView Of(Return came) => Of(came, []);

    public static ReturnView Of(Return came, IReadOnlyList<RefundView> refunds) => new(
        came.Id,
        came.OrderId,
        came.ExternalId,
        StatusOf(came, refunds),
        came.Policy,
        came.RequestedAt,
        came.Revision,
        [.. came.Lines.OrderBy(l => l.LineId).Select(l => new ReturnLineView(l.LineId, l.OrderLineId, l.Sku, l.Quantity, l.Received, l.Grade, l.Disposition, l.Reason))],
        refunds);

    /// <summary>Returns with their refunds, in the order they were given.</summary>
    public static async Task<IReadOnlyList<ReturnView>> Of(ReturnsDbContext returns, IReadOnlyList<Return> came, CancellationToken ct)
    {
        var ids = came.Select(r => (Guid?)r.Id).ToList();
        var refunds = await returns.Refunds.AsNoTracking().Include(r => r.Lines).Where(r => ids.Contains(r.ReturnId)).OrderBy(r => r.Id).ToListAsync(ct);
        var views = (await RefundViews.Of(returns, refunds, ct)).ToLookup(r => r.ReturnId);
        return [.. came.Select(r => Of(r, [.. views[r.Id]]))];
    }

    private static string StatusOf(Return came, IReadOnlyList<RefundView> refunds) =>
        refunds.Count == 0 ? came.Status.ToSnakeCase()
        : refunds.Any(r => r.Status == "settled") ? "refunded"
        : refunds.Any(r => r.Status != "voided") ? "refund_pending"
        : "closed";
}
