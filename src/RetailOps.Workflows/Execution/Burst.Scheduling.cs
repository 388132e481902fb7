using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Beginning, ending and cancelling executions.</summary>
internal sealed partial class Burst
{
    private (ActivityExecution Upto, Outcomes With)? ending;
    private ActivityExecution? ended;
    private ActivityExecution? unused;

    /// <summary>Puts an activity at the end of the queue.</summary>
    /// <param name="locals">Variables of this execution that nobody declared, by name: the item of a loop.</param>
    public void Schedule(CompiledNode activity, ActivityExecution? parent, bool backward = false, bool resumed = false, JsonElement? payload = null, ScopeValues? locals = null)
    {
        var execution = New(activity);
        execution.Parent = parent;
        execution.Backward = backward;
        execution.Resumed = resumed;
        execution.Variables = locals;
        if (payload is not null)
        {
            execution.Payload = payload;
        }

        if (parent is not null)
        {
            parent.Children++;
        }

        state.Executions.Add(execution);
        Enqueue(execution);
    }

    public bool IsScheduled(CompiledNode activity, ActivityExecution parent)
    {
        foreach (var execution in state.Scheduled)
        {
            if (execution.Node == activity && execution.Parent == parent)
            {
                return true;
            }
        }

        return false;
    }

    public void Resume(Guid bookmarkId, JsonElement? payload)
    {
        var bookmark = state.Bookmarks.Find(b => b.Id == bookmarkId)
            ?? throw new InvalidOperationException($"Instance {state.Id} has no bookmark {bookmarkId}.");
        state.Bookmarks.Remove(bookmark);
        met = bookmarkId;
        var execution = state.Executions.Find(e => e.Number == bookmark.Execution)
            ?? throw new InvalidOperationException($"Bookmark {bookmarkId} belongs to an execution that has ended.");
        if (execution.Queued)
        {
            return;             // an earlier stimulus already wakes it; the two waits were alternatives
        }

        state.Incidents.RemoveAll(i => i.Execution == execution.Number);
        execution.Status = ExecutionStatus.Running;
        execution.Resumed = true;
        execution.Payload = payload?.Clone();
        Enqueue(execution);
    }

    public void Retry(Guid incidentId)
    {
        var incident = state.Incidents.Find(i => i.Id == incidentId)
            ?? throw new InvalidOperationException($"Instance {state.Id} has no open incident {incidentId}.");
        state.Incidents.Remove(incident);
        var execution = state.Executions.Find(e => e.Number == incident.Execution)
            ?? throw new InvalidOperationException($"Incident {incidentId} belongs to an execution that has ended.");
        execution.Status = ExecutionStatus.Running;
        Enqueue(execution);
    }

    /// <summary>Stands where an incident is, which is taken back.</summary>
    public void Find(Guid incidentId)
    {
        var incident = state.Incidents.Find(i => i.Id == incidentId) ?? throw new InvalidOperationException($"Instance {state.Id} has no open incident {incidentId}.");
        state.Incidents.Remove(incident);
        current = state.Executions.Find(e => e.Number == incident.Execution) ?? throw new InvalidOperationException($"Incident {incidentId} belongs to an execution that has ended.");
        node = current.Node!;
    }

    /// <summary>The current step is done as a person says.</summary>
    public void Skip(SkipOrder order)
    {
        current.Status = ExecutionStatus.Running;
        foreach (var output in order.Outputs?.EnumerateObject() ?? default)
        {
            if (Array.Find(node.Outputs, o => o.Name == output.Name) is { Target: { } target } && !TrySetVariable(target, ValueConverter.Plain(output.Value)) && workflow.Definition.Outputs.Contains(target))
            {
                state.Output[target] = ValueConverter.Plain(output.Value);
            }
        }

        Journal(current, new JournalWord("Skipped", order.By));
        Complete(current, new Outcomes(order.Outcome));
    }

    /// <summary>Ends the parts of a composite that are still alive and come before a join that no longer waits for them.</summary>
    public void CancelChild(ActivityExecution execution)
    {
        CancelChildren(execution);
        Journal(execution, JournalWord.Canceled);
        Remove(execution);
    }

    /// <summary>When the current step completes, the nearest loop around it completes too.</summary>
    public void BreakLoop()
    {
        if (Around<ILoop>() is { } loop)
        {
            ending = (loop, Outcomes.Done);
        }
    }

    /// <summary>When the current step completes, the nearest workflow around it completes too, the one that is used as an activity or the whole.</summary>
    public void EndWorkflow(Outcomes outcomes) => ending = (Around<WorkflowRoot>()!, outcomes);

    private ActivityExecution? Around<T>()
    {
        var around = current.Parent;
        while (around is not null && around.Node!.Activity is not T)
        {
            around = around.Parent;
        }

        return around;
    }

    public List<ActivityExecution> RunningChildren(ActivityExecution parent) => [.. state.Executions.Where(e => e.Parent == parent && e.Status == ExecutionStatus.Running)];

    /// <summary>Ends the instance here and now: <c>Finish</c>, a person's cancel, or a fault that is meant to end it.</summary>
    public void End(InstanceSubStatus subStatus)
    {
        if (state.Executions.Count > 0)
        {
            EndAll(subStatus);
        }

        state.Executions.Clear();
        state.Scheduled.Clear();
        if (state.HasBookmarks)
        {
            state.Bookmarks.Clear();
        }

        if (state.HasIncidents)
        {
            state.Incidents.Clear();
        }

        state.Status = InstanceStatus.Finished;
        state.SubStatus = subStatus;
        completed = null;
    }

