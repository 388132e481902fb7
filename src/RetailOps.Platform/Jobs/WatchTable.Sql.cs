using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>What the watch found last of one invariant.</summary>
/// <param name="Invariant">Its id.</param>
/// <param name="Holds">What should hold.</param>
/// <param name="Broken">How many violations.</param>
/// <param name="Examples">Some of them.</param>
/// <param name="Checked">When, by the database's clock.</param>
public sealed record WatchFinding(string Invariant, string Holds, long Broken, IReadOnlyList<string> Examples, DateTimeOffset Checked);

/// <summary>The last findings of the watch, for health.</summary>
public sealed class WatchTable(Database database)
{
    /// <summary>Every invariant that was watched, in order of the ids.</summary>
    public async Task<IReadOnlyList<WatchFinding>> Last(CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select invariant, holds, broken, examples, checked from platform.watch order by length(invariant), invariant");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var findings = new List<WatchFinding>();
        while (await reader.ReadAsync(ct))
        {
            findings.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt64(2), reader.GetFieldValue<string[]>(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return findings;
    }

    /// <summary>From when on to look: a little before the last run; an hour back when there was none.</summary>
    internal async Task<DateTimeOffset> Since(TimeSpan overlap, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select coalesce(max(checked) - $1, clock_timestamp() - interval '1 hour') from platform.watch");
        command.Parameters.Add(new() { Value = overlap });
        return new DateTimeOffset((DateTime)(await command.ExecuteScalarAsync(ct))!);
    }

    internal async Task Store(IReadOnlyList<InvariantResult> results, DateTimeOffset since, CancellationToken ct)
    {
        // One id may stand for several queries (one per subscriber): together they are one line.
        var lines = results.GroupBy(r => r.Id, StringComparer.Ordinal).ToList();
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var batch = connection.CreateBatch();
        foreach (var line in lines)
        {
            var command = batch.CreateBatchCommand();
            command.CommandText =
                """
                insert into platform.watch (invariant, holds, broken, examples, milliseconds, since) values ($1, $2, $3, $4, $5, $6)
                on conflict (invariant) do update set holds = excluded.holds, broken = excluded.broken, examples = excluded.examples,
                  milliseconds = excluded.milliseconds, since = excluded.since, checked = clock_timestamp()
                """;
            command.Parameters.Add(new() { Value = line.Key });
            command.Parameters.Add(new() { Value = string.Join("; ", line.Select(r => r.Holds).Distinct()) });
            command.Parameters.Add(new() { Value = line.Sum(r => r.Broken) });
            command.Parameters.Add(new() { Value = line.SelectMany(r => r.Examples).Take(10).ToArray() });
            command.Parameters.Add(new() { Value = line.Sum(r => r.Milliseconds) });
            command.Parameters.Add(new() { Value = since.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(ct);
    }
}
