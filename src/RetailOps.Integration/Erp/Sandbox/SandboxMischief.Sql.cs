using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Integration;

/// <summary>An order to misbehave.</summary>
/// <param name="Kind"><c>slow</c>, <c>refuse</c>, <c>lose</c>, <c>post_and_lose</c> or <c>fail_after_posting</c>.</param>
/// <param name="DocumentKind">Only documents of this kind; null for all.</param>
/// <param name="KeyLike">Only keys like this (SQL's <c>like</c>); null for all.</param>
/// <param name="Rate">Which share of the documents, 0 to 1; a document is always in it or never.</param>
/// <param name="Documents">At most so many different documents; null for all.</param>
/// <param name="Times">So many times each; null for as long as the order stands.</param>
/// <param name="DelayMs">How long it takes, for <c>slow</c>; 0 to 600,000.</param>
/// <param name="Words">What it says, for <c>refuse</c>.</param>
internal sealed record Misbehaviour(
    string Kind, string? DocumentKind = null, string? KeyLike = null, double Rate = 1, int? Documents = null, int? Times = null, int DelayMs = 0, string? Words = null);

/// <summary>The orders to misbehave that the sandbox is under, in a table of its own: all hosts see the same.</summary>
internal sealed class SandboxMischief(NpgsqlDataSource source)
{
    // One statement says which orders strike which of the documents, and counts it. The share is taken by a hash of order and key.
    private const string StrikeSql =
        """
        with fit as (
          select m.id, k.key, m.times, m.documents, exists (select from sandbox_erp.strikes s where s.mischief = m.id and s.key = k.key) as struck,
                 row_number() over (partition by m.id, exists (select from sandbox_erp.strikes s where s.mischief = m.id and s.key = k.key) order by k.key) as place,
                 (select count(*) from sandbox_erp.strikes s where s.mischief = m.id) as before
          from sandbox_erp.mischief m, unnest($1) as k (key)
          where (m.key_like is null or k.key like m.key_like)
            and (m.document_kind is null or m.document_kind = (select d.kind from sandbox_erp.documents d where d.key = k.key))
            and mod(abs(hashtextextended(k.key, m.id)), 1000000) < m.rate * 1000000),
        struck as (
          insert into sandbox_erp.strikes (mischief, key, times)
          select id, key, 1 from fit where struck or documents is null or before + place <= documents
          order by id, key
          on conflict (mischief, key) do update set times = strikes.times + 1
            where strikes.times < coalesce((select m.times from sandbox_erp.mischief m where m.id = strikes.mischief), 2147483647)
          returning mischief)
        select m.kind, m.delay_ms, m.words from sandbox_erp.mischief m where m.id in (select mischief from struck) order by m.id
        """;

    public async Task<SandboxLie> Strike(string[] keys, CancellationToken ct)
    {
        await using var command = source.CreateCommand(StrikeSql);
        command.Parameters.Add(new() { Value = keys });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var lies = new List<(string Kind, int DelayMs, string? Words)>();
        while (await reader.ReadAsync(ct))
        {
            lies.Add((reader.GetString(0), reader.GetInt32(1), await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2)));
        }

        return new(lies);
    }

    /// <summary>Puts the sandbox under these orders and no others; none makes it honest.</summary>
    public async Task Order(IReadOnlyList<Misbehaviour> orders, CancellationToken ct = default)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var batch = new NpgsqlBatch(connection, transaction) { BatchCommands = { new("delete from sandbox_erp.mischief") } };
        foreach (var order in orders)
        {
            batch.BatchCommands.Add(new(
                """
                insert into sandbox_erp.mischief (kind, document_kind, key_like, rate, documents, times, delay_ms, words) values ($1, $2, $3, $4, $5, $6, $7, $8)
                """)
            {
                Parameters =
                {
                    new() { Value = order.Kind },
                    Text(order.DocumentKind),
                    Text(order.KeyLike),
                    new() { Value = order.Rate },
                    Int(order.Documents),
                    Int(order.Times),
                    new() { Value = order.DelayMs },
                    Text(order.Words),
                },
            });
        }

        await batch.ExecuteNonQueryAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Int(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };
}

/// <summary>What the sandbox does wrong in one call.</summary>
internal sealed class SandboxLie(IReadOnlyList<(string Kind, int DelayMs, string? Words)> lies)
{
    public async Task BeforePosting(CancellationToken ct)
    {
        foreach (var (_, delay, _) in lies.Where(l => l.Kind == "slow"))
        {
            // To be slow is what it was told: in machine time, as the caller's patience is.
            await Task.Delay(delay, ct);
        }

        if (lies.FirstOrDefault(l => l.Kind == "refuse") is { Words: { } words })
        {
            throw new SandboxRefusalException(words);
        }

        if (lies.Any(l => l.Kind == "lose"))
        {
            throw new SandboxSilenceException("The sandbox was told to lose the call.");
        }
    }

    public void AfterPosting()
    {
        if (lies.Any(l => l.Kind == "post_and_lose"))
        {
            throw new SandboxSilenceException("The sandbox was told to lose the answer.");
        }

        if (lies.Any(l => l.Kind == "fail_after_posting"))
        {
            throw new SandboxFailureException("500 Internal Server Error");
        }
    }
}
