using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Elsa's two statuses.</summary>
internal enum InstanceStatus : byte
{
    Running,
    Finished,
}

/// <summary>Elsa's finer statuses, in its spelling.</summary>
internal enum InstanceSubStatus : byte
{
    Pending,
    Executing,
    Suspended,
    Interrupted,
    Finished,
    Cancelled,
    Faulted,
}

/// <summary>
/// All that one instance remembers between bursts. Ended executions are removed, so an instance that loops for years stays as small as what it waits for.
/// Changed by one burst at a time; after a burst that threw it is worthless and must be read again.
/// </summary>
internal sealed class InstanceState
{
    // What most instances never have is made when something is put in: a short run ends before it would need any of it.
    private List<Bookmark>? bookmarks;
    private List<Incident>? incidents;

    public required Guid Id { get; init; }

    public required string DefinitionId { get; init; }

    public required string VersionId { get; init; }

    /// <summary>The row's revision, set by who loads and stores; not part of the document.</summary>
    public int Revision { get; set; }

    public string? CorrelationId { get; set; }

    public string? Name { get; set; }

    public InstanceStatus Status { get; set; }

    public InstanceSubStatus SubStatus { get; set; }

    /// <summary>The number of the next journal entry, from 0.</summary>
    public long JournalSequence { get; set; }

    /// <summary>The number of the last execution; with the instance's id it gives the execution's id.</summary>
    public long LastExecution { get; set; }

    /// <summary>Step budgets spent one after the other without a wait or a request.</summary>
    public int BudgetsInARow { get; set; }

    public Dictionary<string, object?> Input { get => field ??= []; init; }

    public Dictionary<string, object?> Output { get => field ??= []; init; }

    /// <summary>Free for the host: who started it, its parent, whether it is dry.</summary>
    public Dictionary<string, JsonElement> Properties { get => field ??= []; init; }

    /// <summary>What has begun and not ended, and what is scheduled.</summary>
    public List<ActivityExecution> Executions { get; init; } = [];

    /// <summary>Work that a spent step budget left over, in order; empty otherwise.</summary>
    public Queue<ActivityExecution> Scheduled { get; } = new(1);

    public List<Bookmark> Bookmarks => bookmarks ??= [];

    /// <summary>As <see cref="Bookmarks"/> would say, without making a list that nobody fills.</summary>
    public bool HasBookmarks => bookmarks is { Count: > 0 };

    /// <summary>Open ones only.</summary>
    public List<Incident> Incidents => incidents ??= [];

    public bool HasIncidents => incidents is { Count: > 0 };

    /// <summary>Outputs by activity id and output name, kept only for definitions that ask for them.</summary>
    public Dictionary<string, object?> ActivityOutputs { get => field ??= []; init; }

    /// <summary>What the variables of the whole workflow held when it ended, by their ids; kept only where its steps' values are written down, too.</summary>
    public Dictionary<string, object?> EndVariables { get => field ??= []; init; }

    /// <summary>Steps that were done and can be undone, oldest first; only of definitions that compensate.</summary>
    public List<DoneStep> Done => field ??= [];

    /// <summary>How the instance ends once all of them are undone; null as long as nobody undoes anything.</summary>
    public InstanceSubStatus? Undoing { get; set; }

    /// <summary>The last output set; forgotten when the instance waits.</summary>
    public object? LastResult { get; set; }

    public bool IsFinished => Status == InstanceStatus.Finished;

    public bool NeedsContinue => Scheduled.Count > 0 && SubStatus == InstanceSubStatus.Executing;

    public static InstanceState New(Guid id, CompiledWorkflow workflow, string? correlationId, JsonElement? input = null)
    {
        var state = new InstanceState { Id = id, DefinitionId = workflow.DefinitionId, VersionId = workflow.VersionId, CorrelationId = correlationId, SubStatus = InstanceSubStatus.Pending };
        if (input is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var member in given.EnumerateObject())
            {
                state.Input[member.Name] = ValueConverter.Plain(member.Value);
            }
        }

        return state;
    }
}

internal enum ExecutionStatus : byte
{
    /// <summary>Scheduled, not begun.</summary>
    Pending,
    Running,
    Faulted,
}

/// <summary>One execution of one activity, alive until it ends. A burst uses those that have ended again.</summary>
internal sealed class ActivityExecution
{
    private object? flow;
    private object? payload;

    public required long Number { get; set; }

    public required string ActivityId { get; set; }

    /// <summary>Null for the workflow itself.</summary>
    public ActivityExecution? Parent { get; set; }

    public ExecutionStatus Status { get; set; }

    /// <summary>Scheduled by a connection that leads back; such a round does not count as a visit.</summary>
    public bool Backward { get; set; }

    /// <summary>To be resumed, not executed: a bookmark was met, or the activity started the instance.</summary>
    public bool Resumed { get; set; }

