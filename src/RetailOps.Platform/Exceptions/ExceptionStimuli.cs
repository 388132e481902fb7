using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// The facts of the desk are written by its statement, past the sink through which workflows hear of facts; this hands them on after the
/// commit, once.
/// </summary>
internal sealed class ExceptionStimuli(UnitOfWork work, FactCatalogue facts, IEventSink workflows) : ISubscriber
{
    public static SubscriberDescription Description { get; } = new("platform.exception-stimuli", ["platform.exception-opened.v1", "platform.exception-healed.v1"]);

    public Task Hear(IFact fact, CancellationToken ct)
    {
        workflows.Accept(work, new EventRow(
            fact.EventId, facts.NameOf(fact.GetType()), fact.OccurredAt, work.Caller.Actor, work.Cause, work.Trace, fact.Aggregate, 1, fact.Key, FactCatalogue.ToJson(fact)));
        return Task.CompletedTask;
    }
}
