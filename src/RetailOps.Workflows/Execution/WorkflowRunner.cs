using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// Runs one instance until every branch waits or ends. One thread, no database: effects go through <see cref="IBurstServices"/>,
/// and the caller stores the state and the result in the transaction those effects are part of.
/// </summary>
internal sealed class WorkflowRunner
{
    public const int DefaultStepBudget = 2_000;

    /// <summary>Budgets in a row without a wait or a request after which a loop is taken for an endless one.</summary>
    public const int MaxBudgetsInARow = 10;

    private readonly int stepBudget;

    public WorkflowRunner(int stepBudget = DefaultStepBudget) => this.stepBudget = stepBudget;

    /// <summary>Begins an instance.</summary>
    /// <param name="triggerActivityId">The trigger that started it: completes at once with the payload. Null starts at the drawn start.</param>
    /// <exception cref="InvalidOperationException">The instance has begun before, or there is no such trigger.</exception>
    public ValueTask<BurstResult> StartAsync(CompiledWorkflow workflow, InstanceState state, string? triggerActivityId, JsonElement? payload, IBurstServices services, CancellationToken ct)
    {
        if (state.SubStatus != InstanceSubStatus.Pending)
        {
            throw new InvalidOperationException($"Instance {state.Id} has been started before.");
        }

        var trigger = triggerActivityId is null ? null : workflow.Triggers.FirstOrDefault(t => t.ActivityId == triggerActivityId)
            ?? throw new InvalidOperationException($"Activity '{triggerActivityId}' cannot start workflow '{workflow.DefinitionId}'.");
        var burst = new Burst(workflow, state, services, ct) { Trigger = trigger is null ? null : new TriggerMet(trigger.Node, payload) };
        burst.Schedule(workflow.Nodes[0], null);
        return RunAsync(burst);
    }

    /// <summary>Runs one activity by itself, with what is below it; when it is done the instance has ended.</summary>
    /// <param name="variables">What it sees of the variables around it, by their ids and names.</param>
    public ValueTask<BurstResult> TestAsync(
        CompiledWorkflow workflow, InstanceState state, CompiledNode activity, ScopeValues variables, IBurstServices services, CancellationToken ct)
    {
        var burst = new Burst(workflow, state, services, ct);
        burst.Schedule(activity, null, locals: variables);
        return RunAsync(burst);
    }

    /// <summary>Goes on where a bookmark was met; the bookmark is gone with it.</summary>
    /// <exception cref="InvalidOperationException">The instance has no such bookmark.</exception>
    public ValueTask<BurstResult> ResumeAsync(CompiledWorkflow workflow, InstanceState state, Guid bookmarkId, JsonElement? payload, IBurstServices services, CancellationToken ct)
    {
        var burst = new Burst(workflow, state, services, ct);
        state.BudgetsInARow = 0;
        burst.Resume(bookmarkId, payload);
        return RunAsync(burst);
    }

    /// <summary>Runs a failed activity again, by the clock or because a person asks.</summary>
    /// <exception cref="InvalidOperationException">The instance has no such open incident.</exception>
    public ValueTask<BurstResult> RetryAsync(CompiledWorkflow workflow, InstanceState state, Guid incidentId, IBurstServices services, CancellationToken ct)
    {
        var burst = new Burst(workflow, state, services, ct);
        state.BudgetsInARow = 0;
        burst.Retry(incidentId);
        return RunAsync(burst);
    }

    /// <summary>Takes a failed activity for done, by an outcome and with outputs that a person gave.</summary>
    /// <exception cref="InvalidOperationException">The instance has no such open incident.</exception>
    public ValueTask<BurstResult> SkipAsync(CompiledWorkflow workflow, InstanceState state, Guid incidentId, SkipOrder order, IBurstServices services, CancellationToken ct)
    {
        var burst = new Burst(workflow, state, services, ct);
        state.BudgetsInARow = 0;
        burst.Find(incidentId);
        try
        {
            burst.Skip(order);
        }
        catch (Exception e) when (burst.Contains(e))
        {
            // What comes behind it failed, or the outputs do not fit: still an incident of that step.
            burst.Fault(e);
        }

        return RunAsync(burst);
    }

    /// <summary>Goes on after a spent step budget.</summary>
    public ValueTask<BurstResult> ContinueAsync(CompiledWorkflow workflow, InstanceState state, IBurstServices services, CancellationToken ct) =>
        RunAsync(new Burst(workflow, state, services, ct));

    /// <summary>Ends an instance for good, once the steps that can be undone are, newest first. Steps of a definition that does not compensate were not kept: it ends at once.</summary>
    public ValueTask<BurstResult> CompensateAsync(CompiledWorkflow workflow, InstanceState state, IBurstServices services, CancellationToken ct)
    {
        var burst = new Burst(workflow, state, services, ct);
        state.BudgetsInARow = 0;
        if (state.Undoing is null)
        {
            burst.Compensate(InstanceSubStatus.Cancelled);
        }

        return RunAsync(burst);
    }

    /// <summary>Ends an instance for good: everything that waits is cancelled, nothing runs.</summary>
    public static BurstResult Cancel(CompiledWorkflow workflow, InstanceState state, IBurstServices services)
    {
        var burst = new Burst(workflow, state, services, CancellationToken.None);
        burst.End(InstanceSubStatus.Cancelled);
        return burst.Close(spent: false);
    }

    private async ValueTask<BurstResult> RunAsync(Burst burst)
    {
        while (burst.Steps < stepBudget && burst.TryBegin(out var activity, out var resumed))
        {
            burst.Cancellation.ThrowIfCancellationRequested();
            try
            {
                // Awaiting a task that is already complete costs nothing; most are.
                await (resumed ? activity.ResumeAsync(burst, burst.Payload) : activity.ExecuteAsync(burst));
                burst.EndStep();
            }
            catch (Exception e) when (!burst.Cancellation.IsCancellationRequested && burst.Contains(e))
            {
                burst.Fault(e);
            }
        }

        return burst.Close(spent: burst.Steps >= stepBudget);
    }
}
