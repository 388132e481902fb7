using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Hands every fact to the engine in the transaction that raises it. Whether anything waits for it is asked in the insert itself.</summary>
internal sealed class EventStimuli(EngineBell bell) : IEventSink
{
    public void Accept(UnitOfWork work, EventRow raised) => work.Write(new EventStimulusRow(raised.Id, raised.Type, raised.Key, raised.Data, raised.Trace, bell));
}
