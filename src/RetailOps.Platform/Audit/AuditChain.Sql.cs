using Npgsql;

namespace RetailOps.Platform;

/// <summary>Where the chain has come to.</summary>
/// <param name="Sequence">The number of the last link, from 1.</param>
/// <param name="Head">SHA-256, 32 bytes.</param>
/// <param name="Rows">How many rows the last link covers.</param>
/// <param name="Total">How many rows all links cover.</param>
public sealed record ChainHead(long Sequence, byte[] Head, int Rows, long Total);

/// <summary>
/// Links what is committed: <c>head = SHA-256(head before ‖ hashes of the rows)</c>. Rows are taken in the order of their transactions' numbers and only below the oldest
/// transaction that is still open: what stands there is settled, so nothing that commits late is passed by, and nothing is linked twice.
/// </summary>
public sealed class AuditChain(Database database)
{
    /// <summary>How many rows one link covers at most.</summary>
    public const int Most = 5_000;

    /// <summary>
    /// The hash of a row <c>e</c> of <c>platform.events</c>: SHA-256 over the UTF-8 text of a JSON array of its columns, as jsonb is written; instants in microseconds since
    /// 1970. It stands here and in no function of the database, where its owner could change it.
    /// </summary>
    internal const string RowHash =
        """
        sha256(convert_to(jsonb_build_array(e.id, e.type, (extract(epoch from e.occurred) * 1000000)::bigint, (extract(epoch from e.recorded) * 1000000)::bigint,
          e.actor, e.cause, e.trace, e.aggregate, e.revision, e.key, e.data)::text, 'UTF8'))
        """;

    /// <summary>The number below which every transaction has ended.</summary>
    internal const string Horizon = "(select b.base from platform.chain_base b) + pg_snapshot_xmin(pg_current_snapshot())::text::bigint";

    private const string Tail =
        """
        select coalesce((select c.upto_xact from platform.chain c order by c.sequence desc limit 1), 0) as xact,
               coalesce((select c.upto_id from platform.chain c order by c.sequence desc limit 1), '00000000-0000-0000-0000-000000000000') as id
        """;

    // Numbers that this server has not given yet came with a dump of another one.
    private const string LookSql =
        $"""
        with tail as materialized ({Tail})
        select exists (select from platform.events e where (e.xact, e.id) > ((select xact from tail), (select id from tail)) and e.xact < {Horizon}),
               (select b.base from platform.chain_base b) + pg_snapshot_xmax(pg_current_snapshot())::text::bigint
                 <= greatest((select e.xact from platform.events e order by e.xact desc, e.id desc limit 1), (select xact from tail))
        """;

    private const string LinkSql =
        $"""
        with last as materialized (
          select c.sequence, c.head, c.total from platform.chain c order by c.sequence desc limit 1
        ), tail as materialized ({Tail}
        ), found as materialized (
          select e.xact, e.id, {RowHash} as hash
          from platform.events e
          where (e.xact, e.id) > ((select xact from tail), (select id from tail)) and e.xact < {Horizon}
          order by e.xact, e.id limit $1
        ), batch as (
          select count(*)::int as rows, array_agg(f.id order by f.xact, f.id) as ids, string_agg(f.hash, ''::bytea order by f.xact, f.id) as hashes from found f
        )
        insert into platform.chain (sequence, head, rows, total, upto_xact, upto_id, ids, hashes)
        select coalesce((select sequence from last), 0) + 1, sha256(coalesce((select head from last), decode(repeat('00', 32), 'hex')) || b.hashes), b.rows,
               coalesce((select total from last), 0) + b.rows, t.xact, t.id, b.ids, b.hashes
        from batch b cross join lateral (select f.xact, f.id from found f order by f.xact desc, f.id desc limit 1) t
        returning sequence, head, rows, total
        """;

    /// <summary>Links one batch of at most <see cref="Most"/> rows.</summary>
    /// <returns>The new head; null when nothing waits, or another host links at this moment.</returns>
    public async Task<ChainHead?> Link(CancellationToken ct = default)
    {
        await using var connection = await database.Relay.OpenConnectionAsync(ct);
        var (isWaiting, isForeign) = await Look(connection, ct);
        if (isForeign)
        {
            await using var rebase = new NpgsqlCommand("select platform.rebase_chain()", connection) { CommandTimeout = 0 };
            await rebase.ExecuteScalarAsync(ct);
            return await Link(connection, ct);
        }

        return isWaiting ? await Link(connection, ct) : null;
    }

    /// <summary>Links all that is settled.</summary>
    /// <returns>How many rows were linked by this call.</returns>
    public async Task<long> LinkAll(CancellationToken ct = default)
    {
        var linked = 0L;
        while (await Link(ct) is { } head)
        {
            linked += head.Rows;
        }

        return linked;
    }

    /// <summary>Where the chain has come to; null before the first link.</summary>
    public async Task<ChainHead?> Head(CancellationToken ct = default)
    {
        await using var command = database.Relay.CreateCommand("select sequence, head, rows, total from platform.chain order by sequence desc limit 1");
        return await Read(command, ct);
    }

    /// <summary>The file that heads of this database are written to in a folder; it need not exist.</summary>
    public HeadFile HeadsIn(string folder) => new(Path.Combine(folder, HeadFile.NameFor(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!)));

    private static async Task<(bool IsWaiting, bool IsForeign)> Look(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(LookSql, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return (reader.GetBoolean(0), !reader.IsDBNull(1) && reader.GetBoolean(1));
    }

    // The lock is a statement of its own: the one behind it sees what the lock's last holder committed. Beneath it the number of a link is unique.
    private static async Task<ChainHead?> Link(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await using var turn = new NpgsqlCommand("select pg_try_advisory_xact_lock(hashtextextended('retailops audit chain', 0))", connection, transaction);
        if (!(bool)(await turn.ExecuteScalarAsync(ct))!)
        {
            return null;
        }

        await using var command = new NpgsqlCommand(LinkSql, connection, transaction) { Parameters = { new() { Value = Most } } };
        var head = await Read(command, ct);

        // Whoever dies here, or hears no answer, leaves a whole link or none; the next look finds out which.
        await transaction.CommitAsync(ct);
        return head;
    }

    private static async Task<ChainHead?> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetInt32(2), reader.GetInt64(3)) : null;
    }
}
