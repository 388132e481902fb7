namespace RetailOps.Workflows;

/// <summary>What a burst did, for who stores it. The state itself was changed in place.</summary>
internal sealed class BurstResult
{
    // Most bursts have few of these: they are made when one is asked for.
    private Lists? lists;

    /// <summary>Handed over when the burst is closed, before anybody sees the result.</summary>
    public BurstJournal Journal { get; set; } = null!;

    /// <summary>Created and still open at the end of the burst.</summary>
    public List<Bookmark> BookmarksCreated => More.BookmarksCreated;

    /// <summary>Stored by an earlier burst and now met or given up.</summary>
    public List<Guid> BookmarksRemoved => More.BookmarksRemoved;

    /// <summary>Asked for in this burst and still wanted at its end.</summary>
    public List<ChildStart> ChildrenStarted => More.ChildrenStarted;

    /// <summary>Waits of earlier bursts for children whose end nobody wants to know any more.</summary>
    public List<Bookmark> ChildrenGivenUp => More.ChildrenGivenUp;

    /// <summary>Steps are being undone; so are those of the children given up.</summary>
    public bool Undoes { get; set; }

    /// <summary>Opened in this burst and still waited for at its end.</summary>
    public List<HumanTask> TasksOpened => More.TasksOpened;

    /// <summary>Tasks of earlier bursts whose answer nobody waits for any more.</summary>
    public List<Guid> TasksGivenUp => More.TasksGivenUp;

    /// <summary>Calls of other machines ordered in this burst and still waited for at its end.</summary>
    public List<CallOrder> Calls => More.Calls;

    /// <summary>Tasks of somebody outside, asked for in this burst and still waited for at its end.</summary>
    public List<TaskOrder> TasksAskedFor => More.TasksAskedFor;

    public List<EventOrder> EventsPublished => More.EventsPublished;

    /// <summary>The answer to the web request that began the burst; null when it gave none.</summary>
    public HttpReply? Reply { get; set; }

    public List<Incident> IncidentsOpened => More.IncidentsOpened;

    /// <summary>Opened by an earlier burst; retried, skipped, or ended with the instance.</summary>
    public List<Guid> IncidentsClosed => More.IncidentsClosed;

    /// <summary>Whether there may be anything in the lists. When not, to look at one is what makes them.</summary>
    public bool HasMore => lists is not null;

    public InstanceStatus Status { get; set; }

    public InstanceSubStatus SubStatus { get; set; }

    /// <summary>The step budget is spent: store, then call <see cref="WorkflowRunner.ContinueAsync"/> in a burst of its own.</summary>
    public bool NeedsContinue { get; set; }

    /// <summary>Not finished, and nothing can wake it: no bookmark, no incident, no work.</summary>
    public bool IsStuck { get; set; }

    public int Steps { get; set; }

    /// <summary>Whether any request was sent.</summary>
    public bool Sent { get; set; }

    /// <summary>From here on it is another step that asks.</summary>
    public void BeginStep() => lists?.BeginStep();

    /// <summary>What the step asked for, which failed, is not asked for.</summary>
    public void TakeBackStep() => lists?.TakeBackStep();

    private Lists More => lists ??= new();

    private sealed class Lists
    {
        private (int Children, int Calls, int Tasks, int Events) before;

        public List<Bookmark> BookmarksCreated => field ??= [];

        public List<Guid> BookmarksRemoved => field ??= [];

        public List<ChildStart> ChildrenStarted => field ??= [];

        public List<Bookmark> ChildrenGivenUp => field ??= [];

        public List<HumanTask> TasksOpened => field ??= [];

        public List<Guid> TasksGivenUp => field ??= [];

        public List<CallOrder> Calls => field ??= [];

        public List<TaskOrder> TasksAskedFor => field ??= [];

        public List<EventOrder> EventsPublished => field ??= [];

        public List<Incident> IncidentsOpened => field ??= [];

        public List<Guid> IncidentsClosed => field ??= [];

        public void BeginStep() => before = (ChildrenStarted.Count, Calls.Count, TasksAskedFor.Count, EventsPublished.Count);

        public void TakeBackStep()
        {
            Cut(ChildrenStarted, before.Children);
            Cut(Calls, before.Calls);
            Cut(TasksAskedFor, before.Tasks);
            Cut(EventsPublished, before.Events);
        }

        private static void Cut<T>(List<T> list, int length) => list.RemoveRange(length, list.Count - length);
    }
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
