using MediatR;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// A room's part in a history that is written instead of lived: it answers its own requests in memory, by the rules of its own nouns, and writes the
/// rows that its handlers would have written.
/// </summary>
public interface IPastRoom
{
    /// <summary>Says which requests the room answers, and what it does when a story or a batch ends.</summary>
    void Open(PastWork past);
}

/// <summary>
/// A unit of work over a history. Requests are answered at once and in memory; rows wait for their batch and are copied into tables whose rows
/// nobody else writes meanwhile. One thread.
/// </summary>
public sealed class PastWork
{
    private readonly FactCatalogue facts;
    private readonly IServiceProvider services;
    private readonly PastIds ids;
    private readonly Dictionary<Type, Func<object, object>> answers = [];
    private readonly Dictionary<Type, EntityTables> models = [];
    private readonly Dictionary<string, Guid> latest = [];
    private readonly List<Action> storyEnds = [];
    private readonly List<Func<PastSettlement?>> batchEnds = [];
    private readonly Dictionary<EntityTable, WaitingEntities> entities = [];
    private readonly Dictionary<Type, WaitingRows> rows = [];

    /// <param name="services">The host's, with its rooms.</param>
    /// <param name="ids">Ids and chance.</param>
    /// <param name="retired">What has done its work before it is gone, as after retention: deliveries, ended instances.</param>
    public PastWork(IServiceProvider services, PastIds ids, DateTimeOffset retired)
    {
        facts = services.GetRequiredService<FactCatalogue>();
        (this.services, this.ids, Retired) = (services, ids, retired);
        foreach (var room in services.GetServices<IPastRoom>())
        {
            room.Open(this);
        }
    }

    /// <summary>What has done its work before it is gone.</summary>
    public DateTimeOffset Retired { get; }

    /// <summary>Business time of what happens, UTC.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>Who does it.</summary>
    public string Actor { get; private set; } = "";

    /// <summary>The event or stimulus behind it.</summary>
    public Guid? Cause { get; private set; }

    /// <summary>The fact that was raised last.</summary>
    public EventRow Last { get; private set; } = null!;

    /// <summary>The last fact of a kind.</summary>
    public Guid LastOf(string eventName) => latest[eventName];

    /// <summary>From here on somebody acts, at an instant.</summary>
    public void Act(string actor, Guid? cause, DateTimeOffset now) => (Actor, Cause, Now) = (actor, cause, now.ToUniversalTime());

    /// <summary>A new id of this moment.</summary>
    public Guid NewId() => ids.At(Now);

    /// <summary>Answers a kind of request.</summary>
    public void On<TRequest, T>(Func<TRequest, Result<T>> answer)
        where TRequest : IRequest<Result<T>> =>
        answers.Add(typeof(TRequest), request => answer((TRequest)request));

    /// <summary>Sends a request that must be granted.</summary>
    public T Ask<T>(IRequest<Result<T>> request) => Send(request).Value;

    /// <summary>Sends a request.</summary>
    /// <exception cref="InvalidOperationException">No room answers it in a history.</exception>
    public TResponse Send<TResponse>(IRequest<TResponse> request) => answers.TryGetValue(request.GetType(), out var answer)
        ? (TResponse)answer(request)
        : throw new InvalidOperationException($"No room answers {request.GetType().Name} in a history.");

    /// <summary>Writes a row that requests write, too.</summary>
    public void Write<TRow>(TRow row)
        where TRow : IRow<TRow> =>
        Waiting(typeof(TRow), static () => new WaitingRows<TRow>(CopyTable<TRow>.Of(TRow.Table))).Add(row, Now);

    /// <summary>Writes a row that only a history writes.</summary>
    public void Copy<TRow>(TRow row)
        where TRow : IPastRow<TRow> =>
        Waiting(typeof(TRow), static () => new WaitingRows<TRow>(TRow.Past)).Add(row, Now);

    /// <summary>Writes an aggregate with its parts as it is when the story ends.</summary>
    public void Add<TContext>(object entity)
        where TContext : ModuleDbContext
    {
        if (!models.TryGetValue(typeof(TContext), out var model))
        {
            using var context = (TContext)Activator.CreateInstance(typeof(TContext), services.GetRequiredService<ModuleOptions<TContext>>().Options)!;
            models.Add(typeof(TContext), model = new(context.Model));
        }

        model.Add(entity, entities);
    }

    /// <summary>Records a fact about an aggregate, whose revision goes up by one.</summary>
    public Guid Raise(IAggregate aggregate, IFact fact) => Raise(fact, aggregate.NextRevision());

    /// <summary>Records a fact about rows: revision 1.</summary>
    public Guid Raise(IFact fact) => Raise(fact, 1);

    /// <summary>When a story ends its aggregates are as they will be: now they are written.</summary>
    public void AtStoryEnd(Action end) => storyEnds.Add(end);

    /// <summary>When a batch ends: gives what has to be done in its transaction after its rows are there; null for nothing.</summary>
    public void AtBatchEnd(Func<PastSettlement?> end) => batchEnds.Add(end);

    /// <summary>One order, or whatever belongs together in memory, is told.</summary>
    public void EndStory() => storyEnds.ForEach(end => end());

    /// <summary>Gives all rows that wait, and begins anew.</summary>
    public PastBatch EndBatch()
    {
        var batch = new PastBatch(
            [.. entities.Values.Concat(rows.Values).OrderBy(r => r.Order)],
            [.. batchEnds.Select(end => end()).OfType<PastSettlement>()]);
        entities.Clear();
        rows.Clear();
        return batch;
    }

    private WaitingRows<TRow> Waiting<TRow>(Type type, Func<WaitingRows<TRow>> make)
    {
        if (!rows.TryGetValue(type, out var waiting))
        {
            rows.Add(type, waiting = make());
        }

        return (WaitingRows<TRow>)waiting;
    }

    private Guid Raise(IFact fact, int revision)
    {
        var name = facts.NameOf(fact.GetType());
        if (Now >= Retired && facts.SubscribersOf(name).Count > 0)
        {
            throw new InvalidOperationException($"{name} would be on its way to its subscribers at {Now:u}; in a history it is only where that is over.");
        }

        Last = new(fact.EventId, name, fact.OccurredAt.ToUniversalTime(), Actor, Cause, null, fact.Aggregate, revision, fact.Key, FactCatalogue.ToJson(fact));
        latest[name] = Last.Id;
        Write(Last);
        return Last.Id;
    }
}
