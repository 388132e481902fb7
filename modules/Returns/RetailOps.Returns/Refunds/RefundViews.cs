using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class RefundViews
{
    /// <summary>A refund and what was answered about it as it is; null when nobody was asked.</summary>
    public static RefundView Of(Refund refund, Approval? approval) => new(
        refund.Id, refund.ReturnId, refund.OrderId, StatusOf(refund, approval), refund.Amount, refund.NeedsApproval, refund.Kind, refund.Reason, refund.GrantedAt, refund.Revision);

    /// <summary>Refunds in the order they were given.</summary>
    public static async Task<IReadOnlyList<RefundView>> Of(ReturnsDbContext returns, IReadOnlyList<Refund> refunds, CancellationToken ct)
    {
        var ids = refunds.Where(r => r.NeedsApproval).Select(r => r.Id).ToList();
        var approvals = ids.Count == 0 ? [] : await returns.Approvals.AsNoTracking().Where(a => ids.Contains(a.RefundId)).ToListAsync(ct);
        return [.. refunds.Select(r => Of(r, approvals.Find(a => a.RefundId == r.Id && a.Subject.AsSpan().SequenceEqual(r.Subject()))))];
    }

    /// <summary>An approval of a refund.</summary>
    public static ApprovalView Of(Approval approval, Refund refund) => new(
        approval.Id,
        approval.RefundId,
        approval.Status.ToSnakeCase(),
        new Money(approval.AmountMinor, approval.Currency),
        approval.Tier,
        approval.RequestedBy,
        [.. approval.Decisions.OrderBy(d => d.Number).Select(d => d.DecidedBy)],
        approval.OpenedAt,
        approval.DueAt,
        approval.Revision,
        Convert.ToHexStringLower(approval.Subject),
        refund.OrderId,
        refund.ReturnId,
        refund.Reference,
        refund.Reason,
        approval.AwaitsInformation,
        approval.DelegatedTo);

    private static string StatusOf(Refund refund, Approval? approval) => (refund.Status, approval?.Status) switch
    {
        (RefundStatus.Granted, ApprovalStatus.Approved) => "approved",
        (RefundStatus.Granted, ApprovalStatus.Rejected) => "refused",
        var (status, _) => status.ToSnakeCase(),
    };
}
