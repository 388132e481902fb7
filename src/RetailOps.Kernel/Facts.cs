namespace RetailOps.Kernel;

/// <summary>The name under which a fact is stored; never renamed. A new meaning is a new version.</summary>
/// <param name="name"><c>module.what-happened.v1</c>, in the past tense.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class EventNameAttribute(string name) : Attribute
{
    /// <summary><c>module.what-happened.v1</c>.</summary>
    public string Name { get; } = name;
}

/// <summary>
/// That this happened means that somebody, or a rule that people have approved, has looked at the case: money may be given back behind it. A workflow that waits for it, or starts
/// with it, goes on as one that was looked at.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class LookedAtAttribute : Attribute;

/// <summary>Something that happened. Written once, in the transaction that made it so; delivered at least once.</summary>
/// <remarks>Implement <see cref="Aggregate"/> and <see cref="Key"/> explicitly: they are columns, not part of the stored JSON.</remarks>
public interface IFact
{
    /// <summary>Made by whoever raises it; the deduplication key of every delivery.</summary>
    Guid EventId { get; }

    /// <summary>Business time, UTC.</summary>
    DateTimeOffset OccurredAt { get; }

    /// <summary>What it happened to, <c>order/…</c>: with the revision unique among all events.</summary>
    string Aggregate { get; }

    /// <summary>The business key whose events are handled in order (an order's id, also for its fulfilments and postings).</summary>
    string Key { get; }
}

/// <summary>Something with a life of its own, whose every change is a fact.</summary>
public interface IAggregate
{
    /// <summary>Concurrency token and ETag: 0 before the first fact, then one more with each.</summary>
    int Revision { get; }

    /// <summary>Counts one more fact and gives its number. Called by the unit of work only.</summary>
    int NextRevision();
}
