using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Of messages from outside, webhooks and documents, over all hosts.</summary>
internal sealed class IntegrationGauges : Gauges
{
    private const string Sql =
        """
        select 'inbox', m.source, m.state, count(*), coalesce(extract(epoch from clock_timestamp() - min(m.recorded)), 0)::float8 from integration.inbox m
        where m.state not in ('mapped', 'discarded', 'parked', 'late') group by m.source, m.state
        union all
        select 'webhook', d.webhook::text, case d.state when 0 then 'open' else 'dead' end, count(*), coalesce(extract(epoch from clock_timestamp() - min(d.made)), 0)::float8
        from integration.webhook_deliveries d where d.state <> 1 group by d.webhook, d.state
        union all
        select 'postings', p.kind, p.status, count(*), coalesce(extract(epoch from clock_timestamp() - min(p.requested_at)), 0)::float8 from integration.postings p
        where p.status not in ('posted', 'set_aside') group by p.kind, p.status
        """;

    private readonly Database database;
    private volatile IReadOnlyList<Load> loads = [];

    public IntegrationGauges(Database database, ILogger<IntegrationGauges> log)
        : base("RetailOps.Integration", log)
    {
        this.database = database;
        Gauge("retailops.inbox.messages", "retailops.inbox.age", "inbox", "source", "Messages from outside that are not dealt with.");
        Gauge("retailops.webhook.deliveries", "retailops.webhook.age", "webhook", "webhook", "Messages that a webhook is owed, or never got.");
        Gauge("retailops.postings", "retailops.postings.age", "postings", "kind", "Documents that are not in the books of the ERP.");
    }

    protected override async Task Read(CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(Sql);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var read = new List<Load>();
        while (await reader.ReadAsync(ct))
        {
            read.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2).Replace('_', '-'), reader.GetInt64(3), reader.GetDouble(4)));
        }

        loads = read;
    }

    private void Gauge(string count, string age, string what, string whose, string description)
    {
        Meter.CreateObservableGauge(count, () => loads.Where(l => l.What == what).Select(l => new Measurement<long>(l.Count, Tags(l))), null, description);
        Meter.CreateObservableGauge(age, () => loads.Where(l => l.What == what).Select(l => new Measurement<double>(Math.Max(0, l.Age), Tags(l))), "s", "Age of the oldest of them.");

        KeyValuePair<string, object?>[] Tags(Load load) => [new(whose, load.Whose), new("state", load.State)];
    }

    private sealed record Load(string What, string Whose, string State, long Count, double Age);
}
