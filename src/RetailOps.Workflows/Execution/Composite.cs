namespace RetailOps.Workflows;

/// <summary>The outcomes an activity ended with; mostly one, so that one needs no list.</summary>
internal readonly record struct Outcomes(string? One, IReadOnlyList<string>? Many = null)
{
    public static Outcomes Done { get; } = new("Done");

    /// <summary>Of an activity that was skipped: no connection is followed.</summary>
    public static Outcomes None { get; }

    public bool Contains(string port) => One is not null ? One == port : Many?.Contains(port) == true;

    public override string? ToString() => One ?? (Many is null ? null : string.Join(", ", Many));
}

/// <summary>An activity that runs others.</summary>
internal abstract class Composite : Activity
{
    /// <summary>A child has ended. Called at once, before anything else runs.</summary>
    /// <returns>The outcomes this activity ends with now, or null to go on.</returns>
    public abstract Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes);

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        Begin((Burst)context);
        return ValueTask.CompletedTask;
    }

    protected abstract void Begin(Burst burst);
}

/// <summary>Ends the flowchart or sequence it stands in.</summary>
internal interface ITerminal;

/// <summary>Reads members of its own from the definition, beyond inputs and outputs.</summary>
internal interface IDrawn
{
    void Read(ActivityDefinition definition, ExpressionCompiler expressions);
}
