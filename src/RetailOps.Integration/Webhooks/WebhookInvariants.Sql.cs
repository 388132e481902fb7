using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class WebhookInvariants
{
    /// <summary>What holds between events and what webhooks are owed.</summary>
    public static IEnumerable<Invariant> All(EventTypes types) =>
    [
        new(
            "I7f", "every event that a webhook asks for, since its time and as far as was looked, is on its way to it or arrived",
            $"""
            select 'event ' || e.id || ' is not on its way to webhook ' || w.id
            from integration.webhooks w join integration.webhook_progress p on p.webhook = w.id
            join platform.events e on e.xact > p.start_xact and e.xact <= p.upto_xact
            where w.deleted is null and ($1::timestamptz is null or e.recorded >= $1)
              and e.type = any (array[{string.Join(',', types.All.Select(t => $"'{t.Name}'"))}])
              and exists (select from unnest(w.event_types) t where e.type = t or (t like '%.*' and starts_with(e.type, left(t, -1))))
              and (w.channels is null or {WebhookQueue.ChannelOfEvent} = any (w.channels))
              and e.recorded >= coalesce((select upto from platform.retention where what = 'webhook-deliveries'), '-infinity')
              and not exists (select from integration.webhook_deliveries d where d.webhook = w.id and d.event_id = e.id)
            """),
        new(
            "I7g", "every message to a webhook has its event, and its webhook is not gone",
            """
            select 'message ' || d.id || ' of ' || d.event_id || ' to webhook ' || d.webhook
            from integration.webhook_deliveries d
            where ($1::timestamptz is null or d.made >= $1)
              and (not exists (select from integration.webhooks w where w.id = d.webhook and w.deleted is null)
                   or not exists (select from integration.webhook_progress p where p.webhook = d.webhook)
                   or (d.type <> 'webhooks.ping.v1' and not exists (select from platform.events e where e.id = d.event_id and e.type = d.type)))
            """),
    ];
}
