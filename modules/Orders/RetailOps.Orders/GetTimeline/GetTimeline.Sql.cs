using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>
/// Reads the event log by the keys that the order knows: its own, its fulfilments', its returns', its refunds', and those of the
/// documents that were posted for them. Whatever else names the order is found with its own thing, not here.
/// </summary>
internal sealed class GetTimelineHandler(UnitOfWork work) : IRequestHandler<GetTimeline, Result<IReadOnlyList<TimelineEntry>>>
{
    private const string EventsSql =
        """
        with keys (key) as (
          select 'order/' || $1
          union all select p || f.id || s from orders.fulfilments f, (values ('fulfilment/', ''), ('shipment/', '/1')) as k (p, s) where f.order_id = $1
          union all select 'return/' || c.return_id from orders.return_claims c where c.order_id = $1
          union all select p || r.id || s from orders.refunds r, (values ('refund/', ''), ('credit-memo/', '/1')) as k (p, s) where r.order_id = $1
          union all select 'sales-invoice/' || i.id || '/1' from orders.invoices i where i.order_id = $1)
        select e.id, e.type, e.occurred, e.actor, e.aggregate
        from keys join platform.events e on e.key = keys.key
        order by e.occurred, e.recorded, e.id
        """;

    public async Task<Result<IReadOnlyList<TimelineEntry>>> Handle(GetTimeline request, CancellationToken ct)
    {
        if ((work.Caller.Channels is not null || work.Caller.Nodes is not null) && await (await work.Join<OrdersDbContext>(ct)).LookOwn(request.Id, ct) is null)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        await using var command = new NpgsqlCommand(EventsSql, await work.Connection(ct)) { Parameters = { new() { Value = request.Id.Value } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var entries = new List<TimelineEntry>();
        while (await reader.ReadAsync(ct))
        {
            entries.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3), reader.GetString(4)));
        }

        // An order begins with its event: without one there is no order.
        return entries.Count > 0 ? entries : Refusal.NotFound("orders.unknown", "There is no such order.");
    }
}
