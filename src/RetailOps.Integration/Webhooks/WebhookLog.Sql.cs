using System.Globalization;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What can be sent again: a row of the log, or an event that never stood in it.</summary>
internal sealed record Replayable(long? Id, Guid EventId, string Type, string Key, string Position);

/// <summary>Reads the log of a webhook within a unit of work.</summary>
internal static class WebhookLog
{
    /// <summary>Most messages of one replay.</summary>
    public const int Most = 5_000;

    private static readonly string[] States = ["waiting", "arrived", "dead"];

    public static bool IsState(string word) => States.Contains(word);

    public static async Task<List<WebhookDeliveryView>> List(UnitOfWork work, ListWebhookDeliveries wanted, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select d.id, d.event_id, d.type, d.key, d.state, d.attempts, d.status, d.milliseconds, d.error, greatest(d.due, d.leased), d.done from integration.webhook_deliveries d
            where d.webhook = $1 and ($2 is null or d.state = $2) and ($3 is null or d.id < $3) order by d.id desc limit $4
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = wanted.Id },
                new() { Value = wanted.Status is { } word ? (short)Array.IndexOf(States, word) : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Smallint },
                new() { Value = (object?)wanted.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = wanted.Limit },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var log = new List<WebhookDeliveryView>();
        while (await reader.ReadAsync(ct))
        {
            var state = reader.GetInt16(4);
            log.Add(new(
                reader.GetInt64(0).ToString(CultureInfo.InvariantCulture), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), States[state], reader.GetInt32(5),
                reader.IsDBNull(6) ? null : reader.GetInt32(6), reader.IsDBNull(7) ? null : reader.GetInt32(7), reader.IsDBNull(8) ? null : reader.GetString(8),
                state == 0 ? reader.GetFieldValue<DateTimeOffset>(9) : null, reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10)));
        }

        return log;
    }

    /// <summary>What of the log itself is over and lies between two of its numbers, oldest first, one more than <see cref="Most"/>.</summary>
    public static async Task<List<Replayable>> BySequence(UnitOfWork work, Guid webhook, long? from, long? to, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select d.id, d.event_id, d.type, d.key, d.id::text from integration.webhook_deliveries d
            where d.webhook = $1 and d.state <> 0 and d.id >= coalesce($2, 0) and ($3 is null or d.id <= $3) order by d.id limit $4
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = webhook },
                new() { Value = (object?)from ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)to ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = Most + 1 },
            },
        };
        return await Read(command, ct);
    }

    /// <summary>Events that the webhook asks for: recorded in a time, or one; those that wait anyway are left out.</summary>
    public static async Task<List<Replayable>> ByEvent(UnitOfWork work, WebhookRow webhook, string[] types, Guid? eventId, DateTimeOffset? from, DateTimeOffset? to, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            select d.id, e.id, e.type, e.key, to_char(e.recorded at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            from integration.webhook_progress p join platform.events e on e.xact <= p.upto_xact
            left join integration.webhook_deliveries d on d.webhook = p.webhook and d.event_id = e.id
            where p.webhook = $1 and e.type = any ($2) and (d.id is null or d.state <> 0)
              and ($3 is null or e.id = $3) and ($4 is null or e.recorded >= $4) and ($5 is null or e.recorded < $5)
              and ($6 is null or {WebhookQueue.ChannelOfEvent} = any ($6))
            order by e.recorded, e.aggregate, e.revision limit $7
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = webhook.Id },
                new() { Value = types },
                new() { Value = (object?)eventId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (object?)from?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)to?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)webhook.Channels?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = Most + 1 },
            },
        };
        return await Read(command, ct);
    }

    private static async Task<List<Replayable>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<Replayable>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.IsDBNull(0) ? null : reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4)));
        }

        return found;
    }
}
