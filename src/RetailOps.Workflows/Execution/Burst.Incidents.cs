namespace RetailOps.Workflows;

/// <summary>Failures and the end of the burst.</summary>
internal sealed partial class Burst
{
    public bool Contains(Exception error) => services.Contain(error, node, current.Attempt + 1, ExecutionId);

    public void Fault(Exception error)
    {
        // What the failed step began to wait for would wake an activity that never said so.
        waits?.ForEach(w => state.Bookmarks.Remove(w));
        result.TakeBackStep();
        if (propertiesBefore is not null)
        {
            current.Properties = propertiesBefore;
        }

        current.Attempt++;
        // A drawn fault and an unknown type fail for ever: waiting helps nobody.
        var retryAt = error is FaultException or NotFoundException ? null : Now + RetryPolicy.After(node.Retry, current.Attempt);
        Open(error.Message, error is FaultException fault ? fault.Class : error.GetType().Name, retryAt);
        // What cannot be undone waits for a person, whatever the strategy.
        if (retryAt is null && workflow.EndsOnFault && state.Undoing is null)
        {
            if (workflow.Compensates)
            {
                Compensate(InstanceSubStatus.Faulted);
            }
            else
            {
                End(InstanceSubStatus.Faulted);
            }
        }
    }

    /// <summary>Settles status and result.</summary>
    public BurstResult Close(bool spent)
    {
        if (state.HasBookmarks)
        {
            result.BookmarksCreated.AddRange(state.Bookmarks.Where(bookmark => !Array.Exists(bookmarksBefore, b => b.Id == bookmark.Id)));
        }

        if (spent && state.Scheduled.Count > 0 && !state.IsFinished)
        {
            state.BudgetsInARow = result.Sent || result is { HasMore: true, BookmarksCreated.Count: > 0 } ? 0 : state.BudgetsInARow + 1;
            if (state.BudgetsInARow >= WorkflowRunner.MaxBudgetsInARow)
            {
                StopLoop();
            }
            else
            {
                result.NeedsContinue = true;
            }
        }

        Collect();
        if (!state.IsFinished && !result.NeedsContinue)
        {
            state.SubStatus = InstanceSubStatus.Suspended;
            state.LastResult = null;
            result.IsStuck = !state.HasBookmarks && !state.HasIncidents;
        }

        result.Status = state.Status;
        result.SubStatus = state.SubStatus;
        TakeJournal();
        return result;
    }

    /// <summary>The next activity in line becomes the incident; the rest stays scheduled and goes on when a person retries.</summary>
    private void StopLoop()
    {
        state.BudgetsInARow = 0;
        current = state.Scheduled.Dequeue();
        current.Queued = false;
        node = current.Node!;
        if (current.Status == ExecutionStatus.Pending)
        {
            Declare(current);
        }

        Open($"{WorkflowRunner.MaxBudgetsInARow} step budgets were spent without a wait or a request; this loop seems to have no end.", "EndlessLoop", retryAt: null);
    }

    private void Open(string message, string errorClass, DateTimeOffset? retryAt)
    {
        current.Status = ExecutionStatus.Faulted;
        Journal(current, new JournalWord("Faulted", message));
        var incident = new Incident(services.NewId(), current.Number, node.Id, node.NodeId, node.Type, message, errorClass, current.Attempt, Now, retryAt);
        state.Incidents.Add(incident);
        result.IncidentsOpened.Add(incident);
    }

    private void Collect()
    {
        if (bookmarksBefore.Length > 0)
        {
            result.BookmarksRemoved.AddRange(bookmarksBefore.Select(b => b.Id).Where(id => !state.Bookmarks.Exists(b => b.Id == id)));
            GiveUp();
        }

        if (incidentsBefore.Length > 0)
        {
            result.IncidentsClosed.AddRange(incidentsBefore.Where(id => !state.Incidents.Exists(i => i.Id == id)));
        }

        if (result.HasMore)
        {
            CollectOrders();
        }
    }
}

/// <summary>The definition says that this is a failure.</summary>
internal sealed class FaultException(string message, string code = "0", string category = "General", string type = "System") : Exception(message)
{
    /// <summary>As incidents are classed: the plain name, with the fault's own words where it has any.</summary>
    public string Class { get; } = (code, category, type) is ("0", "General", "System") ? nameof(FaultException) : $"{nameof(FaultException)} {type}/{category}/{code}";
}

/// <summary>The definition names an activity type that this system does not have.</summary>
internal sealed class NotFoundException(string type) : Exception($"Activity type '{type}' version '0' could not be found.");
