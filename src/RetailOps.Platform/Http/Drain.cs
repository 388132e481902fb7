using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace RetailOps.Platform;

/// <summary>
/// The way down: from the signal on, new requests are turned away while those that were let in are finished; only then does the
/// server close. The host's own limit (30 s) ends the wait.
/// </summary>
public sealed class Drain(IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int inside;

    /// <summary>Whether the host is on its way down.</summary>
    public bool IsDraining => lifetime.ApplicationStopping.IsCancellationRequested || IsStopping;

    private bool IsStopping { get; set; }

    /// <inheritdoc/>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        IsStopping = true;
        if (Volatile.Read(ref inside) > 0)
        {
            await empty.Task.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    internal bool TryEnter()
    {
        Interlocked.Increment(ref inside);
        if (!IsDraining)
        {
            return true;
        }

        Leave();
        return false;
    }

    internal void Leave()
    {
        if (Interlocked.Decrement(ref inside) == 0 && IsDraining)
        {
            empty.TrySetResult();
        }
    }
}

/// <summary>Lets requests in as long as the host stays; health is always answered.</summary>
internal sealed class DrainGate(RequestDelegate next, Drain drain)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.Request.Path.StartsWithSegments("/health"))
        {
            await next(http);
            return;
        }

        if (http.Request.Path.StartsWithSegments("/elsa/hubs") && !drain.IsDraining)
        {
            // Listens as long as its page is open: nothing to be finished.
            await next(http);
            return;
        }

        if (!drain.TryEnter())
        {
            http.Response.Headers.Connection = "close";
            await Problems.Write(http, StatusCodes.Status503ServiceUnavailable, "system.stopping", "This host is shutting down; repeat the request in a moment.");
            return;
        }

        try
        {
            await next(http);
        }
        finally
        {
            drain.Leave();
        }
    }
}
