using Npgsql;

namespace RetailOps.Bench;

/// <summary>The commit-equal baseline of a flow: what a real one wrote, as plain batches in few commits; no reads, no engine, no grouping.</summary>
internal sealed class Replay(NpgsqlDataSource source, BenchShop shop, IReadOnlyList<IReadOnlyList<Statement>> commits, Tokens tokens, DateTimeOffset sampled)
{
    // Above all that a database's own counters gave.
    private static long numbers = 1_000_000_000_000;

    /// <summary>How many commits a flow is.</summary>
    public int Commits => commits.Count;

    /// <summary>How many statements a flow is.</summary>
    public int Statements => commits.Sum(c => c.Count);

    /// <summary>Pools of as many connections as the host has for requests.</summary>
    public static NpgsqlDataSource Source(string connectionString) =>
        NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = 40, MaxAutoPrepare = 400, AutoPrepareMinUsages = 2, NoResetOnClose = true }.ConnectionString);

    /// <summary>Writes what one flow writes.</summary>
    /// <param name="items">As many different ones as the sample had.</param>
    public async Task One(IReadOnlyList<int> items)
    {
        var fresh = new Fresh(
            OrderFlow.NextName(),
            [.. Enumerable.Range(0, tokens.Ids).Select(_ => Guid.CreateVersion7())],
            [.. items.Select(i => (shop.ItemId(i), BenchShop.Sku(i)))],
            Interlocked.Add(ref numbers, tokens.Numbers) - tokens.Numbers,
            TimeProvider.System.GetUtcNow() - sampled);
        foreach (var commit in commits)
        {
            await Write(commit, fresh);
        }
    }

    private async Task Write(IReadOnlyList<Statement> statements, Fresh fresh)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var statement in statements.Where(s => s.SortKey is null).Concat(statements.Where(s => s.SortKey is not null).OrderBy(s => s.SortKey!(fresh), StringComparer.Ordinal)))
        {
            batch.BatchCommands.Add(statement.With(fresh));
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
