namespace RetailOps.Bench;

/// <summary>Who drives a measurement, and when.</summary>
internal static class Load
{
    /// <summary>Closed loop: so many clients, each with one order at a time, for a while; those under way at the end are finished, and counted.</summary>
    /// <returns>How many were done, in how many seconds.</returns>
    public static async Task<(int Done, double Seconds)> Closed(int clients, TimeSpan time, Func<Random, Task> order)
    {
        var started = TimeProvider.System.GetTimestamp();
        var done = 0;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random(client + 1);
            while (TimeProvider.System.GetElapsedTime(started) < time)
            {
                await order(random);
                Interlocked.Increment(ref done);
            }
        })));
        return (done, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Closed loop over so many orders.</summary>
    /// <returns>In how many seconds.</returns>
    public static async Task<double> Count(int clients, int count, int seed, Func<Random, Task> order)
    {
        var started = TimeProvider.System.GetTimestamp();
        var left = count;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(client => Task.Run(async () =>
        {
            var random = new Random((seed * 1_000) + client);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await order(random);
            }
        })));
        return TimeProvider.System.GetElapsedTime(started).TotalSeconds;
    }

    /// <summary>
    /// Open loop: orders come at random moments, so many a second, whether those before them are done or not. What one costs is measured from the
    /// moment at which it was to come, so an order that is late because the clients or the system were busy counts as slow.
    /// </summary>
    public static async Task<IReadOnlyList<T>> Open<T>(double perSecond, TimeSpan time, int seed, Func<Random, long, Task<T>> order)
    {
        var random = new Random(seed);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        var underWay = new List<Task<T>>();
        for (var due = Gap(); due < time.TotalSeconds; due += Gap())
        {
            var at = started + (long)(due * clock.TimestampFrequency);
            for (var left = clock.GetElapsedTime(clock.GetTimestamp(), at); left > TimeSpan.FromMilliseconds(1); left = clock.GetElapsedTime(clock.GetTimestamp(), at))
            {
                await Task.Delay(left);
            }

            var own = new Random(random.Next());
            underWay.Add(Task.Run(() => order(own, at)));
        }

        return await Task.WhenAll(underWay);

        double Gap() => -Math.Log(1 - random.NextDouble()) / perSecond;
    }

    /// <summary>The value below which this share of all lies, in milliseconds.</summary>
    public static double Percentile(IEnumerable<TimeSpan> times, double share)
    {
        var sorted = times.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Clamp((int)Math.Ceiling(share * sorted.Length) - 1, 0, sorted.Length - 1)].TotalMilliseconds;
    }
}
