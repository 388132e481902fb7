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
/// <param name="Form">What the answer must say beside the outcome; null when anything may be said.</param>
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
    int Revision,
    IReadOnlyList<TaskField>? Form = null);

/// <summary>One thing that a task wants to know.</summary>
/// <param name="Name">A letter, then letters and digits, at most 64: the member of the answer that says it.</param>
/// <param name="Label">What a person reads before the field, 1 to 200 characters.</param>
/// <param name="Type">
/// <c>string</c> (at most 2,000 characters), <c>number</c>, <c>boolean</c>, <c>choice</c>, <c>date</c> (<c>2026-11-27</c>), or <c>money</c> (<c>{"amount":"12.50","currency":"GBP"}</c>).
/// </param>
/// <param name="Required">Whether it must be said.</param>
/// <param name="Hint">A line that helps; null for none.</param>
/// <param name="Choices">Of a choice: what there is to choose from, 1 to 100; null for other types.</param>
/// <param name="Currency">Of money: the only one that is taken, ISO 4217; null for other types.</param>
/// <param name="Min">Of a number or money: the least; null for none.</param>
/// <param name="Max">Likewise: the most; null for none.</param>
/// <param name="Lines">Of a string: how many lines its field is high; 1 when it is left out.</param>
public sealed record TaskField(
    string Name,
    string Label,
    string Type,
    bool Required = false,
    string? Hint = null,
    IReadOnlyList<string>? Choices = null,
    string? Currency = null,
    decimal? Min = null,
    decimal? Max = null,
    int Lines = 1);

/// <summary>Tasks, oldest first unless sorted otherwise.</summary>
/// <param name="Status">Only these; null for open and claimed.</param>
/// <param name="Kind">Only these; null for all.</param>
/// <param name="Key">Only about this business key; null for all.</param>
/// <param name="After">The last id of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
/// <param name="Mine">Only what the caller may do by its roles and nobody else has taken.</param>
/// <param name="Overdue">Only what should have been done by now.</param>
/// <param name="Sort"><c>opened</c>, or <c>due</c>: what is due next comes first, what is never due last; null for opened.</param>
[Needs("tasks.read"), AsksDatabase]
public sealed record ListTasks(string? Status, string? Kind, string? Key, Guid? After, int Limit, bool Mine = false, bool Overdue = false, string? Sort = null) : IRequest<Result<IReadOnlyList<TaskView>>>;

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
/// <returns>The task, <c>workflows.unknown-task</c> (NotFound), <c>workflows.task-taken</c>, <c>workflows.task-done</c> (Conflict), <c>workflows.not-a-candidate</c>, <c>workflows.unknown-outcome</c>, <c>workflows.task-form</c> (the answer is not what the form asks for, with every fault), <c>workflows.decided-elsewhere</c> (Rule: an approval is decided where approvals are).</returns>
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
