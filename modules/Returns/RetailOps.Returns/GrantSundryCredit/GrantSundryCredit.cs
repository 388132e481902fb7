using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GrantSundryCreditValidator : AbstractValidator<GrantSundryCredit>
{
    public GrantSundryCreditValidator()
    {
        RuleFor(r => r.Key).Must(k => Text.HasLength(k, 128) && !k.Any(char.IsControl)).WithErrorCode("returns.key").WithMessage("1 to 128 visible characters.");
        RuleFor(r => r.Amount).Must(a => a.MinorUnits is > 0 and <= 100_000_000_000 && Money.IsCurrency(a.Currency)).WithErrorCode("returns.amount").WithMessage("Above 0.");
        RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("returns.reason").WithMessage("1 to 200 characters.");
        RuleFor(r => r.CustomerId).Must(c => c is null || (Text.HasLength(c, 64) && !c.Any(char.IsControl))).WithErrorCode("returns.customer-id").WithMessage("1 to 64 visible characters.");
    }
}

internal sealed class GrantSundryCreditHandler(UnitOfWork work, GovernedDocuments documents) : IRequestHandler<GrantSundryCredit, Result<RefundView>>
{
    public async Task<Result<RefundView>> Handle(GrantSundryCredit request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.Refunds.AsNoTracking().Include(r => r.Lines).SingleOrDefaultAsync(r => r.CreditKey == request.Key, ct) is { } earlier)
        {
            return earlier.Amount == request.Amount && earlier.Reason == request.Reason && earlier.CustomerId == request.CustomerId
                ? (await RefundViews.Of(returns, [earlier], ct))[0]
                : Refusal.Conflict("returns.other-payload", "Another credit was given under this key.", new { refundId = earlier.Id });
        }

        var id = Guid.CreateVersion7();
        var policy = ReturnPolicy.Live(documents);
        var account = RefundAccounts.NameOf(null, request.CustomerId, work.Caller.Actor);
        var before = await RefundAccounts.Spent(work, null, account, request.Amount.Currency, policy.WindowStart(work.Now), ct);
        var refund = Refund.Grant(
            new(id, id, request.Amount, [new(null, 1, request.Amount, Money.Zero(request.Amount.Currency))], request.Reason, request.Key)
            {
                CreditKey = request.Key,
                CustomerId = request.CustomerId,
                Account = account,
                RequestedBy = work.Caller.Actor,
                Barred = policy.Hands.Prepend(work.Caller.Actor).Union(await ClientHands.Of(work, [work.Caller.Actor], ct)),
            },
            before,
            policy,
            work.Now);
        returns.Refunds.Add(refund);
        work.Raise(refund, new RefundGranted(Guid.CreateVersion7(), work.Now, id, null, null, refund.Amount, refund.Kind, refund.NeedsApproval));
        work.Raise(refund, new SundryCreditGranted(Guid.CreateVersion7(), work.Now, id, refund.Amount, refund.NeedsApproval));
        return RefundViews.Of(refund, null);
    }
}
