using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class AuthoriseReturnValidator : AbstractValidator<AuthoriseReturn>
{
    public AuthoriseReturnValidator() => RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("returns.reason").WithMessage("1 to 200 characters.");
}

internal sealed class AuthoriseReturnHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<AuthoriseReturn, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(AuthoriseReturn request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.Id, ct) is not { } came || !await own.Has(came.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        if (came.Decide(request.Permit, request.Reason, work.Caller.Actor) is { } refusal)
        {
            return refusal;
        }

        work.Raise(came, new ReturnDecided(Guid.CreateVersion7(), work.Now, came.Id, request.Permit));
        return ReturnViews.Of(came);
    }
}
