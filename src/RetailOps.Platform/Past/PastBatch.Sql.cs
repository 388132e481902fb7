using Npgsql;

namespace RetailOps.Platform;

/// <summary>What is done in the transaction of a batch when its rows are there: what counts or adds up.</summary>
public delegate Task PastSettlement(NpgsqlConnection connection, CancellationToken ct);

/// <summary>What belongs together of a history: one transaction.</summary>
public sealed class PastBatch
{
    private readonly IReadOnlyList<WaitingRows> rows;
    private readonly IReadOnlyList<PastSettlement> settles;

    internal PastBatch(IReadOnlyList<WaitingRows> rows, IReadOnlyList<PastSettlement> settles)
    {
        this.rows = rows;
        this.settles = settles;
        Rows = rows.Sum(r => (long)r.Count);
    }

    /// <summary>How many rows are copied.</summary>
    public long Rows { get; }

    /// <summary>Copies all of it or nothing. What counts or adds up is settled last.</summary>
    public async Task Write(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var transaction = await connection.BeginTransactionAsync(ct);
        foreach (var table in rows)
        {
            ct.ThrowIfCancellationRequested();
            table.Copy(connection);
        }

        foreach (var settle in settles)
        {
            await settle(connection, ct);
        }

        await transaction.CommitAsync(ct);
    }
}

/// <summary>What retention would have left of a history by now.</summary>
public static class PastRetention
{
    /// <summary>Says that everything which has done its work before an instant may be gone; never says less than was said before.</summary>
    public static async Task Settle(NpgsqlConnection connection, DateTimeOffset upto, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into platform.retention (what, upto) select what, $1 from unnest(array['deliveries', 'inbox', 'idempotency', 'instances']) as what
            on conflict (what) do update set upto = greatest(retention.upto, excluded.upto)
            """, connection)
        {
            Parameters = { new() { Value = upto.ToUniversalTime() } },
        };
        await command.ExecuteNonQueryAsync(ct);
    }
}
