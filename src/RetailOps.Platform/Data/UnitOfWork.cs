using System.Diagnostics;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>In what company the work runs.</summary>
public enum WorkMode
{
    /// <summary>One request from outside, a transaction of its own.</summary>
    Request,

    /// <summary>One of several bursts that share a commit. Reads may be stale; a guarded statement decides.</summary>
    Group,

    /// <summary>One burst in a transaction of its own: fresh reads, contended rows locked when they are read, a savepoint before each request.</summary>
    Alone,
}

/// <summary>
/// One transaction. Handlers read and decide; this collects what they write and sends it together. A handler does not know
/// whether it runs by itself or with neighbours, and never opens, saves or commits.
/// </summary>
public sealed partial class UnitOfWork : IAsyncDisposable
{
    private readonly IServiceProvider services;
    private readonly FactCatalogue facts;
    private readonly IEventSink sink;
    private readonly Dictionary<Type, ModuleDbContext> contexts = [];
    private readonly Dictionary<Type, Pending> pending = [];
    private readonly SortedDictionary<string, GuardedChange> takes = new(StringComparer.Ordinal);
    private readonly List<Action> committed = [];
    private NpgsqlDataSource source;
    private NpgsqlConnection? connection;
    private NpgsqlTransaction? transaction;
    private int changes;
    private int joins;
    private Guid? witness;

    /// <summary>Made by the container, one per scope.</summary>
    public UnitOfWork(Database database, IServiceProvider services, FactCatalogue facts, IEventSink sink, DeliveryBell deliveries, TimeProvider clock)
    {
        this.services = services;
        this.facts = facts;
        this.sink = sink;
        source = database.Requests;
        Deliveries = deliveries;
        Clock = clock;
        Now = clock.GetUtcNow();
    }

    /// <summary>Who asks, at this moment; in a group it changes from burst to burst.</summary>
    public Caller Caller { get; private set; } = new Caller.System("none");

    /// <summary>The event or stimulus that made us do it; null for a request from outside.</summary>
    public Guid? Cause { get; private set; }

    /// <summary>W3C trace context that goes on in the next hop; null when nobody traces.</summary>
    public string? Trace { get; private set; }

    /// <summary>Business time, UTC; one value for a whole request or burst, passed to SQL as a parameter.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>In what company the work runs. Rows that are contended are read with their lock unless it is <see cref="WorkMode.Group"/>.</summary>
    public WorkMode Mode { get; private set; }

    internal TimeProvider Clock { get; }

    internal DeliveryBell Deliveries { get; }

    internal ulong TransactionId { get; private set; }

    // Kept, because a broken connection does not say it any more, and that is when it is asked.
    internal int BackendId { get; private set; }

    internal bool HasTransaction => transaction is not null;

    internal bool IsTaintedByRefusal { get; set; }

    /// <summary>Whether a fact tells of what this work does.</summary>
    internal bool HasRaised { get; private set; }

    internal int Depth { get; set; }

    internal bool HasChangedAggregates => contexts.Values.Any(c => c.HasChanges());

    /// <summary>The transaction's connection, opened at first use. For reads.</summary>
    public async ValueTask<NpgsqlConnection> Connection(CancellationToken ct)
    {
        if (transaction is null)
        {
            connection = await source.OpenConnectionAsync(ct);
            BackendId = connection.ProcessID;
            transaction = await connection.BeginTransactionAsync(ct);
        }

        return connection!;
    }

    /// <summary>A module's aggregates within this transaction. The same context for the same type.</summary>
    public async ValueTask<TContext> Join<TContext>(CancellationToken ct)
        where TContext : ModuleDbContext
    {
        joins++;
        if (contexts.TryGetValue(typeof(TContext), out var joined))
        {
            return (TContext)joined;
        }

        var context = (TContext)Activator.CreateInstance(typeof(TContext), services.GetRequiredService<ModuleOptions<TContext>>().Options)!;
        context.Database.SetDbConnection(await Connection(ct));
        context.Database.AutoSavepointsEnabled = false;

        // Looked for once, before they are written: each look into what is loaded would otherwise compare all of it.
        context.ChangeTracker.AutoDetectChangesEnabled = false;
        context.Mode = Mode;
        context.Work = this;
        await context.Database.UseTransactionAsync(transaction, ct);
        contexts.Add(typeof(TContext), context);
        return context;
    }

