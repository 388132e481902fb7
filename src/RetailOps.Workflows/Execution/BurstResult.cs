namespace RetailOps.Workflows;

/// <summary>What a burst did, for who stores it. The state itself was changed in place.</summary>
internal sealed class BurstResult
{
    public List<JournalEntry> Journal { get; } = new(32);

    /// <summary>Created and still open at the end of the burst.</summary>
    public List<Bookmark> BookmarksCreated { get; } = [];

    /// <summary>Stored by an earlier burst and now met or given up.</summary>
    public List<Guid> BookmarksRemoved { get; } = [];

    /// <summary>Asked for in this burst and still wanted at its end.</summary>
    public List<ChildStart> ChildrenStarted { get; } = [];

    /// <summary>Waits of earlier bursts for children whose end nobody wants to know any more.</summary>
    public List<Bookmark> ChildrenGivenUp { get; } = [];

    /// <summary>Steps are being undone; so are those of the children given up.</summary>
    public bool Undoes { get; set; }

    /// <summary>Opened in this burst and still waited for at its end.</summary>
    public List<HumanTask> TasksOpened { get; } = [];

    /// <summary>Tasks of earlier bursts whose answer nobody waits for any more.</summary>
    public List<Guid> TasksGivenUp { get; } = [];

    /// <summary>Calls of other machines ordered in this burst and still waited for at its end.</summary>
    public List<CallOrder> Calls { get; } = [];

    /// <summary>Tasks of somebody outside, asked for in this burst and still waited for at its end.</summary>
    public List<TaskOrder> TasksAskedFor { get; } = [];

    public List<EventOrder> EventsPublished { get; } = [];

    /// <summary>The answer to the web request that began the burst; null when it gave none.</summary>
    public HttpReply? Reply { get; set; }

    public List<Incident> IncidentsOpened { get; } = [];

    /// <summary>Opened by an earlier burst; retried, skipped, or ended with the instance.</summary>
    public List<Guid> IncidentsClosed { get; } = [];

    public InstanceStatus Status { get; set; }

    public InstanceSubStatus SubStatus { get; set; }

    /// <summary>The step budget is spent: store, then call <see cref="WorkflowRunner.ContinueAsync"/> in a burst of its own.</summary>
    public bool NeedsContinue { get; set; }

    /// <summary>Not finished, and nothing can wake it: no bookmark, no incident, no work.</summary>
    public bool IsStuck { get; set; }

    public int Steps { get; set; }

    /// <summary>Whether any request was sent.</summary>
    public bool Sent { get; set; }
}

/// <param name="Sequence">Without gaps in an instance, from 0.</param>
/// <param name="EventName">Started, Completed, Suspended, Resumed, Faulted, Canceled: Elsa's words.</param>
/// <param name="Detail">The outcomes of Completed, what a Suspended waits for, the message of Faulted.</param>
internal readonly record struct JournalEntry(long Sequence, CompiledNode Node, Guid ExecutionId, Guid? ParentExecutionId, string EventName, string? Detail, DateTimeOffset At)
{
    /// <summary>What the execution was given and gave, as JSON; null where its definition does not ask for that.</summary>
    public string? Data { get; init; }

    public string ActivityId => Node.Id;

    public string NodeId => Node.NodeId;

    public string ActivityType => Node.Type;
}
