using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>The levers of a unit of work. For whoever runs bursts; a module that touches them breaks a test.</summary>
public sealed class WorkExecution(UnitOfWork work)
{
    /// <summary>Whether anything waits to be flushed.</summary>
    public bool HasWrites => work.HasWrites;

    /// <summary>Whether a request inside another one wrote and was refused, so that nothing here may be kept.</summary>
    public bool IsTainted => work.IsTaintedByRefusal;

    /// <summary>Says where connections come from and in what company the work runs. Before anything else.</summary>
    public void Begin(NpgsqlDataSource source, WorkMode mode) => work.Begin(source, mode);

    /// <summary>From here on it is this caller's doing, at this moment of business time.</summary>
    public void Act(Caller caller, Guid? cause, string? trace, DateTimeOffset now) => work.Act(caller, cause, trace, now);

    /// <summary>The transaction's connection.</summary>
    public ValueTask<NpgsqlConnection> Connection(CancellationToken ct) => work.Connection(ct);

    /// <summary>Sends everything that is pending, contended rows last.</summary>
    /// <exception cref="RedoException">A race was lost.</exception>
    public Task Flush(CancellationToken ct) => work.Flush(ct);

    /// <summary>Sends what is pending but the contended rows, so that what comes next in this transaction can ask for it.</summary>
    public Task FlushRows(CancellationToken ct) => work.FlushRows(ct);

    /// <summary>Commits, and looks a lost COMMIT up.</summary>
    /// <exception cref="CommitNotDoneException">It did not happen.</exception>
    public Task Commit() => work.Commit();

    /// <summary>Marks the point to which <see cref="RollbackToSavepoint"/> returns; a later mark of the same name replaces it.</summary>
    public Task Savepoint(string name, CancellationToken ct) => work.Savepoint(name, ct);

    /// <summary>Undoes all since the mark, in the database and in memory; later marks are gone.</summary>
    public Task RollbackToSavepoint(string name, CancellationToken ct) => work.RollbackToSavepoint(name, ct);
}