    public JsonElement? Payload { get => (JsonElement?)payload; set => payload = value; }

    /// <summary>How often it failed.</summary>
    public int Attempt { get; set; }

    /// <summary>How far a sequence got.</summary>
    public int Cursor { get; set; }

    public Dictionary<string, JsonElement>? Properties { get; set; }

    /// <summary>Variables declared here, by their ids, and locals, by their names.</summary>
    public ScopeValues? Variables { get; set; }

    /// <summary>Of a flowchart in counter mode.</summary>
    public FlowCounters? Flow { get => flow as FlowCounters; set => flow = value; }

    /// <summary>Of a flowchart in token mode.</summary>
    public FlowTokens? Tokens { get => flow as FlowTokens; set => flow = value; }

    /// <summary>Found again from the id when a burst begins.</summary>
    public CompiledNode? Node { get; set; }

    /// <summary>Whether it stands in the queue.</summary>
    public bool Queued { get; set; }

    /// <summary>Children alive; kept in step by the burst.</summary>
    public int Children { get; set; }

    /// <summary>The next one of those that the burst uses again.</summary>
    public ActivityExecution? NextUnused { get; set; }

    /// <summary>Begins anew as another execution. Whoever knew the old one must have forgotten it.</summary>
    public void Become(long number, CompiledNode node)
    {
        Number = number;
        ActivityId = node.Key;
        Node = node;
        Parent = NextUnused = null;
        Status = ExecutionStatus.Pending;
        Backward = Resumed = Queued = false;
        Attempt = Cursor = Children = 0;
        Properties = null;
        Variables = null;
        flow = payload = null;
    }
}

/// <summary>A flowchart's visits. Positions are those of the file, which never changes under a version.</summary>
internal sealed class FlowCounters(int start, int activities, int connections)
{
    private readonly int[] counts = new int[activities + connections];

    public int Start { get; } = start;

    public Span<int> Activities => counts.AsSpan(0, activities);

    /// <summary>As they are stored: negative where a connection was not followed when it was last visited.</summary>
    public Span<int> Connections => counts.AsSpan(activities);

    public void Visit(int connection, bool followed)
    {
        var visits = Visits(connection) + 1;
        Connections[connection] = followed ? visits : -visits;
    }

    public int Visits(int connection) => Math.Abs(Connections[connection]);

    /// <summary>Whether it was followed when it was last visited.</summary>
    public bool IsFollowed(int connection) => Connections[connection] > 0;
}

/// <summary>What lies on a flowchart's connections in token mode.</summary>
/// <param name="start">Where it began.</param>
internal sealed class FlowTokens(int start)
{
    public int Start { get; } = start;

    public List<FlowToken> All { get; } = [];
}

/// <param name="Connection">Its place in the file's connections.</param>
internal readonly record struct FlowToken(int Connection, FlowTokenKind Kind);

/// <summary>Stored as a number.</summary>
internal enum FlowTokenKind
{
    /// <summary>The target was scheduled for it, or is left to another token.</summary>
    Live,

    /// <summary>Waits at its target for those of the other connections.</summary>
    Held,

    /// <summary>Another connection was faster: the next arrival here is swallowed.</summary>
    Blocked,

    /// <summary>An arrival was swallowed; more of them are, until the target has ended.</summary>
    Spent,
}

internal enum BookmarkKind
{
    Event,
    Timer,

    /// <summary>The end of a child, whose instance id is the bookmark's id.</summary>
    Child,

    /// <summary>A person's answer; the bookmark's id is the task's.</summary>
    Task,

    /// <summary>The answer of another machine, or of somebody who was asked for a task; the bookmark's id is that of the call or the task.</summary>
    Answer,

    /// <summary>A web request; the name says method and path.</summary>
    Http,
}

/// <summary>What an instance waits for.</summary>
/// <param name="Name">The event's name; for anything else the activity's type.</param>
/// <param name="Hash">As Elsa computes it; null for a timer.</param>
/// <param name="Due">Of a timer, UTC.</param>
/// <param name="Key">Of a child: under which its stimuli stand in line.</param>
internal sealed record Bookmark(Guid Id, BookmarkKind Kind, string Name, string? Hash, DateTimeOffset? Due, long Execution, string ActivityId, DateTimeOffset CreatedAt, string? Key = null);

/// <summary>A failed activity that waits for its retry or for a person.</summary>
/// <param name="Attempt">How often it has failed by now, from 1.</param>
/// <param name="RetryAt">When to call <see cref="WorkflowRunner.RetryAsync"/>; null waits for a person.</param>
internal sealed record Incident(
    Guid Id, long Execution, string ActivityId, string NodeId, string ActivityType, string Message, string ErrorClass, int Attempt, DateTimeOffset At, DateTimeOffset? RetryAt);
