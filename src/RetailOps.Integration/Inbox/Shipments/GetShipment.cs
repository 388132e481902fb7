using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class GetShipmentHandler(UnitOfWork work, ISender sender) : IRequestHandler<GetShipment, Result<ShipmentView>>
{
    public async Task<Result<ShipmentView>> Handle(GetShipment request, CancellationToken ct)
    {
        // Whose shipment it is decides the module that owns it.
        var fulfilment = await sender.Send(new GetFulfilment(request.Id), ct);
        if (!fulfilment.IsSuccess)
        {
            return fulfilment.Refusal;
        }

        var rows = await TrackingRow.Of(work, request.Id, ct);
        var now = rows.Count == 0 ? null : Tracking.Furthest(rows.Select(r => new TrackingEvent(Enum.Parse<TrackingState>(r.State), r.Said, r.HappenedAt)));
        var shipment = fulfilment.Value;
        return new ShipmentView(
            shipment.Id, shipment.OrderId, shipment.Carrier, shipment.TrackingNumber, (now?.State ?? TrackingState.Unknown).ToString(), now?.HappenedAt,
            rows.ConvertAll(r => new TrackingEventView(r.State, r.Said, r.HappenedAt, r.ReceivedAt, r.Carrier, r.MessageId)));
    }
}
