using System.Diagnostics;

namespace RetailOps.Testing;

/// <summary>For what another process or thread does in its own time. What the host does itself is waited for with its quiet.</summary>
public static class Eventually
{
    /// <summary>Asks until the answer is yes: at once, then ever more rarely, ten times a second at the least.</summary>
    /// <param name="condition">Asked repeatedly; an exception of its own ends the wait and comes through.</param>
    /// <param name="within">Real time.</param>
    /// <param name="what">What was waited for, as the end of "… did not happen: ".</param>
    /// <exception cref="TimeoutException">It did not hold in time.</exception>
    public static async Task Holds(Func<Task<bool>> condition, TimeSpan within, string what)
    {
        var watch = Stopwatch.StartNew();
        var pause = TimeSpan.FromMilliseconds(5);
        while (!await condition())
        {
            if (watch.Elapsed > within)
            {
                throw new TimeoutException($"In {within.TotalSeconds:0.#} s this did not happen: {what}");
            }

            await Task.Delay(pause);
            pause = TimeSpan.FromMilliseconds(Math.Min(100, pause.TotalMilliseconds * 1.5));
        }
    }
}
