using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Names one intended effect of one client.</summary>
/// <param name="Client">Whose key it is, see <see cref="Caller.Actor"/>.</param>
/// <param name="Key">The client's key, 1 to 255 characters.</param>
/// <param name="Operation">Which operation it was sent to; the same key at another operation is another payload.</param>
/// <param name="Hash">SHA-256 of the payload.</param>
public sealed record IdempotencyKey(string Client, string Key, string Operation, byte[] Hash);

internal sealed record IdempotencyRow(IdempotencyKey Key, string Answer, DateTimeOffset Created) : IRow<IdempotencyRow>
{
    public static RowTable<IdempotencyRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into platform.idempotency (client, key, operation, hash, answer, created) select * from unnest($1, $2, $3, $4, $5, $6)",
        everyRow: true,
        Column.Text<IdempotencyRow>(r => r.Key.Client),
        Column.Text<IdempotencyRow>(r => r.Key.Key),
        Column.Text<IdempotencyRow>(r => r.Key.Operation),
        Column.Bytes<IdempotencyRow>(r => r.Key.Hash),
        Column.Json<IdempotencyRow>(r => r.Answer),
        Column.Instant<IdempotencyRow>(r => r.Created));
}

internal sealed record EarlierAnswer(Refusal? Refusal, string? Answer);

internal static class IdempotencyTable
{
    /// <summary>Takes the key for this transaction and looks for an earlier answer, in one round trip. Null means: go ahead.</summary>
    public static async Task<EarlierAnswer?> Find(UnitOfWork work, IdempotencyKey key, CancellationToken ct)
    {
        // The look-up is a statement of its own behind the lock: its snapshot sees what the lock's last holder committed.
        await using var batch = new NpgsqlBatch(await work.Connection(ct))
        {
            BatchCommands =
            {
                new NpgsqlBatchCommand("select pg_try_advisory_xact_lock(hashtextextended($1, 7))") { Parameters = { new() { Value = key.Client + "\n" + key.Key } } },
                new NpgsqlBatchCommand("select operation, hash, answer::text from platform.idempotency where client = $1 and key = $2")
                {
                    Parameters = { new() { Value = key.Client }, new() { Value = key.Key } },
                },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var mine = reader.GetBoolean(0);
        await reader.NextResultAsync(ct);
        if (await reader.ReadAsync(ct))
        {
            var same = reader.GetString(0) == key.Operation && reader.GetFieldValue<byte[]>(1).AsSpan().SequenceEqual(key.Hash);
            return same
                ? new(null, reader.GetString(2))
                : new(Refusal.Rule("idempotency.other-payload", "This Idempotency-Key was used for another request; use a new key for a new request."), null);
        }

        return mine
            ? null
            : new(Refusal.Conflict("idempotency.running", "A request with this Idempotency-Key is still running; try again in a moment."), null);
    }
}
