using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Finds out what a stimulus means, runs its burst, and writes down what came of it.</summary>
/// <param name="unit">Writes.</param>
/// <param name="definitions">What is run.</param>
/// <param name="services">What bursts ask of the world.</param>
/// <param name="now">Business time.</param>
/// <param name="leads">Whether what follows from a burst for one other instance is handed out by <see cref="TakeFollowers"/>, to be run in the same transaction if it may.</param>
internal sealed partial class StimulusRun(UnitOfWork unit, DefinitionStore definitions, BurstWork services, DateTimeOffset now, bool leads)
{
    private static readonly WorkflowRunner Runner = new();

    private readonly List<Action> writes = [];
    private List<StimulusRow> followers = [];

    /// <summary>Whether this run leaves work for the next one.</summary>
    public bool WroteStimuli { get; private set; }

    /// <summary>Runs one stimulus. What it leaves of the engine's own rows is written by <see cref="WriteAll"/>.</summary>
    public Task Run(ClaimedStimulus stimulus, CancellationToken ct)
    {
        switch (stimulus.Kind)
        {
            case StimulusKind.Child:
                return StartChild(stimulus, ct);
            case StimulusKind.Start:
                return StartAsked(stimulus, ct);
            case StimulusKind.Trigger:
                return StartByTrigger(stimulus, ct);
            case StimulusKind.Request:
                return MeetRequest(stimulus, ct);
            case StimulusKind.Broadcast:
                return Spread(stimulus, ct);
            case StimulusKind.ChildEnded or StimulusKind.Task or StimulusKind.Answer when stimulus.Targets is [var waiting]:
                return Resume(stimulus, waiting, stimulus.SourceId, ct);
            case StimulusKind.Cancel when stimulus.Targets is [var cancelled]:
                return Cancel(stimulus, cancelled, ct);
            case StimulusKind.Event when stimulus.Targets.Count + stimulus.Starts.Length > 1:
                Split(stimulus);
                return Task.CompletedTask;
            case StimulusKind.Event or StimulusKind.Target when stimulus.Starts is [var start]:
                return Start(stimulus, start, ct);
            case StimulusKind.Target when stimulus.VersionId is not null:
                // Another event of the key was faster and its instance lives: a singleton is not started twice.
                Keep(stimulus, late: !stimulus.KeyLives);
                return Task.CompletedTask;
            case StimulusKind.Event or StimulusKind.Target when stimulus.Targets is [var target]:
                return Resume(stimulus, target, target.Bookmark, ct);
            case StimulusKind.Timer when stimulus.Targets is [var target]:
                return Resume(stimulus, target, stimulus.SourceId, ct);
            case StimulusKind.Retry or StimulusKind.Continue or StimulusKind.Skip when stimulus.Targets is [var target]:
                return GoOn(stimulus, target, ct);
            default:
                Keep(stimulus, late: stimulus.Kind is not StimulusKind.Event || !stimulus.KeyLives);
                return Task.CompletedTask;
        }
    }

    /// <summary>Writes what the bursts left, after the last of them.</summary>
    public void WriteAll()
    {
        writes.ForEach(write => write());
        writes.Clear();
    }

    /// <summary>What follows from the bursts so far and is in no line yet: whoever takes it runs it or puts it there by <see cref="Queue"/>.</summary>
    public List<StimulusRow> TakeFollowers()
    {
        var taken = followers;
        followers = [];
        return taken;
    }

    /// <summary>Puts followers in line, for bursts of their own behind this commit.</summary>
    public void Queue(IEnumerable<StimulusRow> rows)
    {
        foreach (var row in rows)
        {
            Wake(row);
        }
    }

    private async Task Start(ClaimedStimulus stimulus, string start, CancellationToken ct)
    {
        var bar = start.IndexOf('|', StringComparison.Ordinal);
        var version = await definitions.Compiled(start[..bar], ct);
        if (await IsTaken(version, stimulus.Key))
        {
            Keep(stimulus, late: !stimulus.KeyLives);
            return;
        }

        var state = InstanceState.New(services.NewId(), version.Workflow, stimulus.Key);
        services.Act(version, stimulus, now);
        using var data = Data(stimulus);
        await Store(stimulus, version, state, null, await Runner.StartAsync(version.Workflow, state, start[(bar + 1)..], data?.RootElement, services, ct));
    }

