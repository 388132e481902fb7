using Microsoft.EntityFrameworkCore;

using Npgsql;

namespace RetailOps.Platform;

/// <content>Sending, committing and undoing: for the executors only.</content>
public sealed partial class UnitOfWork
{
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

    /// <summary>Sends all that is pending: aggregates first, then rows in one batch, contended rows last. Nothing is committed.</summary>
    internal async Task Flush(CancellationToken ct)
    {
        var link = await Connection(ct);
        FaultPoints.Reach(FaultPoint.BeforeFlush);
        try
        {
            foreach (var context in contexts.OrderBy(c => c.Key.FullName, StringComparer.Ordinal).Select(c => c.Value))
            {
                if (context.ChangeTracker.HasChanges())
                {
                    await context.Save(this, ct);
                    FaultPoints.Reach(FaultPoint.AfterSave);
                }
            }
        }
        catch (DbUpdateConcurrencyException stale)
        {
            throw new StaleException(string.Join(", ", stale.Entries.Select(e => e.Metadata.ShortName())), stale);
        }

        await using var batch = new NpgsqlBatch(link, transaction);
        var rows = pending.Values.Where(p => !p.IsEmpty).OrderBy(p => p.Order).ToList();
        foreach (var table in rows)
        {
            batch.BatchCommands.Add(table.ToCommand());
        }

        foreach (var take in takes.Values)
        {
            batch.BatchCommands.Add(take.ToCommand());
        }

        var identity = new NpgsqlBatchCommand("select pg_current_xact_id()");
        if (TransactionId == 0)
        {
            batch.BatchCommands.Insert(0, identity);
        }

        if (batch.BatchCommands.Count == 0)
        {
            return;
        }

        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            if (TransactionId == 0 && await reader.ReadAsync(ct))
            {
                TransactionId = reader.GetFieldValue<ulong>(0);
            }

            while (await reader.NextResultAsync(ct))
            {
            }
        }

        FaultPoints.Reach(FaultPoint.AfterFlush);
        witness ??= pending.GetValueOrDefault(typeof(EventRow)) is Pending<EventRow> { Rows: [var first, ..] } ? first.Id : null;
        var sent = batch.BatchCommands.Contains(identity) ? 1 : 0;
        foreach (var table in rows)
        {
            table.Sent(this, (int)batch.BatchCommands[sent++].Rows);
        }

        foreach (var take in takes.Values)
        {
            if (batch.BatchCommands[sent++].Rows != 1)
            {
                throw new ContendedException(take.Key);
            }
        }

        takes.Clear();
    }

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
