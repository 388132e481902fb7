using MediatR;

using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>A shipment as the ERP's document.</summary>
/// <param name="FulfilmentId">The shipment.</param>
[Needs("orders.read")]
internal sealed record DescribeShipment(Guid FulfilmentId) : IRequest<Result<ErpDocument>>;

internal sealed class DescribeShipmentHandler(UnitOfWork work, BusinessZone zone) : IRequestHandler<DescribeShipment, Result<ErpDocument>>
{
    public async Task<Result<ErpDocument>> Handle(DescribeShipment request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.FindFulfilment(request.FulfilmentId, ct) is not { } fulfilment || await orders.Look(fulfilment.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown-fulfilment", "There is no such fulfilment.");
        }

        return fulfilment.HasLeft ? Documents.Of(order, fulfilment, zone) : Refusal.Conflict("orders.not-shipped", "The goods have not left yet.");
    }
}

/// <summary>Describes a shipment for the ERP: which items left, without amounts.</summary>
[Activity("RetailOps.DescribeShipment", Version = 1, Category = "Orders", Description = "Describes a shipment for the ERP: which items left, without amounts.")]
[Sends(typeof(DescribeShipment))]
internal sealed class DescribeShipmentActivity : Activity
{
    [Input(DisplayName = "Shipment", Description = "The shipment; left out, the one that the correlation id names.")]
    public Input<Guid?> FulfilmentId { get; init; } = new();

    [Output(Description = "What the ERP should have: a document of the kind Shipment, as the posting takes it.")]
    public Output<ErpDocument> Document { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Set(Document, (await context.Send(new DescribeShipment(context.Fulfilment(FulfilmentId)))).OrFail());
        context.Complete();
    }
}
