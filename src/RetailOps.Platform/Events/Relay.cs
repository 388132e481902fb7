using System.Diagnostics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>How deliveries are tried again.</summary>
public sealed record RelayOptions
{
    /// <summary>After so many tries a delivery is a dead letter and its key waits for a person.</summary>
    public int Attempts { get; init; } = 8;

    /// <summary>The pause after the first failure; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long one try may take before it is broken off, and how long after its claim another host takes over. Machine time.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the relay sleeps when nothing rings.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);
}

/// <summary>Brings committed facts to their subscribers.</summary>
internal sealed partial class Relay(
    Database database, IServiceScopeFactory scopes, DeliveryBell bell, IEnumerable<OutboundLane> lanes, RelayOptions options, TimeProvider clock, BackgroundWork busy,
    ILogger<Relay> log) : BackgroundService
{
    // What is claimed at once, and delivered together when all goes well.
    private const int Most = 32;

    private static readonly ActivitySource Tracing = new("RetailOps.Relay");

    private readonly DeliveryBell.Listener ear = bell.Listen(name => !lanes.Any(l => l.Name == name));
    private readonly string[] others = [.. lanes.Select(l => l.Name).Distinct()];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!await DeliverWhatIsDue(stoppingToken))
                {
                    await ear.Wait(options.Poll, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever it is, the loop goes on: its work is in the database.
                LogTrouble(log, e);
                await ear.Wait(TimeSpan.FromSeconds(1), stoppingToken);
            }
        }
    }

    private async Task<bool> DeliverWhatIsDue(CancellationToken ct)
    {
        using var work = busy.Begin();
        ct.ThrowIfCancellationRequested();
        var claimed = await DeliveryTable.Claim(database.Relay, Most, options.Lease, others, CancellationToken.None);
        FaultPoints.Reach(FaultPoint.AfterDeliveryClaim);
        var done = 0;
        try
        {
            if (await DeliverTogether(claimed, ct))
            {
                done = claimed.Count;
            }
            else
            {
                await DeliverEach(claimed, () => done++, ct);
            }
        }
        finally
        {
            if (ct.IsCancellationRequested && done < claimed.Count)
            {
                // A host that is told to stop lets its neighbours go on at once; when that fails, its leases run out.
                await DeliveryTable.GiveBack(database.Relay, claimed.Skip(done), CancellationToken.None);
            }
        }

        return claimed.Count > 0;
    }

    /// <summary>
    /// All in one transaction, as long as nothing goes wrong and nobody has tried before: a commit for each would cost most of the time. They are of
    /// different keys; none sees what another one writes.
    /// </summary>
    /// <returns>False when nothing was delivered and each is to be tried by itself.</returns>
    private async Task<bool> DeliverTogether(List<LeasedDelivery> claimed, CancellationToken ct)
    {
        if (claimed.Count < 2 || claimed.Exists(d => d.Attempts > 1))
        {
            return false;
        }

        // What is left of the lease must do for each by itself.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Lease / 4);
        try
        {
            await Deliver(claimed, limit.Token);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogApart(log, claimed.Count, $"{e.GetType().Name}: {e.Message}");
            return false;
        }
    }

    private async Task DeliverEach(List<LeasedDelivery> claimed, Action done, CancellationToken ct)
    {
        foreach (var delivery in claimed)
        {
            ct.ThrowIfCancellationRequested();
            if (delivery.Attempts > options.Attempts)
            {
                // Nobody lived to write down what went wrong.
                LogDead(log, delivery.EventId, delivery.Subscriber, delivery.Attempts - 1);
                await DeliveryTable.Failed(database.Relay, delivery, "The process ended during each try.", null, ct);
                done();
                continue;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(options.Lease);
            try
            {
                await Deliver([delivery], limit.Token);
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                var last = delivery.Attempts >= options.Attempts;
                if (last)
                {
                    LogDead(log, delivery.EventId, delivery.Subscriber, delivery.Attempts);
                }
                else
                {
                    LogAgain(log, e, delivery.EventId, delivery.Subscriber, delivery.Attempts);
                }

                await DeliveryTable.Failed(database.Relay, delivery, $"{e.GetType().Name}: {e.Message}", last ? null : Pause(delivery.Attempts), ct);
            }

            done();
        }
    }

    private async Task Deliver(IReadOnlyList<LeasedDelivery> some, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (services, work) = (scope.ServiceProvider, scope.ServiceProvider.GetRequiredService<UnitOfWork>());
        work.Begin(database.Relay, WorkMode.Request);
        var taken = await services.GetRequiredService<Inbox>().Take(some.Select(d => (d.Subscriber, d.EventId.ToString())), ct);
        foreach (var delivery in some)
        {
            using var tracing = Tracing.StartActivity(delivery.Subscriber, ActivityKind.Consumer, delivery.Trace);
            work.Act(new Caller.System(delivery.Subscriber), delivery.EventId, tracing?.Id ?? delivery.Trace, clock.GetUtcNow());
            if (taken.Contains((delivery.Subscriber, delivery.EventId.ToString())))
            {
                var fact = services.GetRequiredService<FactCatalogue>().FromJson(delivery.EventName, delivery.Data);
                await services.GetRequiredKeyedService<ISubscriber>(delivery.Subscriber).Hear(fact, ct);
            }

            work.Write(new DeliveredRow(delivery.Id, delivery.Attempts));
        }

        await work.Flush(ct);
        await work.Commit();
        FaultPoints.Reach(FaultPoint.AfterDelivery);
    }

    private TimeSpan Pause(int attempts)
    {
        var pause = options.FirstPause * Math.Pow(2, attempts - 1);
        return (pause < options.LongestPause ? pause : options.LongestPause) * (0.8 + (0.4 * Random.Shared.NextDouble()));
    }

    [LoggerMessage(6101, LogLevel.Warning, "Event {EventId} did not reach {Subscriber} at try {Attempt}; it is tried again")]
    private static partial void LogAgain(ILogger log, Exception e, Guid eventId, string subscriber, int attempt);

    [LoggerMessage(6102, LogLevel.Error, "Event {EventId} did not reach {Subscriber} in {Attempts} tries and is a dead letter; look at it and replay it")]
    private static partial void LogDead(ILogger log, Guid eventId, string subscriber, int attempts);

    [LoggerMessage(6104, LogLevel.Information, "{Count} deliveries are tried one by one: {Reason}")]
    private static partial void LogApart(ILogger log, int count, string reason);

    [LoggerMessage(6103, LogLevel.Warning, "The relay cannot work at the moment and tries again")]
    private static partial void LogTrouble(ILogger log, Exception e);
}
