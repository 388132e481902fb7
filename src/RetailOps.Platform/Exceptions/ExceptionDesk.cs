using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Something that a person should look at: one open row per business key and cause, opened and healed from anywhere.</summary>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Stable and machine-readable, like <c>inventory.short</c>.</param>
/// <param name="Severity"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Message">One sentence for a person: what is wrong and what to do next. No personal data.</param>
/// <param name="AtStake">Money that hangs on it; null when it is not known.</param>
/// <param name="Proposed">A correction that a person can accept, serialised as given; null for none.</param>
public sealed record ExceptionCase(string Key, string Cause, string Severity, string Message, Money? AtStake = null, object? Proposed = null);

/// <summary>
/// Opens and heals exceptions within the unit of work. Asks the database nothing, so that it costs a group of bursts no round trip:
/// the flush decides whether a case is new. A request that is refused leaves no exception behind, as it leaves nothing else.
/// </summary>
/// <param name="work">The transaction that finds or mends what is wrong.</param>
/// <param name="facts">Names the facts and knows who wants to hear of them.</param>
public sealed class ExceptionDesk(UnitOfWork work, FactCatalogue facts)
{
    /// <summary>
    /// Opens a case; one that is open already for this key and cause counts once more, keeps its first time and its higher severity, and
    /// takes over the message, the money and the proposal where they are given.
    /// </summary>
    /// <exception cref="ArgumentException">The severity is none of the three.</exception>
    public void Open(ExceptionCase found)
    {
        if (found.Severity is not ("low" or "medium" or "high"))
        {
            throw new ArgumentException($"'{found.Severity}' is no severity: low, medium or high.", nameof(found));
        }

        var id = Guid.CreateVersion7();
        var fact = new ExceptionOpened(Guid.CreateVersion7(), work.Now, id, found.Key, found.Cause, found.Severity, found.AtStake);
        var proposed = found.Proposed is null ? null : JsonSerializer.Serialize(found.Proposed, JsonSerializerOptions.Web);
        Write(new(id, IsOpening: true, found.Key, found.Cause, found.Severity, found.Message, found.AtStake, proposed, Event(fact), Subscribers(fact)));
    }

    /// <summary>Closes the case of this key and cause, if one is open or taken: what was wrong has mended itself.</summary>
    /// <remarks>Of several calls for one key and cause in one transaction the last one counts.</remarks>
    public void Heal(string key, string cause)
    {
        var fact = new ExceptionHealed(Guid.CreateVersion7(), work.Now, Guid.Empty, key, cause);
        Write(new(Guid.Empty, IsOpening: false, key, cause, "", "", null, null, Event(fact), Subscribers(fact)));
    }

    private void Write(ExceptionRow row) => work.Write(row);

    private EventRow Event(IFact fact) => new(
        fact.EventId, facts.NameOf(fact.GetType()), fact.OccurredAt, work.Caller.Actor, work.Cause, work.Trace, fact.Aggregate, 1, fact.Key, FactCatalogue.ToJson(fact));

    private string Subscribers(IFact fact) => string.Join(',', facts.SubscribersOf(facts.NameOf(fact.GetType())));
}
