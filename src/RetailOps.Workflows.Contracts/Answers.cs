using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Workflows;

/// <summary>Gives the answer of a task that a workflow asked somebody outside for (<c>Elsa.RunTask</c>); the workflow goes on. A second answer changes nothing.</summary>
/// <param name="TaskId">Which.</param>
/// <param name="Result">What the workflow gets; null for nothing. At most 64 KB.</param>
/// <returns>The task's id, or <c>workflows.unknown-task</c> (NotFound) when nobody waits for it, or no longer.</returns>
[Needs("tasks.complete"), AsksDatabase]
public sealed record CompleteRunTask(Guid TaskId, JsonElement? Result = null) : IRequest<Result<Guid>>;

/// <summary>A workflow asks somebody outside for something to be done, and waits for <see cref="CompleteRunTask"/>.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="TaskId">The task; its answer names it.</param>
/// <param name="Key">The workflow's business key.</param>
/// <param name="TaskName">What is to be done.</param>
/// <param name="Payload">With what, as JSON text; null for nothing. No personal data.</param>
[EventName("workflows.run-task-requested.v1")]
public sealed record RunTaskRequested(Guid EventId, DateTimeOffset OccurredAt, Guid TaskId, string Key, string TaskName, string? Payload) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("run-task", TaskId);

    string IFact.Key => Key;
}

/// <summary>A workflow ordered a call of another machine. What is sent is not part of it: it may be a secret.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="CallId">The call.</param>
/// <param name="Key">The workflow's business key.</param>
[EventName("workflows.call-requested.v1")]
public sealed record CallRequested(Guid EventId, DateTimeOffset OccurredAt, Guid CallId, string Key) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("call", CallId);

    string IFact.Key => Key;
}
