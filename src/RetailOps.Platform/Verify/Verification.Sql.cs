using Npgsql;

namespace RetailOps.Platform;

/// <summary>Something that must always hold, written once, as a query for what breaks it.</summary>
/// <param name="Id">I1 to I16 of the reliability contract, with a letter where one has several queries.</param>
/// <param name="Holds">What holds, in one sentence.</param>
/// <param name="BrokenSql">
/// Selects one text per violation. $1 (timestamptz, null for all) limits it to what changed since then, where it can be limited; $2 is
/// business time.
/// What is under way counts as its own term, never as a violation.
/// </param>
public sealed record Invariant(string Id, string Holds, string BrokenSql);

/// <summary>What a check found.</summary>
/// <param name="Id">The invariant.</param>
/// <param name="Holds">What should hold.</param>
/// <param name="Broken">How many violations.</param>
/// <param name="Examples">At most ten of them.</param>
/// <param name="Milliseconds">How long the query took.</param>
/// <param name="IsComplete">False when the query did not end in time and so says nothing.</param>
public sealed record InvariantResult(string Id, string Holds, long Broken, IReadOnlyList<string> Examples, double Milliseconds, bool IsComplete = true);

/// <summary>Checks the invariants of all modules.</summary>
public sealed class Verification(Database database, IEnumerable<InvariantSource> sources, TimeProvider clock)
{
    /// <summary>Every invariant, in order.</summary>
    public IReadOnlyList<Invariant> All { get; } = [.. sources.SelectMany(s => s.Invariants).OrderBy(i => Number(i.Id)).ThenBy(i => i.Id, StringComparer.Ordinal)];

    /// <summary>Checks each invariant in a repeatable-read snapshot of its own, closed between them.</summary>
    /// <param name="since">Only what changed since then; null for everything.</param>
    /// <param name="timeout">How long one query may take; null for as long as it needs.</param>
    /// <param name="ct">Cancels.</param>
    public async IAsyncEnumerable<InvariantResult> Check(DateTimeOffset? since, TimeSpan? timeout, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (var invariant in All)
        {
            yield return await CheckInTime(invariant, since, timeout, ct);
        }
    }

    /// <summary>A slow query says that it was slow; the ones behind it are checked all the same.</summary>
    private async Task<InvariantResult> CheckInTime(Invariant invariant, DateTimeOffset? since, TimeSpan? timeout, CancellationToken ct)
    {
        try
        {
            return await Check(invariant, since, timeout, ct);
        }
        catch (NpgsqlException slow) when (timeout is not null && (slow.InnerException is TimeoutException || slow.SqlState == PostgresErrorCodes.QueryCanceled))
        {
            return new(invariant.Id, invariant.Holds, 0, [$"not checked within {timeout}"], timeout.Value.TotalMilliseconds, IsComplete: false);
        }
    }

    private static int Number(string id) => int.Parse(new string([.. id.Skip(1).TakeWhile(char.IsAsciiDigit)]), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<InvariantResult> Check(Invariant invariant, DateTimeOffset? since, TimeSpan? timeout, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var snapshot = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, ct);
        return await Check(invariant, snapshot, since, timeout, ct) with { Milliseconds = TimeProvider.System.GetElapsedTime(started).TotalMilliseconds };
    }

    /// <summary>Checks one invariant in a transaction of the caller's, whose own changes are seen.</summary>
    /// <param name="invariant">One of <see cref="All"/>.</param>
    /// <param name="snapshot">Still open afterwards.</param>
    /// <param name="since">Only what changed since then; null for everything.</param>
    /// <param name="timeout">How long the query may take; null for as long as it needs.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="NpgsqlException">The query failed or was too slow; the transaction is void.</exception>
    public async Task<InvariantResult> Check(Invariant invariant, NpgsqlTransaction snapshot, DateTimeOffset? since, TimeSpan? timeout, CancellationToken ct = default)
    {
        var started = TimeProvider.System.GetTimestamp();
        await using var query = new NpgsqlCommand($"with broken (what) as ({invariant.BrokenSql}) select what, count(*) over () from broken limit 10", snapshot.Connection, snapshot)
        {
            CommandTimeout = (int)(timeout ?? TimeSpan.Zero).TotalSeconds,
            Parameters = { new() { Value = (object?)since?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz }, new() { Value = clock.GetUtcNow() } },
        };
        var examples = new List<string>();
        long broken = 0;
        await using var reader = await query.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            examples.Add(reader.GetString(0));
            broken = reader.GetInt64(1);
        }

        return new(invariant.Id, invariant.Holds, broken, examples, TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
    }
}
