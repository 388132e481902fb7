using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>How often a failed step is tried again by the clock, and after which waits. Each try is a burst of its own.</summary>
/// <param name="Attempts">Retries, 0 to 100; after the last one a person is asked.</param>
/// <param name="First">The wait before the first retry.</param>
/// <param name="Factor">By what each wait is longer than the one before; 1 for equal ones.</param>
/// <param name="Longest">No wait is longer.</param>
internal sealed record RetryPolicy(int Attempts, TimeSpan First, double Factor, TimeSpan Longest)
{
    private const int MostAttempts = 100;

    private static readonly TimeSpan[] Usual = [TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(2)];
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>The wait before the next retry; null when it was tried often enough.</summary>
    /// <param name="policy">What is drawn; null for the usual 5 s, 30 s, 2 min.</param>
    /// <param name="failures">How often it has failed, from 1.</param>
    public static TimeSpan? After(RetryPolicy? policy, int failures)
    {
        if (policy is null)
        {
            return failures > Usual.Length ? null : Usual[failures - 1];
        }

        if (failures > policy.Attempts)
        {
            return null;
        }

        var wait = policy.First * Math.Min(Math.Pow(policy.Factor, failures - 1), 1e6);
        return wait < policy.Longest ? wait : policy.Longest;
    }

    /// <summary>Reads <c>retry</c>, or what Elsa calls <c>resilienceStrategy</c>, of an activity's custom properties.</summary>
    /// <param name="custom">Those properties.</param>
    /// <param name="problem">What stands against it; null for nothing.</param>
    /// <returns>Null when none is drawn, or none that makes sense.</returns>
    public static RetryPolicy? Read(JsonElement custom, out string? problem)
    {
        problem = null;
        if ((custom.Member("retry") ?? custom.Member("resilienceStrategy")) is not { } drawn)
        {
            return null;
        }

        try
        {
            if (drawn.ValueKind != JsonValueKind.Object || (drawn.Member("attempts") ?? drawn.Member("maxRetryAttempts")) is not { } attempts)
            {
                problem = "The policy for retries names no attempts; a failure is retried as usual. Strategies by name are not known here.";
                return null;
            }

            var policy = new RetryPolicy(
                ValueConverter.To<int>(ValueConverter.Plain(attempts)), Span(drawn, "delay") ?? Usual[0],
                drawn.Member("factor") is { } factor ? ValueConverter.To<double>(ValueConverter.Plain(factor)) : drawn.Text("backoffType") is "Constant" ? 1 : 2, Span(drawn, "maxDelay") ?? TimeSpan.FromHours(1));
            if (policy is { Attempts: >= 0 and <= MostAttempts, Factor: >= 1 and <= 10 } && policy.First >= TimeSpan.Zero && policy.First <= Day && policy.Longest >= policy.First && policy.Longest <= Day)
            {
                return policy;
            }

            problem = $"The policy for retries makes no sense: up to {MostAttempts} attempts, waits of a day at most, a factor of 1 to 10.";
        }
        catch (FormatException e)
        {
            problem = "The policy for retries cannot be read: " + e.Message;
        }

        return null;
    }

    private static TimeSpan? Span(JsonElement json, string name) => json.Member(name) is { } span ? ValueConverter.To<TimeSpan>(ValueConverter.Plain(span)) : null;
}