    /// <summary>A child starts once: its id stands in the start key. Where one of its definition lives already, and one may, the parent is told.</summary>
    private async Task StartChild(ClaimedStimulus stimulus, CancellationToken ct)
    {
        var order = JsonSerializer.Deserialize<ChildOrder>(stimulus.Data!, JsonReading.Web)!;
        var child = stimulus.Starts is [var start] ? await definitions.Compiled(start[..start.IndexOf('|', StringComparison.Ordinal)], ct) : null;
        var isTaken = child is null ? stimulus.IsTaken : await IsTaken(child, stimulus.Key);
        if (child is null || isTaken)
        {
            Keep(stimulus, late: true);
            if (isTaken && order.IsAwaited)
            {
                var end = new ChildEnd(
                    stimulus.SourceId, ChildEnd.Rejected, ChildEnd.Rejected, $"The child could not start: an instance of its definition lives for '{stimulus.Key}', which permits one.",
                    new Dictionary<string, object?>());
                Wake(new(Lane.People, order.ParentKey, StimulusKind.ChildEnded, "child-ended", stimulus.SourceId, order.Parent, null, Json(end), stimulus.Trace));
            }

            return;
        }

        var state = InstanceState.New(stimulus.SourceId, child.Workflow, order.CorrelationId, order.Input);
        state.Properties[ParentLink.Property] = JsonSerializer.SerializeToElement(new ParentLink(order.Parent, order.ParentKey, order.IsAwaited), JsonReading.Web);
        services.Act(child, stimulus, now);
        await Store(stimulus, child, state, null, await Runner.StartAsync(child.Workflow, state, null, null, services, ct));
    }

    /// <summary>Somebody asked for it by hand. Where one lives that permits no other, who asked sees that there is no instance.</summary>
    private async Task StartAsked(ClaimedStimulus stimulus, CancellationToken ct)
    {
        if (stimulus.Starts is not [var start])
        {
            Keep(stimulus, late: true);
            return;
        }

        var order = JsonSerializer.Deserialize<StartOrder>(stimulus.Data!, JsonReading.Web)!;
        var version = await definitions.Compiled(start[..start.IndexOf('|', StringComparison.Ordinal)], ct);
        if (await IsTaken(version, stimulus.Key))
        {
            Keep(stimulus, late: true);
            return;
        }

        var state = InstanceState.New(stimulus.SourceId, version.Workflow, order.CorrelationId, order.Input);
        services.Act(version, stimulus, now);
        var payload = order.TriggerActivityId is null ? null : order.Input;
        await Store(stimulus, version, state, null, await Runner.StartAsync(version.Workflow, state, order.TriggerActivityId, payload, services, ct));
    }

    private async Task Cancel(ClaimedStimulus stimulus, ClaimedTarget target, CancellationToken ct)
    {
        var version = await definitions.Compiled(target.VersionId, ct);
        var state = Read(target);
        services.Act(version, stimulus, now);
        using var data = Data(stimulus);
        await Store(stimulus, version, state, target, data?.RootElement.Flag("compensate") == true
            ? await Runner.CompensateAsync(version.Workflow, state, services, ct)
            : WorkflowRunner.Cancel(version.Workflow, state, services));
    }

    private async Task Resume(ClaimedStimulus stimulus, ClaimedTarget target, Guid? bookmark, CancellationToken ct)
    {
        var version = await definitions.Compiled(target.VersionId, ct);
        var state = Read(target);
        var met = bookmark is { } id ? state.Bookmarks.Find(b => b.Id == id) : state.Bookmarks.Find(b => b.Kind is BookmarkKind.Event && b.Name == stimulus.Name);
        if (met is null)
        {
            // A timer and an event raced and the other one won, or the wait of a split event went meanwhile.
            Keep(stimulus, late: stimulus.Kind is not (StimulusKind.Event or StimulusKind.Target));
            return;
        }

        if (stimulus.Kind is StimulusKind.ChildEnded && state.NeedsContinue)
        {
            // Its activity may stand in the left-over queue, which has room for one payload: behind the stimulus that goes on with it.
            Wake(new(Lane.People, stimulus.Key, stimulus.Kind, stimulus.Name, stimulus.SourceId, target.InstanceId, null, stimulus.Data, stimulus.Trace));
            return;
        }

        services.Act(version, stimulus, now);
        using var data = Data(stimulus);
        await Store(stimulus, version, state, target, await Runner.ResumeAsync(version.Workflow, state, met.Id, data?.RootElement, services, ct));
    }

