using System.Text.Json;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Workflows;

/// <summary>What a person should do for a workflow.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Kind">What kind of work, like <c>fraud-review</c> or <c>refund-approval</c>.</param>
/// <param name="Title">One line.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Status"><c>open</c>, <c>claimed</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="Candidates">Roles that may do it.</param>
/// <param name="ClaimedBy">Who took it; null for nobody.</param>
/// <param name="Outcomes">The answers that can be given.</param>
/// <param name="Facts">What the person should know, as the workflow gave it. No personal data.</param>
/// <param name="OpenedAt">Business time, UTC.</param>
/// <param name="DueAt">When it escalates; null for never.</param>
/// <param name="Outcome">The answer; null while it is open.</param>
/// <param name="Revision">The ETag.</param>
public sealed record TaskView(
    Guid Id,
    string Kind,
    string Title,
    string Key,
    string Status,
    IReadOnlyList<string> Candidates,
    string? ClaimedBy,
    IReadOnlyList<string> Outcomes,
    JsonElement? Facts,
    DateTimeOffset OpenedAt,
    DateTimeOffset? DueAt,
    string? Outcome,
    int Revision);

/// <summary>Tasks, oldest first.</summary>
/// <param name="Status">Only these; null for open and claimed.</param>
/// <param name="Kind">Only these; null for all.</param>
/// <param name="Key">Only about this business key; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("tasks.read"), AsksDatabase]
public sealed record ListTasks(string? Status, string? Kind, string? Key, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<TaskView>>>;

/// <summary>One task.</summary>
/// <param name="Id">Which.</param>
[Needs("tasks.read"), AsksDatabase]
public sealed record GetTask(Guid Id) : IRequest<Result<TaskView>>;

/// <summary>Takes a task, so that nobody else does it. A second call by the same person changes nothing.</summary>
/// <param name="Id">Which.</param>
/// <returns>The task, <c>workflows.unknown-task</c> (NotFound), <c>workflows.task-taken</c>, <c>workflows.task-done</c> (Conflict), <c>workflows.not-a-candidate</c> (Rule).</returns>
[Needs("tasks.complete"), AsksDatabase]
public sealed record ClaimTask(Guid Id) : IRequest<Result<TaskView>>;

/// <summary>Gives the answer of a task; its workflow goes on. A second call with the same answer changes nothing.</summary>
/// <param name="Id">Which.</param>
/// <param name="Outcome">One of its outcomes.</param>
/// <param name="Answer">More that the workflow wants to know; null for nothing. At most 64 KB.</param>
/// <returns>The task, <c>workflows.unknown-task</c> (NotFound), <c>workflows.task-taken</c>, <c>workflows.task-done</c> (Conflict), <c>workflows.not-a-candidate</c>, <c>workflows.unknown-outcome</c>, <c>workflows.decided-elsewhere</c> (Rule: an approval is decided where approvals are).</returns>
[Needs("tasks.complete"), AsksDatabase]
public sealed record CompleteTask(Guid Id, string Outcome, JsonElement? Answer = null) : IRequest<Result<TaskView>>;

/// <summary>Gives the answer of every open task about a business key and of a kind, whoever its candidates are: for modules whose own record was decided.</summary>
/// <param name="Kind">The tasks' kind.</param>
/// <param name="Key">Their business key.</param>
/// <param name="Outcome">One of their outcomes.</param>
/// <returns>How many; 0 when none is open.</returns>
[Needs("tasks.settle"), AsksDatabase]
public sealed record SettleTasks(string Kind, string Key, string Outcome) : IRequest<Result<SettledTasks>>;

/// <summary>Tasks that were answered.</summary>
/// <param name="Count">How many.</param>
public sealed record SettledTasks(int Count);

/// <summary>A person was asked to do something, took it, did it, or need not any more.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="TaskId">The task.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Status"><c>open</c>, <c>claimed</c>, <c>completed</c> or <c>cancelled</c>.</param>
/// <param name="Outcome">The answer; null before it.</param>
[EventName("workflows.task-changed.v1")]
public sealed record TaskChanged(Guid EventId, DateTimeOffset OccurredAt, Guid TaskId, string Kind, string Key, string Status, string? Outcome) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("task", TaskId);

    string IFact.Key => Key;
}
