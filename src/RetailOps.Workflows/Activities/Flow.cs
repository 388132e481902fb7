using System.Text.Json;

namespace RetailOps.Workflows;

internal enum FlowJoinMode
{
    /// <summary>The first arrival; what is still under way is cancelled.</summary>
    WaitAny,

    /// <summary>All, each followed; otherwise skipped.</summary>
    WaitAll,

    /// <summary>All that are not dead.</summary>
    WaitAllActive,
}

/// <summary>A join that says how it joins; the flowchart reads the mode before the join runs.</summary>
[Activity("Elsa.FlowJoin", Category = "Branching")]
internal sealed class FlowJoin : Activity
{
    [Input(Default = nameof(FlowJoinMode.WaitAny))]
    public Input<FlowJoinMode> Mode { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Goes on by all its branches.</summary>
[Activity("Elsa.FlowFork", Category = "Branching")]
internal sealed class FlowFork : Activity
{
    [Input(Default = """["Done"]""")]
    public Input<string[]> Branches { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Complete(context.Get(Branches) ?? []);
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.FlowDecision", Category = "Branching")]
[Outcomes("True", "False")]
internal sealed class FlowDecision : Activity
{
    [Input]
    public Input<bool> Condition { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Complete(context.Get(Condition) ? "True" : "False");
        return ValueTask.CompletedTask;
    }
}

internal enum SwitchMode
{
    MatchFirst,
    MatchAny,
}

/// <summary>Goes on by the first case that holds, or by all that do, or by <c>Default</c>.</summary>
[Activity("Elsa.FlowSwitch", Category = "Branching")]
[Outcomes("Default")]
internal sealed class FlowSwitch : Activity, IDrawn
{
    private (string Label, Expression Condition)[] cases = [];

    [Input(Default = nameof(SwitchMode.MatchFirst))]
    public Input<SwitchMode> Mode { get; set; } = null!;

    /// <summary>Drawn cases; one without a condition never holds.</summary>
    public static IEnumerable<(string Label, Expression Condition)> Conditions(ActivityDefinition definition, ExpressionCompiler expressions) =>
        definition.Json.Items("cases").Select(c => (
            c.Text("label") ?? "",
            c.Member("condition") is { ValueKind: JsonValueKind.Object } condition ? expressions.Prepare(condition, typeof(bool), definition.Id, "cases") : Expression.None));

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) => cases = [.. Conditions(definition, expressions)];

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        var matching = cases.Where(c => ValueConverter.To<bool>(c.Condition.Evaluate(burst))).Select(c => c.Label);
        string[] labels = context.Get(Mode) == SwitchMode.MatchAny ? [.. matching] : [.. matching.Take(1)];
        context.Complete(labels.Length == 0 ? ["Default"] : labels);
        return ValueTask.CompletedTask;
    }
}

[Activity("Elsa.Start", Category = "Flow")]
internal sealed class Start : Activity
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Ends the flowchart it stands in.</summary>
[Activity("Elsa.End", Category = "Flow")]
internal sealed class End : Activity, ITerminal
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Ends the whole instance: what else waits or runs is cancelled.</summary>
[Activity("Elsa.Finish", Category = "Primitives")]
internal sealed class Finish : Activity, ITerminal
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).End(InstanceSubStatus.Finished);
        return ValueTask.CompletedTask;
    }
}

/// <summary>A box that holds one activity.</summary>
[Activity("Elsa.FlowNode", Category = "Flow")]
internal sealed class FlowNode : Composite
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => Outcomes.Done;

    protected override void Begin(Burst burst)
    {
        if (burst.Node.Port("body") is { } body)
        {
            burst.Schedule(body, burst.Current);
        }
        else
        {
            burst.Complete();
        }
    }
}

/// <summary>Runs its activities one after the other.</summary>
[Activity("Elsa.Sequence", Category = "Workflows")]
internal sealed class Sequence : Composite
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) =>
        child.Node!.Activity is ITerminal || !Next(burst, self) ? Outcomes.Done : null;

    protected override void Begin(Burst burst)
    {
        if (!Next(burst, burst.Current))
        {
            burst.Complete();
        }
    }

    private static bool Next(Burst burst, ActivityExecution self)
    {
        var children = self.Node!.Children;
        if (self.Cursor == children.Length)
        {
            return false;
        }

        var child = children[self.Cursor++];
        burst.Schedule(child, self, resumed: child == burst.Trigger?.Node, payload: child == burst.Trigger?.Node ? burst.Trigger?.Payload : null);
        return true;
    }
}

/// <summary>The workflow itself, which holds the definition's root.</summary>
[Activity("Elsa.Workflow")]
internal sealed class WorkflowRoot : Composite
{
    /// <summary>Its id, unless an activity of the definition has that.</summary>
    public const string RootId = "Workflow1";
    public const string Type = "Elsa.Workflow";

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes)
    {
        if (self.Parent is not null || burst.State.Undoing is null)
        {
            return Outcomes.Done;
        }

        burst.UndoNext(self);
        return null;
    }

    protected override void Begin(Burst burst)
    {
        if (burst.Node.Children is [var root])
        {
            burst.Schedule(root, burst.Current);
        }
        else
        {
            burst.Complete();
        }
    }
}
