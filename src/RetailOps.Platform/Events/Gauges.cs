using System.Diagnostics.Metrics;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Figures for dashboards and alarms that stand in the database. It is asked every 15 seconds of machine time, because a gauge must answer at once.</summary>
/// <param name="name">The meter's, like <c>RetailOps.Lanes</c>.</param>
/// <param name="log">Where it says that the database could not be asked; the gauges keep what they had.</param>
public abstract partial class Gauges(string name, ILogger log) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(15);

    /// <summary>Makes the gauges.</summary>
    protected Meter Meter { get; } = new(name);

    /// <inheritdoc/>
    public override void Dispose()
    {
        Meter.Dispose();
        base.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Asks the database for all of them.</summary>
    protected abstract Task Read(CancellationToken ct);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Pace);
        do
        {
            try
            {
                await Read(stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogBlind(log, e, Meter.Name);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(6118, LogLevel.Warning, "The figures of {Meter} cannot be read at the moment")]
    private static partial void LogBlind(ILogger log, Exception e, string meter);
}
