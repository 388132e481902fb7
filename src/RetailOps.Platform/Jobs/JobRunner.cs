using Hangfire;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>What is stored with Hangfire: a name only, so that no stored job knows a type of ours but this one.</summary>
/// <remarks>Public because Hangfire calls it; not meant for anyone else.</remarks>
public sealed partial class JobRunner(IServiceScopeFactory scopes, ILogger<JobRunner> log)
{
    /// <summary>Runs the job of a name. The next tick is the retry.</summary>
    [AutomaticRetry(Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete)]
    public async Task Run(string name, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        if (scope.ServiceProvider.GetServices<IRecurringJob>().SingleOrDefault(j => j.Name == name) is not { } job)
        {
            // Another version of the host scheduled it; it is gone from the schedule at the next start.
            return;
        }

        try
        {
            await job.RunAsync(ct);
        }
        catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
        {
            LogUnavailable(log, name, e.Message);
        }
        catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
        {
            LogFailed(log, e, name);
        }
    }

    [LoggerMessage(6401, LogLevel.Error, "The recurring job {Job} failed; it runs again at its next tick")]
    private static partial void LogFailed(ILogger log, Exception e, string job);

    [LoggerMessage(6402, LogLevel.Warning, "The recurring job {Job} could not reach the database and runs again at its next tick: {Reason}")]
    private static partial void LogUnavailable(ILogger log, string job, string reason);
}
