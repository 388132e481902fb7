using Cronos;

namespace RetailOps.Workflows;

/// <summary>An activity whose clock starts instances when it can start a workflow; within one it waits for the next tick, once.</summary>
internal abstract class ClockActivity : Activity
{
    /// <summary>How the schedule is stored; null when what is drawn must be computed first.</summary>
    public abstract ScheduleRule? Rule(CompiledNode node);

    /// <summary>What is drawn for an input, when it is written out.</summary>
    protected static T? Literal<T>(CompiledNode node, Input<T> input)
        where T : notnull => input.Slot >= 0 && node.Inputs[input.Slot] is Literal<T> literal ? literal.Value : default;
}

[Activity("Elsa.Timer", Category = "Scheduling")]
internal sealed class TimerActivity : ClockActivity
{
    [Input(Default = "00:01:00")]
    public Input<TimeSpan> Interval { get; set; } = null!;

    public override ScheduleRule? Rule(CompiledNode node) => Literal(node, Interval) is { Ticks: > 0 } interval ? new(ScheduleRule.Every, interval.ToString("c")) : null;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitUntil(context.Now + context.Get(Interval));
        return ValueTask.CompletedTask;
    }
}

/// <summary>Six fields, seconds first; UTC.</summary>
[Activity("Elsa.Cron", Category = "Scheduling")]
internal sealed class Cron : ClockActivity
{
    [Input]
    public Input<string> CronExpression { get; set; } = null!;

    public override ScheduleRule? Rule(CompiledNode node) => Literal(node, CronExpression) is { Length: > 0 } cron ? new(ScheduleRule.Cron, cron) : null;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitUntil(new ScheduleRule(ScheduleRule.Cron, context.Get(CronExpression) ?? "").Next(context.Now, context.Now)
            ?? throw new InvalidOperationException("The cron expression has no next time."));
        return ValueTask.CompletedTask;
    }
}

/// <summary>An instant; one that has passed is met at once.</summary>
[Activity("Elsa.StartAt", Category = "Scheduling")]
internal sealed class StartAt : ClockActivity
{
    [Input]
    public Input<DateTimeOffset> DateTime { get; set; } = null!;

    public override ScheduleRule? Rule(CompiledNode node) => Literal(node, DateTime) is { Ticks: > 0 } at ? new(ScheduleRule.Once, at.ToString("O")) : null;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var at = context.Get(DateTime);
        if (at <= context.Now)
        {
            context.Complete();
        }
        else
        {
            context.WaitUntil(at);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>When a clock ticks. Stored as its two words.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Text">A span, six cron fields, or an instant.</param>
internal sealed record ScheduleRule(string Kind, string Text)
{
    public const string Every = "every";
    public const string Cron = "cron";
    public const string Once = "once";

    /// <summary>Why the rule makes no sense; null when it does.</summary>
    public string? Fault()
    {
        try
        {
            Next(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch);
            return null;
        }
        catch (FormatException e)
        {
            return e.Message;
        }
    }

    /// <summary>The first tick after an instant. Ticks that were missed are not made up for.</summary>
    /// <param name="last">The tick before, or when the clock was wound up.</param>
    /// <param name="now">Business time.</param>
    /// <returns>Null for never again.</returns>
    /// <exception cref="FormatException">The rule cannot be read.</exception>
    public DateTimeOffset? Next(DateTimeOffset last, DateTimeOffset now)
    {
        switch (Kind)
        {
            case Every:
                var every = TimeSpan.ParseExact(Text, "c", null);
                return last + (every * (Math.Max(0, (now - last).Ticks / every.Ticks) + 1));
            case Cron:
                try
                {
                    return Cronos.CronExpression.Parse(Text, CronFormat.IncludeSeconds).GetNextOccurrence(now.UtcDateTime, TimeZoneInfo.Utc) is { } next ? new DateTimeOffset(next, TimeSpan.Zero) : null;
                }
                catch (CronFormatException e)
                {
                    throw new FormatException($"'{Text}' is no cron expression of six fields, seconds first: {e.Message}", e);
                }

            default:
                var at = DateTimeOffset.Parse(Text, System.Globalization.CultureInfo.InvariantCulture);
                return at > now ? at : null;
        }
    }
}