    private void EndAll(InstanceSubStatus subStatus)
    {
        // Those above the step that ends the instance end with it; everything beside it is cancelled.
        for (var above = current?.Parent; above is not null; above = above.Parent)
        {
            CancelChildren(above, except: e => e == current || IsAbove(e, current!));
        }

        // The original says nothing of the ancestors of a fault.
        var ending = state.Executions.Where(e => subStatus != InstanceSubStatus.Faulted && e.Status != ExecutionStatus.Pending).OrderByDescending(e => e.Number).ToList();
        foreach (var execution in ending)
        {
            Journal(execution, subStatus == InstanceSubStatus.Finished ? JournalWord.Ended : JournalWord.Canceled);
        }

        KeepVariables(state.Executions.Find(e => e.Parent is null));
    }

    private void KeepVariables(ActivityExecution? whole)
    {
        if (workflow.KeepsVariables && whole?.Variables is { } variables)
        {
            foreach (var (id, value) in variables)
            {
                state.EndVariables[id] = value;
            }
        }
    }

    /// <summary>Ends an execution and then, one by one, the parents that end with it.</summary>
    private void Complete(ActivityExecution execution, Outcomes outcomes)
    {
        while (true)
        {
            Journal(execution, JournalWord.Completed(outcomes.ToString()));
            if (execution.Children > 0)
            {
                CancelChildren(execution);
            }

            Remove(execution);
            if (execution.Parent is not { } parent)
            {
                KeepVariables(execution);
                Retire(execution);
                End(InstanceSubStatus.Finished);
                return;
            }

            if (ending is { } last)
            {
                // Nobody on the way up is asked what comes next: they end with it.
                Retire(execution);
                ending = parent == last.Upto ? null : last;
                (execution, outcomes) = (parent, parent == last.Upto ? last.With : Outcomes.Done);
                continue;
            }

            var told = Tell(parent, execution, outcomes);
            Retire(execution);
            if (told is not { } next)
            {
                return;
            }

            (execution, outcomes) = (parent, next);
        }
    }

    /// <summary>The parent stands where the step stood: what it evaluates, it evaluates in its own scope.</summary>
    private Outcomes? Tell(ActivityExecution parent, ActivityExecution child, Outcomes outcomes)
    {
        (current, node) = (parent, parent.Node!);
        try
        {
            return ((Composite)node.Activity).ChildCompleted(this, parent, child, outcomes);
        }
        catch
        {
            // As in the original, the failure is the child's: a composite cannot be run again from its beginning.
            parent.Children++;
            state.Executions.Add(child);
            (current, node) = (child, child.Node!);
            throw;
        }
    }

    /// <summary>One that has ended is used again once its step is over: until then somebody may still look at it.</summary>
    private void Retire(ActivityExecution execution)
    {
        execution.NextUnused = ended;
        ended = execution;
    }

    private void Reuse()
    {
        while (ended is { } one)
        {
            ended = one.NextUnused;
            one.NextUnused = unused;
            unused = one;
        }
    }

    private ActivityExecution New(CompiledNode activity)
    {
        var number = ++state.LastExecution;
        if (unused is not { } used)
        {
            return new ActivityExecution { Number = number, ActivityId = activity.Key, Node = activity };
        }

        unused = used.NextUnused;
        used.Become(number, activity);
        return used;
    }

    private void Enqueue(ActivityExecution execution)
    {
        execution.Queued = true;
        state.Scheduled.Enqueue(execution);
    }

    private void CancelChildren(ActivityExecution parent, Func<ActivityExecution, bool>? except = null)
    {
        // Depth first by an explicit stack: nesting is the analyst's, not ours.
        var found = new List<ActivityExecution>();
        var stack = new Stack<ActivityExecution>([parent]);
        while (stack.TryPop(out var above))
        {
            foreach (var child in state.Executions)
            {
                if (child.Parent == above && except?.Invoke(child) != true)
                {
                    found.Add(child);
                    stack.Push(child);
                }
            }
        }

        foreach (var execution in Enumerable.Reverse(found))
        {
            if (execution.Status != ExecutionStatus.Pending)
            {
                Journal(execution, JournalWord.Canceled);
            }

            Remove(execution);
        }
    }

    private static bool IsAbove(ActivityExecution execution, ActivityExecution below)
    {
        for (var above = below.Parent; above is not null; above = above.Parent)
        {
            if (above == execution)
            {
                return true;
            }
        }

        return false;
    }

    private void Remove(ActivityExecution execution)
    {
        state.Executions.Remove(execution);
        if (execution.Parent is { } parent)
        {
            parent.Children--;
        }

        // What would capture the execution stands by itself: most have nothing to be forgotten.
        if (state.HasBookmarks || state.HasIncidents || execution.Queued)
        {
            Forget(execution);
        }
    }

    private void Forget(ActivityExecution execution)
    {
        if (state.HasBookmarks)
        {
            state.Bookmarks.RemoveAll(b => b.Execution == execution.Number);
        }

        if (state.HasIncidents)
        {
            state.Incidents.RemoveAll(i => i.Execution == execution.Number);
        }

        if (execution.Queued)
        {
            var rest = state.Scheduled.Where(e => e != execution).ToList();
            state.Scheduled.Clear();
            rest.ForEach(state.Scheduled.Enqueue);
        }
    }
}
