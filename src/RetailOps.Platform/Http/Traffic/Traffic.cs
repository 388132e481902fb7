using System.Globalization;
using System.Threading.RateLimiting;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>Who asks for what kind of work.</summary>
internal readonly record struct TrafficKey(string Who, bool IsLoopback, TrafficClass Kind);

/// <summary>What is left of a quota, for the headers of the answer.</summary>
internal sealed record TrafficQuota(TrafficClass Kind, TrafficLimit Limit, int Left)
{
    /// <summary>Seconds until the bucket is full again.</summary>
    public int FullIn => (int)Math.Ceiling(Math.Max(0, Limit.Burst - Left) / Limit.PerSecond);

    /// <summary>As draft-ietf-httpapi-ratelimit-headers-10 has it: the policies, and what is left of the one that counts over time.</summary>
    public void Announce(IHeaderDictionary headers)
    {
        var name = Kind switch
        {
            TrafficClass.Read => "read",
            TrafficClass.Write => "write",
            TrafficClass.Bulk => "bulk",
            TrafficClass.Open => "open",
            _ => "sign-in",
        };
        headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";q={Limit.Burst};w={Limit.Window}, \"{name}-at-once\";q={Limit.AtOnce};qu=\"concurrent-requests\"");
        headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"{name}\";r={Left};t={FullIn}");
    }
}

/// <summary>
/// Counts what each client does: a bucket of tokens for its rate and a number of places for what is under way together, one of each for every kind of work.
/// What a client has not used for a while is forgotten by the framework's limiter, and is full then.
/// </summary>
internal sealed class Traffic(TrafficLimits limits) : IDisposable
{
    // More than so many paused refusals would be a burden themselves; the next ones go out at once.
    private const int MostPaused = 512;

    private readonly PartitionedRateLimiter<TrafficKey> rates = PartitionedRateLimiter.Create<TrafficKey, TrafficKey>(key => RateLimitPartition.GetTokenBucketLimiter(key, k =>
    {
        var limit = limits.Of(k.Who, k.IsLoopback, k.Kind);
        var period = TimeSpan.FromSeconds(Math.Max(0.1, 1 / limit.PerSecond));
        return new()
        {
            TokenLimit = limit.Burst,
            ReplenishmentPeriod = period,
            TokensPerPeriod = Math.Clamp((int)Math.Round(limit.PerSecond * period.TotalSeconds), 1, limit.Burst),
            QueueLimit = 0,
            AutoReplenishment = false,
        };
    }));

    private readonly PartitionedRateLimiter<TrafficKey> places = PartitionedRateLimiter.Create<TrafficKey, TrafficKey>(key => RateLimitPartition.GetConcurrencyLimiter(key, k =>
    {
        var limit = limits.Of(k.Who, k.IsLoopback, k.Kind);
        return new() { PermitLimit = limit.AtOnce, QueueLimit = TrafficLimit.Waiting, QueueProcessingOrder = QueueProcessingOrder.OldestFirst };
    }));

    private int paused;

    public TrafficLimits Limits => limits;

    /// <summary>Asks for a token, then for a place, and waits for the place where there is still room to wait.</summary>
    /// <param name="key">Who and what.</param>
    /// <param name="cost">How many tokens it takes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The place, to be given back; null when there is none, with the time after which to ask again.</returns>
    public async ValueTask<(IDisposable? Place, TrafficQuota Quota, TimeSpan RetryAfter)> Enter(TrafficKey key, int cost, CancellationToken ct)
    {
        var limit = limits.Of(key.Who, key.IsLoopback, key.Kind);
        using var token = rates.AttemptAcquire(key, Math.Min(cost, limit.Burst));
        var quota = new TrafficQuota(key.Kind, limit, (int)(rates.GetStatistics(key)?.CurrentAvailablePermits ?? 0));
        if (!token.IsAcquired)
        {
            return (null, quota, token.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1));
        }

        var place = await places.AcquireAsync(key, 1, ct);
        if (place.IsAcquired)
        {
            return (place, quota, default);
        }

        place.Dispose();
        return (null, quota, TimeSpan.FromSeconds(1));
    }

    /// <summary>Lets somebody wait for his refusal.</summary>
    public async Task Pause(CancellationToken ct)
    {
        if (Interlocked.Increment(ref paused) <= MostPaused)
        {
            await Task.Delay(limits.Pause, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Interlocked.Decrement(ref paused);
    }

    public void Dispose()
    {
        rates.Dispose();
        places.Dispose();
    }
}
