using System.Text.Json;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A posting of the days that are compared.</summary>
/// <param name="Key">The document's.</param>
/// <param name="RequestedOn">The day on which it was asked for first.</param>
/// <param name="IsPosted">Whether we hold it to be posted; else it is asked for.</param>
internal sealed record WindowedKey(string Key, DateOnly RequestedOn, bool IsPosted);

/// <summary>What a reconciliation reads of our side.</summary>
internal sealed class ReconciliationReads(Database database, BusinessZone zone)
{
    // A day of the retailer's lies within two days of UTC around it; the exact day is told in memory, where the zone's rules are.
    private const string Decided = "p.decided_at >= ($2 - 1)::timestamp at time zone 'UTC' and p.decided_at < ($3 + 2)::timestamp at time zone 'UTC'";

    // Nobody adjusts a document so often; who does is refused when it is accepted.
    private const int MostRevisions = 20;

    // A fact is recorded when it happened or later, so that the index over the time of recording leaves the past alone. A day off: the database has a clock of its own.
    private const string DeedsSql =
        """
        select e.type, e.data::text, e.occurred from platform.events e
        where e.type in ('orders.invoice-issued.v1', 'orders.fulfilment-shipped.v1', 'returns.refund-settled.v1')
          and e.recorded >= ($1 - 2)::timestamp at time zone 'UTC'
          and e.occurred >= ($1 - 1)::timestamp at time zone 'UTC' and e.occurred < ($2 + 2)::timestamp at time zone 'UTC' and e.occurred <= $3
        order by e.id
        """;

    private const string WindowSql =
        $"""
        select p.key, p.requested_at, p.decided_at from integration.postings p
        where p.system = $1 and ((p.status = 'posted' and {Decided})
          or (p.status = 'requested' and p.requested_at >= ($2 - 1)::timestamp at time zone 'UTC' and p.requested_at < ($3 + 2)::timestamp at time zone 'UTC'))
        """;

    private const string HeldSql =
        """
        select p.document::text, p.status, p.number, p.requested_at, p.decided_at,
          p.status = 'requested' and exists (select from platform.deliveries d where d.subscriber = $3 and d.key = p.key and d.state in (0, 2))
        from integration.postings p where p.key = any($2) and p.system = $1
        """;

    /// <summary>
    /// Keys of what we hold to be posted, or have asked for, on these days. Outside any unit of work, as is what the business did: the connections of deliveries are made for short looks into
    /// queues, and use no index over time.
    /// </summary>
    public async Task<IReadOnlyList<WindowedKey>> Window(string system, DateOnly from, DateOnly to, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(WindowSql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = system });
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var keys = new List<WindowedKey>();
        while (await reader.ReadAsync(ct))
        {
            var (requested, isPosted) = (zone.DayOf(reader.GetFieldValue<DateTimeOffset>(1)), !await reader.IsDBNullAsync(2, ct));
            var day = isPosted ? zone.DayOf(reader.GetFieldValue<DateTimeOffset>(2)) : requested;
            if (day >= from && day <= to)
            {
                keys.Add(new(reader.GetString(0), requested, isPosted));
            }
        }

        return keys;
    }

    /// <summary>What we hold under these keys for an ERP.</summary>
    public async Task<IReadOnlyList<HeldDocument>> Held(UnitOfWork work, string system, string[] keys, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(HeldSql, await work.Connection(ct)) { CommandTimeout = 0 };
        command.Parameters.Add(new() { Value = system });
        command.Parameters.Add(new() { Value = keys });
        command.Parameters.Add(new() { Value = ErpConnector.Name });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var held = new List<HeldDocument>();
        while (await reader.ReadAsync(ct))
        {
            DateTimeOffset? decided = await reader.IsDBNullAsync(4, ct) ? null : reader.GetFieldValue<DateTimeOffset>(4);
            held.Add(new(
                JsonSerializer.Deserialize<ErpDocument>(reader.GetString(0), JsonSerializerOptions.Web)!, SnakeCaseEnums.Parse<PostingStatus>(reader.GetString(1)),
                await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2), zone.DayOf(reader.GetFieldValue<DateTimeOffset>(3)), decided is { } at ? zone.DayOf(at) : null, decided,
                reader.GetBoolean(5)));
        }

        return held;
    }

    /// <summary>What the business did on these days, until an instant. Outside any unit of work.</summary>
    public async Task<IReadOnlyList<BusinessDeed>> Deeds(DateOnly from, DateOnly to, DateTimeOffset until, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(DeedsSql);
        command.CommandTimeout = 0;
        command.Parameters.Add(new() { Value = from });
        command.Parameters.Add(new() { Value = to });
        command.Parameters.Add(new() { Value = until });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var deeds = new List<BusinessDeed>();
        while (await reader.ReadAsync(ct))
        {
            var data = JsonElement.Parse(reader.GetString(1));
            var day = zone.DayOf(reader.GetFieldValue<DateTimeOffset>(2));
            deeds.Add(reader.GetString(0) switch
            {
                "orders.invoice-issued.v1" => new(DocumentKinds.SalesInvoice, data.GetProperty("invoiceId").GetGuid(), day, data.GetProperty("total").Deserialize<Money>(JsonSerializerOptions.Web)),
                "orders.fulfilment-shipped.v1" => new(DocumentKinds.Shipment, data.GetProperty("fulfilmentId").GetGuid(), day, null),
                _ => new(DocumentKinds.CreditMemo, data.GetProperty("refundId").GetGuid(), day, data.GetProperty("amount").Deserialize<Money>(JsonSerializerOptions.Web)),
            });
        }

        return deeds;
    }

    /// <summary>Keys that are taken among the revisions of these documents' subjects.</summary>
    public static async Task<HashSet<string>> Revisions(UnitOfWork work, IReadOnlyCollection<ErpDocument> documents, CancellationToken ct)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        if (documents.Count == 0)
        {
            return taken;
        }

        await using var command = new NpgsqlCommand("select key from integration.postings where key = any($1)", await work.Connection(ct));
        command.Parameters.Add(new() { Value = documents.SelectMany(d => Enumerable.Range(Corrections.FirstRevision, MostRevisions).Select(r => ErpDocument.KeyOf(d.Kind, d.Subject, r))).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            taken.Add(reader.GetString(0));
        }

        return taken;
    }

    /// <summary>Whether the connector is to bring a document.</summary>
    public static async Task<bool> IsUnderWay(UnitOfWork work, string key, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select from platform.deliveries where subscriber = $1 and key = $2 and state in (0, 2))", await work.Connection(ct));
        command.Parameters.Add(new() { Value = ErpConnector.Name });
        command.Parameters.Add(new() { Value = key });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Days that the next run has to look at, besides yesterday: those since the last one that was done, and those of what is still open.</summary>
    /// <returns>The last day of the last run that was done, null for none; the open days; whether a run is under way.</returns>
    public async Task<(DateOnly? Done, IReadOnlyList<DateOnly> Open, bool IsUnderWay)> Left(string system, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand(
            """
            select (select max(to_day) from integration.reconciliations where system = $1 and status = 'done'),
              array(select distinct day from integration.differences where system = $1 and status = 'open' order by day),
              exists (select from integration.reconciliations where system = $1 and status = 'requested')
            """);
        command.Parameters.Add(new() { Value = system });
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (await reader.IsDBNullAsync(0, ct) ? null : reader.GetFieldValue<DateOnly>(0), reader.GetFieldValue<DateOnly[]>(1), reader.GetBoolean(2));
    }
}
