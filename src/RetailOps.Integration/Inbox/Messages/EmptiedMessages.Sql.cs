using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What a customer's messages said goes with the customer: of those about the order, whoever sent them, and whatever became of them.</summary>
internal sealed class InboxErasure(UnitOfWork work, ISender sender) : ISubscriber
{
    public static SubscriberDescription Description { get; } = new("integration.inbox-erasure", ["orders.customer-erased.v1"]);

    public async Task Hear(IFact fact, CancellationToken ct)
    {
        var id = ((CustomerErased)fact).OrderId;
        var order = await sender.Send(new GetOrder(id), ct);
        work.Write(new EmptiedMessagesRow(id.Value, order.IsSuccess ? $"order/{order.Value.Channel}/{order.Value.ExternalId}" : "", work.Now));
    }
}

/// <summary>Empties what was said of an order. What waited for a person is discarded with it: without its payload nobody can map it.</summary>
internal sealed record EmptiedMessagesRow(Guid OrderId, string Key, DateTimeOffset At) : IRow<EmptiedMessagesRow>
{
    public static RowTable<EmptiedMessagesRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update integration.inbox m set
          payload = null,
          code = case when m.state in ('mapped', 'parked', 'late', 'discarded') then m.code else 'integration.customer-erased' end,
          reason = case when m.state in ('mapped', 'parked', 'late', 'discarded') then m.reason else 'The customer was erased before this was mapped.' end,
          decided_at = coalesce(m.decided_at, u.at),
          state = case when m.state in ('mapped', 'parked', 'late', 'discarded') then m.state else 'discarded' end
        from unnest($1, $2, $3) as u (order_id, key, at)
        where (m.order_id = u.order_id or m.key = u.key) and m.payload is not null
        """,
        everyRow: false,
        Column.Uuid<EmptiedMessagesRow>(r => r.OrderId),
        Column.Text<EmptiedMessagesRow>(r => r.Key),
        Column.Instant<EmptiedMessagesRow>(r => r.At));
}

/// <summary>Payloads of what is over are kept for thirty days. Of what waits for a person they are kept until he has decided.</summary>
internal static class InboxRetention
{
    public static RetentionFunction Function { get; } = new(
        """
        with emptied as (
          update integration.inbox set payload = null
          where id in (
            select id from integration.inbox
            where payload is not null and state in ('mapped', 'parked', 'late', 'discarded') and recorded < clock_timestamp() - greatest($1, interval '30 days')
            order by decided_at limit 1000)
          returning id)
        select 'payloads of the inbox', count(*) from emptied
        """);
}
