using Npgsql;

namespace RetailOps.Platform;

/// <content>Sending, committing and undoing: for the executors only.</content>
public sealed partial class UnitOfWork
{
    // From here on the transaction only writes, by keys: statements over unnest are planned once for a session. Left to itself PostgreSQL plans each of them
    // again for ever, and a plan from when a table was empty would read all of it.
    private const string IdentitySql =
        "select pg_current_xact_id(), set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)";

    internal bool HasWrites => takes.Count > 0 || pending.Values.Any(p => !p.IsEmpty) || HasChangedAggregates;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var context in contexts.Values)
        {
            await context.DisposeAsync();
        }

        contexts.Clear();
        if (transaction is not null)
        {
            await transaction.DisposeAsync();
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }

        transaction = null;
        connection = null;
    }

    /// <summary>Sends all that is pending in one batch: aggregates first, then rows, contended rows last. Nothing is committed.</summary>
    internal Task Flush(CancellationToken ct) => Flush(withTakes: true, ct);

    /// <summary>Sends what is pending but the contended rows: their locks are for the end.</summary>
    internal Task FlushRows(CancellationToken ct) => Flush(withTakes: false, ct);

    private async Task Flush(bool withTakes, CancellationToken ct)
    {
        var link = await Connection(ct);
        FaultPoints.Reach(FaultPoint.BeforeFlush);
        var changed = contexts.Where(c => c.Value.HasChanges()).OrderBy(c => c.Key.FullName, StringComparer.Ordinal).Select(c => c.Value).ToList();
        var aggregates = changed.SelectMany(c => c.Changes(this)).ToList();
        await using var batch = new NpgsqlBatch(link, transaction);
        aggregates.ForEach(a => batch.BatchCommands.Add(a.Command));
        var rows = pending.Values.Where(p => !p.IsEmpty).OrderBy(p => p.Order).ToList();
        foreach (var table in rows)
        {
            batch.BatchCommands.Add(table.ToCommand());
        }

        var taken = (withTakes ? takes.Values : Enumerable.Empty<GuardedChange>()).GroupBy(t => t.GetType()).SelectMany(type => type.Chunk(GuardedChange.MostTogether)).ToList();
        taken.ForEach(some => batch.BatchCommands.Add(some[0].ToCommand(some)));

        var identity = new NpgsqlBatchCommand(IdentitySql);
        if (TransactionId == 0)
        {
            batch.BatchCommands.Insert(0, identity);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        await Send(batch, aggregates, ct);
        changed.ForEach(c => c.Accept());
        FaultPoints.Reach(FaultPoint.AfterFlush);
        witness ??= pending.GetValueOrDefault(typeof(EventRow)) is Pending<EventRow> { Rows: [var first, ..] } ? first.Id : null;
        var sent = aggregates.Count + (batch.BatchCommands.Contains(identity) ? 1 : 0);
        foreach (var table in rows)
        {
            table.Sent(this, (int)batch.BatchCommands[sent++].Rows);
        }

        foreach (var some in taken)
        {
            if (batch.BatchCommands[sent++].Rows != (ulong)some.Length)
            {
                throw new ContendedException(some.Length == 1 ? some[0].Key : $"one of {some.Length}, from {some[0].Key}");
            }
        }

        if (withTakes)
        {
            takes.Clear();
        }
    }

    private async Task Send(NpgsqlBatch batch, List<EntityCommand> aggregates, CancellationToken ct)
    {
        try
        {
            await using var reader = await batch.ExecuteReaderAsync(ct);
            if (TransactionId == 0 && await reader.ReadAsync(ct))
            {
                TransactionId = reader.GetFieldValue<ulong>(0);
            }

            while (await reader.NextResultAsync(ct))
            {
            }
        }
        catch (PostgresException e) when (Stale(aggregates) is { } stale)
        {
            // Somebody was faster, and what was decided upon old rows then broke a rule: the first is why.
            throw new StaleException(stale, e);
        }

        if (Stale(aggregates) is { } what)
        {
            throw new StaleException(what);
        }
    }

    /// <summary>An aggregate that was not as it had been read, among those that were answered for.</summary>
    private static string? Stale(List<EntityCommand> aggregates) =>
        aggregates.Find(a => a.Command.StatementType is not StatementType.Unknown && a.Command.Rows != (ulong)a.Rows).What;

    /// <summary>Commits what was flushed. A lost COMMIT is looked up: returns normally when it happened.</summary>
    /// <exception cref="CommitNotDoneException">The COMMIT never happened; the work may be done again.</exception>
    internal async Task Commit()
    {
        FaultPoints.Reach(FaultPoint.BeforeCommit);
        try
        {
            await transaction!.CommitAsync(CancellationToken.None);
        }
        catch (Exception lost) when (lost is NpgsqlException or IOException or TimeoutException)
        {
            if (lost is PostgresException refused && !CommitFate.IsShutdown(refused))
            {
                throw;
            }

            await CommitFate.Settle(source, TransactionId, BackendId, witness, lost);
        }

        FaultPoints.Reach(FaultPoint.AfterCommit);
        foreach (var action in committed)
        {
            action();
        }

        committed.Clear();
    }

    internal async Task Savepoint(string name, CancellationToken ct) => await transaction!.SaveAsync(name, ct);

    /// <summary>Undoes all since the savepoint, in the database and in memory.</summary>
    internal async Task RollbackToSavepoint(string name, CancellationToken ct)
    {
        await transaction!.RollbackAsync(name, ct);
        Forget();
    }

    /// <summary>Forgets what is pending and what was read, so that the next read is fresh.</summary>
    internal void Forget()
    {
        pending.Clear();
        takes.Clear();
        witness = null;
        IsTaintedByRefusal = false;
        foreach (var context in contexts.Values)
        {
            context.ChangeTracker.Clear();
        }

        foreach (var cache in caches)
        {
            cache.Forget();
        }
    }
}
