using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Workflows;

/// <summary>Stored as a number.</summary>
internal enum HumanTaskStatus : short
{
    Open,
    Claimed,
    Completed,
    Cancelled,
}

/// <summary>What a workflow asks of a person. Its id is that of the wait it answers.</summary>
internal sealed class HumanTask : IAggregate
{
    /// <summary>Kinds whose answer belongs to another module's record; only that record's decision gives it (<see cref="SettleTasks"/>).</summary>
    public static IReadOnlySet<string> DecidedElsewhere { get; } = new HashSet<string>(StringComparer.Ordinal) { "refund-approval", "blind-return" };

    public required Guid Id { get; init; }

    public required Guid InstanceId { get; init; }

    public required string Key { get; init; }

    public required string Kind { get; init; }

    public required string Title { get; init; }

    public required IReadOnlyList<string> Candidates { get; init; }

    public required IReadOnlyList<string> Outcomes { get; init; }

    /// <summary>JSON; null for none.</summary>
    public required string? Facts { get; init; }

    /// <summary>JSON of <see cref="TaskField"/>; null when anything may be answered.</summary>
    public required string? Form { get; init; }

    public required DateTimeOffset OpenedAt { get; init; }

    public required DateTimeOffset? DueAt { get; init; }

    public HumanTaskStatus Status { get; set; }

    public string? ClaimedBy { get; set; }

    public string? Outcome { get; set; }

    /// <summary>JSON; null for none.</summary>
    public string? Answer { get; set; }

    public string? ClosedBy { get; set; }

    public DateTimeOffset? ClosedAt { get; set; }

    public int Revision { get; set; }

    public bool IsOpen => Status is HumanTaskStatus.Open or HumanTaskStatus.Claimed;

    public int NextRevision() => ++Revision;

    /// <summary>Whether somebody may do it: a person by one of the roles, a system by its permission alone. No candidates: everybody who may complete tasks.</summary>
    public bool IsFor(Caller caller) => Candidates.Count == 0 || caller is not Caller.Person person || person.Roles.Overlaps(Candidates);

    public TaskChanged Change(DateTimeOffset now) => new(Guid.CreateVersion7(), now, Id, Kind, Key, Status.ToString().ToLowerInvariant(), Outcome);

    public TaskView ToView() => new(
        Id, Kind, Title, Key, Status.ToString().ToLowerInvariant(), Candidates, ClaimedBy, Outcomes, Facts is null ? null : JsonElement.Parse(Facts), OpenedAt, DueAt, Outcome, Revision,
        TaskForm.Read(Form));
}
