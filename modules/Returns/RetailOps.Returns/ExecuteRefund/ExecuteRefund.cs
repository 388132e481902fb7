using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class ExecuteRefundHandler(UnitOfWork work, ISender sender, GovernedDocuments documents) : IRequestHandler<ExecuteRefund, Result<ExecutedRefund>>
{
    public async Task<Result<ExecutedRefund>> Handle(ExecuteRefund request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        await RefundAccounts.LockOrderOf(work, request.RefundId, ct);
        if (await returns.FindRefund(request.RefundId, ct) is not { } refund)
        {
            return Refusal.NotFound("returns.unknown-refund", "There is no such refund.");
        }

        switch (refund.Status)
        {
            case RefundStatus.Settled:
                return Answer(refund);
            case RefundStatus.Voided:
                return Refusal.Conflict("returns.voided", "This refund was given up; grant another one.");
            default:
                break;
        }

        // Asked here and not only in the flow: whoever draws one cannot draw around it.
        if (refund.NeedsApproval && (await returns.FindApproval(refund, ct))?.Permits(refund) is not true)
        {
            return Refusal.Conflict("returns.not-approved", "This refund is not paid before those who must have approved just this amount.", new { tier = refund.Tier });
        }

        Guid? invoice = null;
        IReadOnlyList<RefundedTender>? tenders = null;
        if (refund.OrderId is { } order)
        {
            var settled = await sender.Send(new SettleRefund(order, refund.Id), ct);
            if (!settled.IsSuccess)
            {
                return settled.Refusal;
            }

            if (settled.Value.Amount != refund.Amount)
            {
                throw new InvalidOperationException($"Refund {refund.Id} is over {refund.Amount}, the order keeps {settled.Value.Amount} for it.");
            }

            (invoice, tenders) = (settled.Value.InvoiceId, settled.Value.Tenders);
        }

        refund.Settle(work.Now, ReturnPolicy.Live(documents).DateOf(work.Now), invoice, tenders);
        work.Raise(refund, new RefundSettled(Guid.CreateVersion7(), work.Now, refund.Id, refund.ReturnId, refund.Amount));
        return Answer(refund);
    }

    internal static ExecutedRefund Answer(Refund refund) => new(
        refund.Id,
        refund.ReturnId,
        refund.OrderId,
        refund.CustomerId,
        refund.SettledAt!.Value,
        refund.Amount,
        [.. refund.Lines.OrderBy(l => l.Number).Select(l => new CreditedLine(l.Sku, l.Quantity, new(l.AmountMinor, refund.Currency), new(l.TaxMinor, refund.Currency)))],
        refund.Kind,
        refund.Reason,
        refund.Reference,
        refund.BusinessDate!.Value,
        refund.InvoiceId,
        refund.PaidTenders);
}
