using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class InspectReturnLineValidator : AbstractValidator<InspectReturnLine>
{
    public InspectReturnLineValidator()
    {
        RuleFor(r => r.Grade).Must(g => g is "new" or "opened" or "used" or "damaged" or "wrong-item").WithErrorCode("returns.grade").WithMessage("new, opened, used, damaged or wrong-item.");
        RuleFor(r => r.Note).Must(n => n is null || Text.HasLength(n, 500)).WithErrorCode("returns.note").WithMessage("1 to 500 characters.");
    }
}

internal sealed class InspectReturnLineHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<InspectReturnLine, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(InspectReturnLine request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.Id, ct) is not { } came || !await own.Has(came.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        if (came.Inspect(request.LineId, request.Grade, request.Note, work.Caller.Actor) is { } refusal)
        {
            return refusal;
        }

        work.Raise(came, new ReturnLineInspected(Guid.CreateVersion7(), work.Now, came.Id, request.LineId, request.Grade));
        return ReturnViews.Of(came);
    }
}
