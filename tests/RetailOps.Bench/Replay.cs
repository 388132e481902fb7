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
    public Task One(IReadOnlyList<int> items) => Part(New(items), 0, commits.Count);

    /// <summary>The words of a flow that is written in parts.</summary>
    /// <param name="items">As many different ones as the sample had.</param>
    public Fresh New(IReadOnlyList<int> items) => new(
        OrderFlow.NextName(),
        [.. Enumerable.Range(0, tokens.Ids).Select(_ => Guid.CreateVersion7())],
        [.. items.Select(i => (shop.ItemId(i), BenchShop.Sku(i)))],
        Interlocked.Add(ref numbers, tokens.Numbers) - tokens.Numbers,
        TimeProvider.System.GetUtcNow() - sampled);

    /// <summary>Writes some of its commits.</summary>
    /// <param name="fresh">Its words.</param>
    /// <param name="from">The first, from 0.</param>
    /// <param name="to">The one after the last.</param>
    public async Task Part(Fresh fresh, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            await Write(commits[i], fresh);
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
