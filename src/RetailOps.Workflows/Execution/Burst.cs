using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

using MediatR;

namespace RetailOps.Workflows;

/// <summary>One burst of one instance, and the context its activities see. One object serves all steps, one after the other.</summary>
internal sealed partial class Burst : ActivityContext
{
    private readonly CompiledWorkflow workflow;
    private readonly InstanceState state;
    private readonly IBurstServices services;
    private readonly BurstResult result = new();
    private readonly Bookmark[] bookmarksBefore;
    private readonly Guid[] incidentsBefore;
    private JournalLine[] journal = ArrayPool<JournalLine>.Shared.Rent(32);
    private int entries;
    private ActivityExecution current = null!;
    private CompiledNode node = null!;
    private Outcomes? completed;
    private Dictionary<string, JsonElement>? propertiesBefore;
    private List<Bookmark>? waits;
    private Guid met;

    public Burst(CompiledWorkflow workflow, InstanceState state, IBurstServices services, CancellationToken ct)
    {
        if (state.VersionId != workflow.VersionId)
        {
            throw new InvalidOperationException($"Instance {state.Id} runs version '{state.VersionId}', not '{workflow.VersionId}'.");
        }

        if (state.IsFinished)
        {
            throw new InvalidOperationException($"Instance {state.Id} has ended.");
        }

        this.workflow = workflow;
        this.state = state;
        this.services = services;
        Now = services.Now;
        Cancellation = ct;
        bookmarksBefore = state.HasBookmarks ? [.. state.Bookmarks] : [];
        incidentsBefore = state.HasIncidents ? [.. state.Incidents.Select(i => i.Id)] : [];
        foreach (var execution in state.Executions)
        {
            execution.Node ??= workflow.NodesById.GetValueOrDefault(execution.ActivityId)
                ?? throw new InvalidOperationException($"Instance {state.Id} stands at activity '{execution.ActivityId}', which its definition does not have.");
        }

        state.SubStatus = InstanceSubStatus.Executing;
    }

    public override Guid InstanceId => state.Id;

    public override Guid ExecutionId => Workflows.ExecutionId.Of(state.Id, current.Number);

    public override string? CorrelationId
    {
        get => state.CorrelationId;
        set => state.CorrelationId = KeyText.Checked(value, "correlation id");
    }

    public override DateTimeOffset Now { get; }

    public CancellationToken Cancellation { get; }

    public CompiledWorkflow Workflow => workflow;

    public InstanceState State => state;

    public IBurstServices Services => services;

    public ActivityExecution Current => current;

    public CompiledNode Node => node;

    public int Steps => result.Steps;

    public JsonElement? Payload => current.Payload;

    /// <summary>The trigger that starts this instance, with what it brings; its flowchart starts there.</summary>
    public TriggerMet? Trigger { get; init; }

    public override JsonElement? this[string property]
    {
        get => current.Properties?.TryGetValue(property, out var value) == true ? value : null;
        set
        {
            // A step that fails leaves the properties as they were; the copy is made only for steps that write.
            propertiesBefore ??= current.Properties is null ? [] : new(current.Properties);
            if (value is { } json)
            {
                (current.Properties ??= [])[property] = json.Clone();
            }
            else
            {
                current.Properties?.Remove(property);
            }
        }
    }

    public override T? Get<T>(Input<T> input)
        where T : default
    {
        if (input.Slot < 0)
        {
            return default;
        }

        var expression = node.Inputs[input.Slot];
        var value = expression is Literal<T> literal ? literal.Value : ValueConverter.To<T>(expression.Evaluate(this));
        if (node.Recorded is { } recorded)
        {
            Record(recorded.Inputs[input.Slot], value, isOutput: false);
        }

        if (node.IsUndoable)
        {
            Remember(InputName(input.Slot), value);
        }

        return value;
    }

    /// <summary>An input of another activity, seen from where this step stands.</summary>
    public T? Peek<T>(CompiledNode other, Input<T> input) =>
        input.Slot < 0 ? default : other.Inputs[input.Slot] is Literal<T> literal ? literal.Value : ValueConverter.To<T>(other.Inputs[input.Slot].Evaluate(this));

