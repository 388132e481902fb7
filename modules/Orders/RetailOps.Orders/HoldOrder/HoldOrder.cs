using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class HoldOrderValidator : AbstractValidator<HoldOrder>
{
    public HoldOrderValidator()
    {
        RuleFor(r => r.Kind).Must(k => Order.HoldKinds.Contains(k)).WithErrorCode("orders.hold-kind").WithMessage("fraud, credit, address or manual.");
        RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("orders.reason").WithMessage("1 to 200 characters.");
    }
}

internal sealed class HoldOrderHandler(UnitOfWork work) : IRequestHandler<HoldOrder, Result<OrderHolds>>
{
    public async Task<Result<OrderHolds>> Handle(HoldOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindOwn(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (order.Hold(request.Kind))
        {
            work.Raise(order, new OrderHeld(Guid.CreateVersion7(), work.Now, order.Id, request.Kind, request.Reason));
        }

        return new OrderHolds(order.Holds, order.Revision);
    }
}

internal sealed class ReleaseHoldValidator : AbstractValidator<ReleaseHold>
{
    public ReleaseHoldValidator() =>
        RuleFor(r => r.Kind).Must(k => Order.HoldKinds.Contains(k)).WithErrorCode("orders.hold-kind").WithMessage("fraud, credit, address or manual.");
}

internal sealed class ReleaseHoldHandler(UnitOfWork work) : IRequestHandler<ReleaseHold, Result<OrderHolds>>
{
    public async Task<Result<OrderHolds>> Handle(ReleaseHold request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindOwn(request.Id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (order.ReleaseHold(request.Kind))
        {
            work.Raise(order, new HoldReleased(Guid.CreateVersion7(), work.Now, order.Id, request.Kind));
        }

        return new OrderHolds(order.Holds, order.Revision);
    }
}
