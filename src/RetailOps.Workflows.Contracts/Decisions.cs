using RetailOps.Kernel;

namespace RetailOps.Workflows;

/// <summary>A step of a workflow asked a decision table.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="DecisionId">The step's execution, which asks once.</param>
/// <param name="Key">The workflow's business key.</param>
/// <param name="Table">The table's name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Rows">The rows that counted, from 1; empty when none hit.</param>
/// <param name="Result">The outputs, as JSON text.</param>
[EventName("workflows.decision-made.v1")]
public sealed record DecisionMade(Guid EventId, DateTimeOffset OccurredAt, Guid DecisionId, string Key, string Table, int Version, IReadOnlyList<int> Rows, string Result) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("decision", DecisionId);

    string IFact.Key => Key;
}
