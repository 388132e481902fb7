using Npgsql;

namespace RetailOps.Workflows;

/// <summary>Clocks of published versions. Each tick is one stimulus, whoever asks first: the tick, the next due time and the start are one commit.</summary>
internal static class ScheduleTable
{
    /// <summary>Under which a tick's stimulus stands.</summary>
    public const string StimulusName = "tick";

    private const string DueSql =
        """
        select s.version_id, s.activity_id, s.kind, s.rule, s.due from workflows.schedules s join workflows.definitions d on d.version_id = s.version_id and d.is_published
        where not s.is_over and (s.due <= $1 or s.due is null) order by s.due limit $2 for update of s skip locked
        """;

    /// <summary>Winds up new clocks and lets those tick that are due. Ticks that nobody was there for are not made up for; the one that is due is.</summary>
    /// <param name="source">Where.</param>
    /// <param name="now">Business time.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many ticked.</returns>
    public static async Task<int> Fire(NpgsqlDataSource source, DateTimeOffset now, int most, CancellationToken ct)
    {
        now = now.ToUniversalTime();
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var due = await Due(connection, now, most, ct);
        if (due.Count == 0)
        {
            return 0;
        }

        await using var batch = new NpgsqlBatch(connection);
        foreach (var clock in due)
        {
            if (clock.Due is { } tick)
            {
                var id = TickId(clock, tick);
                batch.BatchCommands.Add(new("insert into workflows.stimuli (lane, key, kind, name, source_id, version_id) values (1, $1, 21, $2, $3, $4)")
                {
                    Parameters = { new() { Value = id.ToString() }, new() { Value = StimulusName }, new() { Value = id }, new() { Value = $"{clock.VersionId}|{clock.ActivityId}" } },
                });
            }

            var next = clock.Rule.Next(clock.Due ?? now, now);
            batch.BatchCommands.Add(new("update workflows.schedules set due = $3, is_over = $3 is null where version_id = $1 and activity_id = $2")
            {
                Parameters = { new() { Value = clock.VersionId }, new() { Value = clock.ActivityId }, new() { Value = next is { } at ? at : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz } },
            });
        }

        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
        return due.Count(c => c.Due is not null);
    }

    private sealed record Clock(string VersionId, string ActivityId, ScheduleRule Rule, DateTimeOffset? Due);

    private static async Task<List<Clock>> Due(NpgsqlConnection connection, DateTimeOffset now, int most, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(DueSql, connection) { Parameters = { new() { Value = now }, new() { Value = most } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<Clock>();
        while (await reader.ReadAsync(ct))
        {
            due.Add(new(
                reader.GetString(0), reader.GetString(1), new(reader.GetString(2), reader.GetString(3)), await reader.IsDBNullAsync(4, ct) ? null : reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return due;
    }

    /// <summary>The instance that a tick starts: the same for the same tick, so that the unique start key holds whatever happens to this commit.</summary>
    private static Guid TickId(Clock clock, DateTimeOffset tick)
    {
        Span<byte> hash = stackalloc byte[32];
        System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{clock.VersionId}|{clock.ActivityId}|{tick.UtcTicks}"), hash);
        Guid.CreateVersion7(tick).TryWriteBytes(hash[16..], bigEndian: true, out _);
        hash[16..22].CopyTo(hash);                       // ids of one time stand together in an index
        hash[6] = (byte)((hash[6] & 0x0F) | 0x80);       // version 8, RFC 9562
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