    /// <summary>Adds a row to what the flush writes. Until then it is in no table.</summary>
    public void Write<TRow>(TRow row)
        where TRow : IRow<TRow>
    {
        changes++;
        if (pending.TryGetValue(typeof(TRow), out var list))
        {
            ((Pending<TRow>)list).Rows.Add(row);
        }
        else
        {
            pending.Add(typeof(TRow), new Pending<TRow>(row));
        }
    }

    /// <summary>Adds a change of a contended row; changes of one row are summed and sent last, in the order of their keys.</summary>
    public void Take(GuardedChange change)
    {
        changes++;
        if (takes.TryGetValue(change.Key, out var sum))
        {
            sum.Add(change);
        }
        else
        {
            takes.Add(change.Key, change);
        }
    }

    /// <summary>Records a fact about an aggregate, whose revision goes up by one.</summary>
    public void Raise(IAggregate aggregate, IFact fact) => Raise(fact, aggregate.NextRevision());

    /// <summary>Records a fact about rows, which belongs to their document (an allocation, a batch of movements): revision 1.</summary>
    public void Raise(IFact fact) => Raise(fact, 1);

    /// <summary>Runs after the commit, and only then, in memory: a hint to somebody who would find the rows anyway.</summary>
    public void OnCommitted(Action action) => committed.Add(action);

    internal void Begin(NpgsqlDataSource from, WorkMode mode)
    {
        source = from;
        Mode = mode;
    }

    internal void Act(Caller caller, Guid? cause, string? trace, DateTimeOffset now)
    {
        Caller = caller;
        Cause = cause;
        Trace = trace ?? Activity.Current?.Id;
        Now = now;
    }

    /// <summary>How much was written so far; exact for aggregates only when asked to look at them, which costs.</summary>
    internal WorkMark Mark(bool lookAtAggregates) => new(changes, joins, lookAtAggregates ? contexts.Values.Sum(TrackedChanges) : 0);

    private static int TrackedChanges(ModuleDbContext context)
    {
        context.ChangeTracker.DetectChanges();
        return context.ChangeTracker.Entries().Count(e => e.State is not (EntityState.Unchanged or EntityState.Detached));
    }

    private void Raise(IFact fact, int revision)
    {
        var row = new EventRow(
            fact.EventId, facts.NameOf(fact.GetType()), fact.OccurredAt.ToUniversalTime(), Caller.Actor, Cause, Trace, fact.Aggregate, revision, fact.Key, FactCatalogue.ToJson(fact));
        Write(row);
        HasRaised = true;
        foreach (var subscriber in facts.SubscribersOf(row.Type))
        {
            Write(new DeliveryRow(row.Id, subscriber, row.Key));
            OnCommitted(() => Deliveries.Ring(subscriber));
        }

        sink.Accept(this, row);
    }

    private abstract class Pending
    {
        public abstract FlushOrder Order { get; }

        public abstract bool IsEmpty { get; }

        public abstract NpgsqlBatchCommand ToCommand();

        public abstract void Sent(UnitOfWork work, int affected);
    }

    private sealed class Pending<TRow>(TRow first) : Pending
        where TRow : IRow<TRow>
    {
        public List<TRow> Rows { get; } = [first];

        public override FlushOrder Order => TRow.Table.Order;

        public override bool IsEmpty => Rows.Count == 0;

        public override NpgsqlBatchCommand ToCommand() => TRow.Table.ToCommand(Rows);

        public override void Sent(UnitOfWork work, int affected)
        {
            if (TRow.Table.EveryRow && affected != Rows.Count)
            {
                throw new StaleException($"{Rows.Count - affected} of {Rows.Count} {typeof(TRow).Name}");
            }

            TRow.Table.Affected?.Invoke(work, Rows, affected);
            Rows.Clear();
        }
    }
}

/// <summary>How much has been written so far; two of them compare before and after.</summary>
/// <param name="Changes">Rows, takes and facts.</param>
/// <param name="Joins">How often a handler asked for aggregates.</param>
/// <param name="Tracked">Changed aggregates, where somebody looked.</param>
internal readonly record struct WorkMark(int Changes, int Joins, int Tracked);