    private async Task GoOn(ClaimedStimulus stimulus, ClaimedTarget target, CancellationToken ct)
    {
        var version = await definitions.Compiled(target.VersionId, ct);
        var state = Read(target);
        var (isRetry, isSkip) = (stimulus.Kind is StimulusKind.Retry, stimulus.Kind is StimulusKind.Skip);
        if (isRetry || isSkip ? !state.Incidents.Exists(i => i.Id == stimulus.SourceId) : !state.NeedsContinue)
        {
            Keep(stimulus, late: true);
            return;
        }

        services.Act(version, stimulus, now);
        var result = isRetry
            ? await Runner.RetryAsync(version.Workflow, state, stimulus.SourceId, services, ct)
            : isSkip
                ? await Runner.SkipAsync(version.Workflow, state, stimulus.SourceId, JsonSerializer.Deserialize<SkipOrder>(stimulus.Data!, JsonReading.Web)!, services, ct)
                : await Runner.ContinueAsync(version.Workflow, state, services, ct);
        await Store(stimulus, version, state, target, result);
    }

    /// <summary>An event with several targets writes one stimulus for each, so that each is a burst of its own.</summary>
    private void Split(ClaimedStimulus stimulus)
    {
        foreach (var start in stimulus.Starts)
        {
            Wake(new(Lane.People, stimulus.Key, StimulusKind.Target, stimulus.Name, stimulus.SourceId, null, start, stimulus.Data, stimulus.Trace));
        }

        foreach (var target in stimulus.Targets)
        {
            Wake(new(Lane.People, target.Key, StimulusKind.Target, stimulus.Name, stimulus.SourceId, target.InstanceId, null, stimulus.Data, stimulus.Trace));
        }
    }

    private void Keep(ClaimedStimulus stimulus, bool late)
    {
        if (stimulus.Follower is { } row)
        {
            // It has no number yet under which it could be kept.
            Wake(row);
            return;
        }

        writes.Add(() => unit.Write(new KeptRow(stimulus.Id, stimulus.Key, stimulus.Kind, stimulus.Name, stimulus.SourceId, stimulus.Data, stimulus.Trace, late)));
    }

    private void Follow(StimulusRow row)
    {
        if (leads)
        {
            followers.Add(row);
        }
        else
        {
            Wake(row);
        }
    }

    private void Wake(StimulusRow row)
    {
        WroteStimuli = true;
        writes.Add(() => unit.Write(row));
    }

    private async Task Store(ClaimedStimulus stimulus, CompiledVersion version, InstanceState state, ClaimedTarget? before, BurstResult result)
    {
        var key = state.CorrelationId ?? state.Id.ToString();
        var document = StateSerializer.Write(state);
        writes.Add(() => WriteInstance(stimulus, version, state, before, result, key, document));
        if (result.NeedsContinue)
        {
            Wake(new(Lane.Bulk, key, StimulusKind.Continue, "continue", state.Id, state.Id, null, null, stimulus.Trace));
        }

        TellChildren(stimulus, state, key, result);
        TellOthers(stimulus, version, state, key, result);
        await TellPeople(stimulus, version, result);
        MatchKept(stimulus, state, key, result);
    }

    /// <summary>Starts those that were asked for, ends those that nobody waits for any more, and, at the end of a child itself, tells its parent.</summary>
    private void TellChildren(ClaimedStimulus stimulus, InstanceState state, string key, BurstResult result)
    {
        foreach (var child in result.ChildrenStarted)
        {
            using var input = JsonDocument.Parse(child.Input);
            var order = Json(new ChildOrder(state.Id, key, child.IsAwaited, child.CorrelationId, input.RootElement));
            Follow(new(Lane.People, child.Key, StimulusKind.Child, "child", child.Id, null, child.VersionId + "|", order, stimulus.Trace));
        }

        foreach (var child in result.ChildrenGivenUp)
        {
            Wake(new(Lane.People, child.Key!, StimulusKind.Cancel, "cancel", state.Id, child.Id, null, CancelInstanceHandler.Order(result.Undoes), stimulus.Trace));
        }

        if (state.IsFinished && ParentLink.Of(state) is { IsAwaited: true } parent)
        {
            Follow(new(Lane.People, parent.Key, StimulusKind.ChildEnded, "child-ended", state.Id, parent.Id, null, Json(ChildEnd.Of(state)), stimulus.Trace));
        }
    }

