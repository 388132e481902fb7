using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ShipFulfilmentValidator : AbstractValidator<ShipFulfilment>
{
    public ShipFulfilmentValidator()
    {
        RuleFor(r => r.Carrier).Must(c => c is null || Text.HasLength(c, 64)).WithErrorCode("orders.carrier").WithMessage("1 to 64 characters.");
        RuleFor(r => r.TrackingNumber).Must(t => t is null || Text.HasLength(t, 128)).WithErrorCode("orders.tracking-number").WithMessage("1 to 128 characters.");
    }
}

internal sealed class ShipFulfilmentHandler(UnitOfWork work, Departure departure) : IRequestHandler<ShipFulfilment, Result<FulfilmentView>>
{
    public async Task<Result<FulfilmentView>> Handle(ShipFulfilment request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindFulfilment(request.Id, ct) is not { } fulfilment || await orders.Find(fulfilment.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown-fulfilment", "There is no such fulfilment.");
        }

        if (fulfilment.Status is not FulfilmentStatus.Released)
        {
            return Refusal.Conflict("orders.not-released", "The fulfilment does not wait to be shipped.", new { status = fulfilment.Status.ToSnakeCase() });
        }

        if (order.IsHeld)
        {
            return Refusal.Conflict("orders.held", "The order is held; release the hold first.", new { holds = order.Holds });
        }

        await departure.Of(order, fulfilment, request.Carrier, request.TrackingNumber, ct);
        return fulfilment.ToView();
    }
}
