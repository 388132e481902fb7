using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>Tells how late some part of the house is.</summary>
/// <param name="Name">What is late, as the beginning of a sentence: <c>The engine</c>.</param>
/// <param name="Late">How long the oldest thing that it could do has waited. Asked once a second; must be cheap whatever lies there.</param>
public sealed record PressureGauge(string Name, Func<CancellationToken, Task<TimeSpan>> Late);

/// <summary>
/// Looks once a second whether the house still keeps up. Who brings new work is turned away while it does not: what is accepted and then waits for minutes is worth
/// less to a caller than a no at once.
/// </summary>
internal sealed partial class Pressure(TrafficLimits limits, IEnumerable<PressureGauge> gauges, ILogger<Pressure> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>What is late, in a sentence; null while all keep up.</summary>
    public string? Behind { get; private set; }

    /// <summary>One look, for who cannot wait for the next.</summary>
    internal async Task Look(CancellationToken ct)
    {
        string? behind = null;
        foreach (var gauge in gauges)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(Patience);
            try
            {
                var late = await gauge.Late(limit.Token);
                if (late > limits.MostBehind)
                {
                    behind ??= string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{gauge.Name} is {late.TotalSeconds:0} seconds behind.");
                }
            }
            catch (Exception e) when (!ct.IsCancellationRequested && (e is OperationCanceledException || DatabaseTrouble.IsUnavailable(e)))
            {
                behind = "The database does not answer in time.";
            }
        }

        if ((behind is null) != (Behind is null))
        {
            LogTurn(log, behind ?? "The house keeps up again.");
        }

        Behind = behind;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (limits.MostBehind <= TimeSpan.Zero || !gauges.Any())
        {
            return;
        }

        using var timer = new PeriodicTimer(Pause);
        try
        {
            do
            {
                await Look(stoppingToken);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host goes down.
        }
    }

    [LoggerMessage(6203, LogLevel.Warning, "{What}")]
    private static partial void LogTurn(ILogger log, string what);
}
