using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What <c>Break</c> ends.</summary>
internal interface ILoop;

/// <summary>Runs its body again and again, one pass after the other.</summary>
internal abstract class Loop : Composite, ILoop
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => Next(burst, self) ? null : Outcomes.Done;

    protected override void Begin(Burst burst)
    {
        if (!Next(burst, burst.Current))
        {
            burst.Complete();
        }
    }

    /// <summary>Begins another pass; false when the loop is over.</summary>
    protected abstract bool Next(Burst burst, ActivityExecution self);

    protected static void Pass(Burst burst, ActivityExecution self, object? value)
    {
        var index = self.Cursor++;
        if (self.Node!.Port("body") is { } body)
        {
            burst.Schedule(body, self, locals: new() { ["CurrentValue"] = value, ["CurrentIndex"] = index });
        }
    }
}

/// <summary>Runs its body as long as its condition holds.</summary>
[Activity("Elsa.While", Category = "Looping")]
internal sealed class While : Loop
{
    [Input]
    public Input<bool> Condition { get; set; } = null!;

    protected override bool Next(Burst burst, ActivityExecution self)
    {
        if (self.Node!.Port("body") is not { } body || !burst.Get(Condition))
        {
            return false;
        }

        burst.Schedule(body, self);
        return true;
    }
}

/// <summary>Counts from one number to another. Its numbers are evaluated once.</summary>
[Activity("Elsa.For", Category = "Looping")]
internal sealed class For : Loop
{
    private const string Bounds = "bounds";

    [Input]
    public Input<int> Start { get; set; } = null!;

    [Input]
    public Input<int> End { get; set; } = null!;

    [Input(Default = "1")]
    public Input<int> Step { get; set; } = null!;

    [Input(Default = "true")]
    public Input<bool> OuterBoundInclusive { get; set; } = null!;

    [Output]
    public Output<int> CurrentValue { get; set; } = null!;

    protected override void Begin(Burst burst)
    {
        var step = burst.Get(Step);
        if (step == 0)
        {
            throw new FormatException("A loop that counts by 0 has no end.");
        }

        burst[Bounds] = JsonSerializer.SerializeToElement(new[] { burst.Get(Start), burst.Get(End), step, burst.Get(OuterBoundInclusive) ? 1 : 0 });
        base.Begin(burst);
    }

    protected override bool Next(Burst burst, ActivityExecution self)
    {
        var bounds = self.Properties![Bounds].Deserialize<long[]>()!;
        var value = bounds[0] + (self.Cursor * bounds[2]);
        var left = bounds[2] > 0 ? bounds[1] - value : value - bounds[1];
        if (self.Node!.Port("body") is null || left < 0 || (left == 0 && bounds[3] == 0))
        {
            return false;
        }

        burst.Set(CurrentValue, (int)value);
        Pass(burst, self, (int)value);
        return true;
    }
}

/// <summary>Runs its body for each item, one after the other. The items are evaluated once.</summary>
[Activity("Elsa.ForEach", Category = "Looping")]
internal sealed class ForEach : Loop
{
    private const string Kept = "items";

    [Input]
    public Input<object> Items { get; set; } = null!;

    [Output]
    public Output<object?> CurrentValue { get; set; } = null!;

    protected override void Begin(Burst burst)
    {
        burst[Kept] = JsonSerializer.SerializeToElement(ItemList.Of(burst.Get(Items)));
        base.Begin(burst);
    }

    protected override bool Next(Burst burst, ActivityExecution self)
    {
        var items = self.Properties![Kept];
        if (self.Node!.Port("body") is null || self.Cursor >= items.GetArrayLength())
        {
            return false;
        }

        var item = ValueConverter.Plain(items[self.Cursor]);
        burst.Set(CurrentValue, item);
        Pass(burst, self, item);
        return true;
    }
}

/// <summary>Runs its body for all items at once, and is done when all are.</summary>
[Activity("Elsa.ParallelForEach", Category = "Looping")]
internal sealed class ParallelForEach : Composite
{
    [Input]
    public Input<object> Items { get; set; } = null!;

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => self.Children == 0 ? Outcomes.Done : null;

    protected override void Begin(Burst burst)
    {
        var items = ItemList.Of(burst.Get(Items));
        if (burst.Node.Port("body") is not { } body || items.Count == 0)
        {
            burst.Complete();
            return;
        }

        for (var i = 0; i < items.Count; i++)
        {
            burst.Schedule(body, burst.Current, locals: new() { ["CurrentValue"] = ValueConverter.Plain(items[i]), ["CurrentIndex"] = i });
        }
    }
}

/// <summary>Ends the nearest loop around it, and what stands between; without one, the flowchart or sequence it stands in.</summary>
[Activity("Elsa.Break", Category = "Looping")]
internal sealed class Break : Activity, ITerminal
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        ((Burst)context).BreakLoop();
        context.Complete();
        return ValueTask.CompletedTask;
    }
}
