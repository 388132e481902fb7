using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Undo across bursts: a definition that compensates keeps what its steps with an effect were given and gave, and the steps that undo them run newest first.</summary>
internal sealed partial class Burst
{
    /// <summary>Where a step that undoes finds what was recorded.</summary>
    public const string Recorded = "recorded";

    private Dictionary<string, object?>? given;

    /// <summary>Cancels everything that runs or waits, undoes what was done, one step after the other, and then ends.</summary>
    /// <param name="as">How it ends.</param>
    public void Compensate(InstanceSubStatus @as)
    {
        var root = state.Executions.Find(e => e.Parent is null) ?? throw new InvalidOperationException($"Instance {state.Id} has ended.");
        CancelChildren(root);
        state.Bookmarks.Clear();
        state.Incidents.Clear();
        root.Status = ExecutionStatus.Running;
        (current, node) = (root, root.Node!);
        state.Undoing = @as;
        result.Undoes = true;
        UndoNext(root);
    }

    /// <summary>The next step that undoes, or the end.</summary>
    public void UndoNext(ActivityExecution root)
    {
        if (state.Done.Count == 0)
        {
            var end = state.Undoing!.Value;
            state.Undoing = null;
            End(end);
            return;
        }

        var last = state.Done[^1];
        state.Done.RemoveAt(state.Done.Count - 1);
        Schedule(workflow.NodesById[CompiledNode.UndoPrefix + last.Step], root);
        state.Executions[^1].Properties = new() { [Recorded] = last.Values };
    }

    private string InputName(int slot) => node.InputNames[slot];

    private void Remember(string name, object? value)
    {
        if (node.IsUndoable)
        {
            (given ??= [])[name] = ValueConverter.Plain(value);
        }
    }

    private void KeepForUndo()
    {
        if (node.IsUndoable && state.Undoing is null)
        {
            state.Done.Add(new DoneStep(node.Key, JsonSerializer.SerializeToElement(given ?? [], JsonReading.Web)));
        }
    }
}

/// <summary>A step that was done and can be undone.</summary>
/// <param name="Step">Its key.</param>
/// <param name="Values">What it was given and gave, by the names of its inputs and outputs.</param>
internal sealed record DoneStep(string Step, JsonElement Values);

/// <summary>What was recorded of the step that is undone.</summary>
/// <param name="names">Where to look, in this order.</param>
/// <param name="otherwise">When nothing was.</param>
internal sealed class RecordedExpression(IReadOnlyList<string> names, Expression otherwise) : Expression
{
    public override object? Evaluate(Burst burst)
    {
        if (burst[Burst.Recorded] is { } recorded)
        {
            foreach (var name in names)
            {
                if (recorded.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null)
                {
                    return ValueConverter.Plain(value);
                }
            }
        }

        return otherwise.Evaluate(burst);
    }
}