    /// <summary>Facts are raised with the other rows, when what failed is undone, and by the version whose burst it was.</summary>
    private async Task TellPeople(ClaimedStimulus stimulus, CompiledVersion version, BurstResult result)
    {
        if (result.TasksOpened.Count + result.TasksGivenUp.Count == 0)
        {
            return;
        }

        var givenUp = result.TasksGivenUp.Count == 0 ? [] : await services.LockOpenTasks(result.TasksGivenUp);
        writes.Add(() =>
        {
            services.Act(version, stimulus, now);
            foreach (var task in result.TasksOpened)
            {
                unit.Raise(task, task.Change(now));
                unit.Write(new TaskRow(task));
            }

            foreach (var task in givenUp)
            {
                (task.Status, task.ClosedBy, task.ClosedAt) = (HumanTaskStatus.Cancelled, version.Caller.Actor, now);
                unit.Raise(task, task.Change(now));
                unit.Write(new TaskChangeRow(task));
            }
        });
    }

    private static string Json<T>(T value) => JsonSerializer.Serialize(value, JsonReading.Web);

    private void WriteInstance(
        ClaimedStimulus stimulus, CompiledVersion version, InstanceState state, ClaimedTarget? before, BurstResult result, string key, byte[] document)
    {
        if (before is null)
        {
            var singleton = result.Status is InstanceStatus.Running && version.Activation is not Activation.AllowAlways ? version.SingletonKey(key) : null;
            unit.Write(new InstanceRow(
                state.Id, state.DefinitionId, state.VersionId, key, $"{state.DefinitionId}:{stimulus.SourceId}", singleton, ParentLink.Of(state)?.Id, result.Status, document, now,
                state.SubStatus, state.Name));
        }
        else
        {
            unit.Write(new InstanceUpdateRow(state.Id, before.Revision, result.Status, document, now, state.SubStatus, state.Name));
        }

        result.BookmarksRemoved.ForEach(b => unit.Write(new BookmarkGoneRow(b)));
        result.IncidentsClosed.ForEach(i => unit.Write(new IncidentClosedRow(i, now)));
        foreach (var bookmark in result.BookmarksCreated)
        {
            unit.Write(new BookmarkRow(state.Id, key, bookmark));
            if (bookmark.Due is { } due)
            {
                unit.Write(new TimerRow(bookmark.Id, state.Id, key, 0, due));
            }
        }

        foreach (var incident in result.IncidentsOpened)
        {
            // The burst went on after it and may have ended or cancelled what failed: nobody is asked about that any more.
            var isOver = !state.Incidents.Contains(incident);
            unit.Write(new IncidentRow(state.Id, key, incident, isOver ? now : null));
            if (!isOver && incident.RetryAt is { } again)
            {
                unit.Write(new TimerRow(incident.Id, state.Id, key, 1, again));
            }
        }

        if (result.IsStuck)
        {
            unit.Write(new IncidentRow(state.Id, key, new(
                services.NewId(), 0, "", "", "", "Nothing can wake this instance: a join waits for a branch that will not come.", "workflows.stuck", 1, now, null)));
        }

        JournalDataRow.Write(unit, state.Id, result.Journal);
    }

    /// <summary>A signal that came before its wait is met now, in a burst of its own.</summary>
    private void MatchKept(ClaimedStimulus stimulus, InstanceState state, string key, BurstResult result)
    {
        if (stimulus.Kept is null)
        {
            return;
        }

        using var kept = JsonDocument.Parse(stimulus.Kept);
        var signals = kept.RootElement.EnumerateArray().ToList();
        foreach (var bookmark in result.BookmarksCreated.Where(b => b.Kind is BookmarkKind.Event))
        {
            var match = signals.FindIndex(s => s.GetProperty("name").GetString() == bookmark.Name);
            if (match < 0)
            {
                continue;
            }

            var signal = signals[match];
            signals.RemoveAt(match);
            var taken = new KeptTakenRow(signal.GetProperty("id").GetInt64());
            var data = signal.GetProperty("data");
            Wake(new(
                Lane.People, key, StimulusKind.Target, bookmark.Name, signal.GetProperty("source").GetGuid(), state.Id, null,
                data.ValueKind is JsonValueKind.Null ? null : data.GetRawText(), signal.GetProperty("trace").GetString()));
            writes.Add(() => unit.Write(taken));
        }
    }

    private static InstanceState Read(ClaimedTarget target)
    {
        var state = StateSerializer.Read(target.State);
        state.Revision = target.Revision;
        return state;
    }

    private static JsonDocument? Data(ClaimedStimulus stimulus) => stimulus.Data is null ? null : JsonDocument.Parse(stimulus.Data);
}
