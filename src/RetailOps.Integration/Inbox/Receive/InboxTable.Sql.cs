using Npgsql;

using NpgsqlTypes;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A message on its way into the table.</summary>
internal sealed record NewMessage(Guid Id, MessageHead Head, byte[] Payload, int Size);

/// <summary>What was written of one request.</summary>
/// <param name="Fresh">Messages that were not there before.</param>
/// <param name="Repeated">Messages that were.</param>
internal sealed record StoredMessages(int Fresh, int Repeated);

/// <summary>The inbox as those outside a unit of work need it: to take in, and to find what is due.</summary>
internal sealed class InboxTable(Database database)
{
    // One statement and so one commit, whatever the number. In one order, so that two requests with the same messages never wait for each other.
    private const string StoreSql =
        """
        insert into integration.inbox as m (id, source, delivery, topic, key, received_at, happened_at, payload, size, state)
        select u.id, $1, u.delivery, u.topic, u.key, $2, u.happened_at, u.payload, u.size, 'received'
        from unnest($3, $4, $5, $6, $7, $8, $9) as u (id, delivery, topic, key, happened_at, payload, size)
        order by u.delivery
        on conflict (source, delivery) do update set repeats = m.repeats + 1
        returning m.repeats = 0
        """;

    // The earliest of a key that is not mapped yet goes first, and one that failed keeps those behind it waiting. What has no partner yet waits for nobody.
    private const string ClaimSql =
        """
        with due as (
          select m.id from integration.inbox m
          where m.state in ('received', 'unmatched') and m.due <= clock_timestamp()
            and (m.state = 'unmatched'
                 or not exists (select from integration.inbox e where e.key = m.key and e.id < m.id and e.state in ('received', 'failed') offset 0))
          order by m.id limit $1
          for update skip locked)
        update integration.inbox m set attempts = m.attempts + 1, due = clock_timestamp() + $2
        from due where m.id = due.id
        returning m.id, m.source, m.attempts, m.state = 'unmatched'
        """;

    public async Task<StoredMessages> Store(string source, DateTimeOffset now, IReadOnlyList<NewMessage> messages, CancellationToken ct)
    {
        // The same message twice in one batch is one.
        var each = messages.DistinctBy(m => m.Head.Delivery, StringComparer.Ordinal).ToList();
        await using var command = database.Requests.CreateCommand(StoreSql);
        command.Parameters.Add(new() { Value = source });
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        Add(command, NpgsqlDbType.Uuid, each.ConvertAll(m => m.Id));
        Add(command, NpgsqlDbType.Text, each.ConvertAll(m => m.Head.Delivery));
        Add(command, NpgsqlDbType.Text, each.ConvertAll(m => m.Head.Topic));
        Add(command, NpgsqlDbType.Text, each.ConvertAll(m => m.Head.Key));
        Add(command, NpgsqlDbType.TimestampTz, each.ConvertAll(m => m.Head.HappenedAt?.ToUniversalTime()));
        Add(command, NpgsqlDbType.Bytea, each.ConvertAll(m => m.Payload));
        Add(command, NpgsqlDbType.Integer, each.ConvertAll(m => m.Size));
        await using var reader = await command.ExecuteReaderAsync(ct);
        var (fresh, repeated) = (0, messages.Count - each.Count);
        while (await reader.ReadAsync(ct))
        {
            _ = reader.GetBoolean(0) ? fresh++ : repeated++;
        }

        return new(fresh, repeated);
    }

    /// <summary>Leases what is due: a commit, so that a message that ends the process has its try counted. On the relay's connections, whose plans are made for queues.</summary>
    public async Task<IReadOnlyList<ClaimedMessage>> Claim(int most, TimeSpan lease, CancellationToken ct)
    {
        await using var command = database.Relay.CreateCommand(ClaimSql);
        command.Parameters.Add(new() { Value = most });
        command.Parameters.Add(new() { Value = lease });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<ClaimedMessage>();
        while (await reader.ReadAsync(ct))
        {
            claimed.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetInt32(2), reader.GetBoolean(3)));
        }

        claimed.Sort((a, b) => a.Id.CompareTo(b.Id));
        return claimed;
    }

    private static void Add<T>(NpgsqlCommand command, NpgsqlDbType type, List<T> values) => command.Parameters.Add(new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type });
}

/// <summary>A leased message.</summary>
/// <param name="Attempts">With this one.</param>
/// <param name="IsUnmatched">Whether its partner was missing at the try before.</param>
internal sealed record ClaimedMessage(Guid Id, string Source, int Attempts, bool IsUnmatched);
