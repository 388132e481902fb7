using System.Threading.Channels;

using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Looks at the revisions of the instances that somebody on this host observes, and says which have moved. As long as nobody does it looks at nothing, and no burst ever
/// does anything for it.
/// </summary>
internal sealed partial class ObservedInstances(IHubContext<InstanceHub> hub, Database database, RequestRunner runner, ILogger<ObservedInstances> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(2);
    private static readonly Caller Self = new Caller.System("designer-hub");

    private readonly Channel<bool> first = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Dictionary<Guid, Observed> observed = [];

    public static string GroupOf(Guid instance) => $"instance-{instance:N}";

    public void Add(Guid instance)
    {
        lock (observed)
        {
            if (observed.TryGetValue(instance, out var known))
            {
                known.Observers++;
            }
            else
            {
                observed.Add(instance, new Observed());
            }
        }

        first.Writer.TryWrite(true);
    }

    public void Remove(Guid instance)
    {
        lock (observed)
        {
            if (observed.TryGetValue(instance, out var known) && --known.Observers == 0)
            {
                observed.Remove(instance);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (Ids() is not { Length: > 0 } ids)
                {
                    await first.Reader.ReadAsync(stoppingToken);
                    continue;
                }

                foreach (var moved in await Moved(ids, stoppingToken))
                {
                    await Tell(moved, stoppingToken);
                }

                await Task.Delay(Pause, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // The viewer can be read again by hand; this must never end the host.
                LogTrouble(log, e.Message);
                await Task.Delay(AfterTrouble, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private Guid[] Ids()
    {
        lock (observed)
        {
            return [.. observed.Keys];
        }
    }

    private async Task<List<Guid>> Moved(Guid[] ids, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select id, revision from workflows.instances where id = any($1)");
        command.Parameters.Add(new() { Value = ids });
        var moved = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            lock (observed)
            {
                if (observed.TryGetValue(reader.GetGuid(0), out var known) && known.Revision != reader.GetInt32(1))
                {
                    known.Revision = reader.GetInt32(1);
                    moved.Add(reader.GetGuid(0));
                }
            }
        }

        return moved;
    }

    private async Task Tell(Guid instance, CancellationToken ct)
    {
        var journal = await runner.Run(Self, new ReadExecutions(instance), null, ct);
        if (!journal.IsSuccess)
        {
            return;
        }

        var group = hub.Clients.Group(GroupOf(instance));
        await group.SendAsync("ActivityExecutionLogUpdatedAsync", new { stats = ElsaExecutions.Stats(journal.Value, null) }, ct);
        await group.SendAsync("WorkflowExecutionLogUpdatedAsync", new { }, ct);
        await group.SendAsync("WorkflowInstanceUpdatedAsync", new { workflowInstanceId = instance }, ct);
    }

    [LoggerMessage(4401, LogLevel.Warning, "Observed instances cannot be looked at for the moment: {Reason}")]
    private static partial void LogTrouble(ILogger log, string reason);

    private sealed class Observed
    {
        public int Observers { get; set; } = 1;

        /// <summary>As it was told last; 0 before the first time, so that nothing is missed between the page's reading and its observing.</summary>
        public int Revision { get; set; }
    }
}
