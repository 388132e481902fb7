namespace RetailOps.Workflows;

/// <summary>Runs one of two activities.</summary>
[Activity("Elsa.If", Category = "Branching")]
internal sealed class If : Composite
{
    [Input]
    public Input<bool> Condition { get; set; } = null!;

    [Output]
    public Output<bool> Result { get; set; } = null!;

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => Outcomes.Done;

    protected override void Begin(Burst burst)
    {
        var holds = burst.Get(Condition);
        burst.Set(Result, holds);
        if (burst.Node.Port(holds ? "then" : "else") is { } branch)
        {
            burst.Schedule(branch, burst.Current);
        }
        else
        {
            burst.Complete();
        }
    }
}

/// <summary>Runs the activity of the first case that holds, or of all that do, or the one for none.</summary>
[Activity("Elsa.Switch", Category = "Branching")]
internal sealed class Switch : Composite, IDrawn
{
    private Expression[] cases = [];

    [Input(Default = nameof(SwitchMode.MatchFirst))]
    public Input<SwitchMode> Mode { get; set; } = null!;

    /// <summary>Bound by some definitions, and never set in the original either.</summary>
    [Output]
    public Output<object?> Output { get; set; } = null!;

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) => cases = [.. FlowSwitch.Conditions(definition, expressions).Select(c => c.Condition)];

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => self.Children == 0 ? Outcomes.Done : null;

    protected override void Begin(Burst burst)
    {
        var matching = Enumerable.Range(0, cases.Length).Where(i => ValueConverter.To<bool>(cases[i].Evaluate(burst)));
        int[] chosen = burst.Get(Mode) == SwitchMode.MatchAny ? [.. matching] : [.. matching.Take(1)];
        var branches = (chosen.Length == 0 ? [burst.Node.Port("default")] : chosen.Select(i => burst.Node.Port(DefinitionReader.CasePort(i)))).OfType<CompiledNode>().ToList();
        branches.ForEach(b => burst.Schedule(b, burst.Current));
        if (branches.Count == 0)
        {
            burst.Complete();
        }
    }
}

internal enum ForkJoinMode
{
    WaitAll,

    /// <summary>The first branch that ends ends the others.</summary>
    WaitAny,
}

/// <summary>Runs its branches side by side.</summary>
[Activity("Elsa.Fork", Category = "Control Flow")]
internal sealed class Fork : SideBySide, IDrawn
{
    private ForkJoinMode mode;

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) =>
        mode = Enum.TryParse<ForkJoinMode>(definition.Json.Text("joinMode"), ignoreCase: true, out var drawn) ? drawn : (ForkJoinMode)definition.Json.Number("joinMode");

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) =>
        mode == ForkJoinMode.WaitAny ? Outcomes.Done : base.ChildCompleted(burst, self, child, outcomes);
}

/// <summary>Runs its activities side by side, and is done when all are.</summary>
[Activity("Elsa.Parallel", Category = "Workflows")]
internal sealed class Parallel : SideBySide;

/// <summary>Runs its children side by side: interleaved, on one thread.</summary>
internal abstract class SideBySide : Composite
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => self.Children == 0 ? Outcomes.Done : null;

    protected override void Begin(Burst burst)
    {
        foreach (var child in burst.Node.Children)
        {
            burst.Schedule(child, burst.Current);
        }

        if (burst.Node.Children.Length == 0)
        {
            burst.Complete();
        }
    }
}