    public override void Set<T>(Output<T> output, T value)
    {
        var plain = ValueConverter.Plain(value);
        state.LastResult = plain;
        if (output.Slot < 0)
        {
            return;
        }

        var (name, target) = node.Outputs[output.Slot];
        if (node.Recorded is { } recorded)
        {
            Record(recorded.Outputs[output.Slot], plain, isOutput: true);
        }

        if (node.IsUndoable)
        {
            Remember(name, plain);
        }

        if (workflow.KeepsOutputs)
        {
            state.ActivityOutputs[node.Key + "." + name] = plain;
        }

        if (target is not null)
        {
            Assign(current, target, plain);
        }
    }

    public override Task<TResponse> Send<TResponse>(IRequest<TResponse> request)
    {
        result.Sent = true;
        return services.Send(request, ExecutionId);
    }

    public override void Complete(string outcome = "Done") => completed = new Outcomes(outcome);

    public override void Complete(IReadOnlyList<string> outcomes) => completed = new Outcomes(null, outcomes);

    public override void WaitForEvent(string eventName)
    {
        if (!workflow.EventHashes.TryGetValue(eventName, out var hash))
        {
            throw new InvalidOperationException($"Activity type '{node.Type}' waits for '{eventName}' without declaring it ([WaitsFor]); it would wait for ever.");
        }

        Wait(new Bookmark(services.NewId(), BookmarkKind.Event, eventName, hash, null, current.Number, node.Id, Now));
    }

    public override void WaitUntil(DateTimeOffset due) =>
        Wait(new Bookmark(services.NewId(), BookmarkKind.Timer, node.Type, null, due.ToUniversalTime(), current.Number, node.Id, Now));

    /// <summary>Takes the next piece of work.</summary>
    public bool TryBegin([NotNullWhen(true)] out Activity? activity, out bool resumed)
    {
        activity = null;
        resumed = false;
        if (!state.Scheduled.TryDequeue(out var next))
        {
            return false;
        }

        current = next;
        node = next.Node!;
        completed = null;
        ending = null;
        given = null;
        propertiesBefore = null;
        waits?.Clear();
        result.BeginStep();
        Reuse();
        next.Queued = false;
        result.Steps++;
        resumed = next.Resumed;
        Journal(next, resumed && next.Status == ExecutionStatus.Running ? JournalWord.Resumed : JournalWord.Started);
        if (next.Status == ExecutionStatus.Pending)
        {
            next.Status = ExecutionStatus.Running;
            Declare(next);
        }

        activity = node.Activity;
        return true;
    }

    /// <summary>The activity returned: it is done, or it waits.</summary>
    public void EndStep()
    {
        current.Resumed = false;
        current.Payload = null;
        if (completed is { } outcomes)
        {
            KeepForUndo();
            Complete(current, outcomes);
        }
        else if (waits is { Count: > 0 })
        {
            Journal(current, new JournalWord("Suspended", waits[^1].Name));
        }
    }

    private void Wait(Bookmark bookmark)
    {
        state.Bookmarks.Add(bookmark);
        (waits ??= []).Add(bookmark);
    }

    private void Journal(ActivityExecution execution, JournalWord word)
    {
        if (entries == journal.Length)
        {
            var longer = ArrayPool<JournalLine>.Shared.Rent(entries * 2);
            journal.AsSpan().CopyTo(longer);
            ArrayPool<JournalLine>.Shared.Return(journal, clearArray: true);
            journal = longer;
        }

        var data = execution.Node!.Recorded is null ? null : TakeRecord(execution, word.Event);
        journal[entries++] = new JournalLine(
            execution.Node, data is null ? word : word with { Data = data }, checked((int)execution.Number), execution.Parent is { } parent ? checked((int)parent.Number) : 0);
        state.JournalSequence++;
    }

    /// <summary>Hands the journal over, as long as it is; what it was gathered in serves other bursts. One that throws leaves it to the collector.</summary>
    private void TakeJournal()
    {
        result.Journal = new BurstJournal(state, state.JournalSequence - entries, Now, journal.AsSpan(0, entries).ToArray());
        journal.AsSpan(0, entries).Clear();
        ArrayPool<JournalLine>.Shared.Return(journal);
        journal = [];
    }
}

/// <summary>A trigger that was met, and what came with it.</summary>
internal sealed record TriggerMet(CompiledNode Node, JsonElement? Payload);
