using System.Globalization;

using Microsoft.AspNetCore.Builder;

namespace RetailOps.Platform;

/// <summary>What kind of work a request is; each kind has limits of its own.</summary>
public enum TrafficClass
{
    /// <summary>GET and HEAD.</summary>
    Read,

    /// <summary>Whatever changes something, or computes something from a body.</summary>
    Write,

    /// <summary>Thousands of lines at once, and files.</summary>
    Bulk,

    /// <summary>What stays open and waits rather than works: connections on which the designer listens, callers of a workflow who wait for its answer.</summary>
    Open,

    /// <summary>Asking for a session or a token, counted by the address that asks.</summary>
    SignIn,
}

/// <summary>How much of one kind one client may do. Above it, 429.</summary>
/// <param name="PerSecond">Requests a second that it can keep up.</param>
/// <param name="Burst">Requests that it can send at once after a pause; at least <paramref name="PerSecond"/>.</param>
/// <param name="AtOnce">Requests under way together; <see cref="Waiting"/> more wait for their turn.</param>
public sealed record TrafficLimit(double PerSecond, int Burst, int AtOnce)
{
    /// <summary>How many of one client wait for a place, in the order in which they came.</summary>
    public const int Waiting = 32;

    /// <summary>In how many seconds an empty bucket is full: the window of the policy.</summary>
    public int Window => Math.Max(1, (int)Math.Ceiling(Burst / PerSecond));

    internal TrafficLimit Times(double weight) => new(PerSecond * weight, (int)Math.Ceiling(Burst * weight), (int)Math.Ceiling(AtOnce * weight));

    internal static TrafficLimit Parse(string text, string whole)
    {
        var parts = text.Split('/');
        return parts.Length == 3
            && double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var perSecond) && perSecond is > 0 and <= 1_000_000
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var burst) && burst is > 0 and <= 1_000_000
            && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var atOnce) && atOnce is > 0 and <= 100_000
            ? new(perSecond, burst, atOnce)
            : throw TrafficLimits.Unreadable(whole);
    }
}

/// <summary>The limits of this host. Each host of a database counts for itself.</summary>
public sealed record TrafficLimits
{
    /// <summary>
    /// Two cores serve a few hundred requests a second; a client that nobody gave more gets a part that leaves most of it to the others. What keeps the others'
    /// waiting short is not the rate but how much of one client is worked on together: half of what there are processors, whatever a request costs. A page of
    /// more than the usual size counts as several.
    /// </summary>
    public TrafficLimit Read { get; init; } = new(50, 100, Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>The flow that an order begins costs ten times what its acceptance does.</summary>
    public TrafficLimit Write { get; init; } = new(20, 40, Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>One such request is as much work as thousands of others.</summary>
    public TrafficLimit Bulk { get; init; } = new(1, 10, 1);

    /// <summary>They wait; little is done for them.</summary>
    public TrafficLimit Open { get; init; } = new(20, 60, 32);

    /// <summary>A password costs a hash each time; a house may have one address for all its people.</summary>
    public TrafficLimit SignIn { get; init; } = new(2, 60, Environment.ProcessorCount);

    /// <summary>How many times as much a client or person may do, by <see cref="RetailOps.Kernel.Caller"/>'s actor, like <c>client:shop</c>.</summary>
    public IReadOnlyDictionary<string, double> Weights { get; init; } = new Dictionary<string, double>();

    /// <summary>How many times as much an address of this machine may do without an account: in the Demo, all come from there.</summary>
    public double LoopbackWeight { get; init; } = 1;

    /// <summary>How late the engine may be before new work is turned away by 503; zero for never.</summary>
    public TimeSpan MostBehind { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request may take, from its head to the end of its answer; then 503. What stays open takes as long as it is open.</summary>
    public TimeSpan MostPatience { get; init; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long a client waits for its 429 when it asks on and on: one that does not listen to <c>Retry-After</c> costs a refusal each time, and would take
    /// the processor from the others with refusals alone.
    /// </summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Of a kind of work.</summary>
    public TrafficLimit Of(TrafficClass kind) => kind switch
    {
        TrafficClass.Read => Read,
        TrafficClass.Write => Write,
        TrafficClass.Bulk => Bulk,
        TrafficClass.Open => Open,
        _ => SignIn,
    };

    /// <summary>Of a client and a kind of work.</summary>
    /// <param name="who">A caller's actor, or an address.</param>
    /// <param name="isLoopback">Whether it is an address of this machine without an account.</param>
    /// <param name="kind">The kind of work.</param>
    public TrafficLimit Of(string who, bool isLoopback, TrafficClass kind) =>
        Weights.TryGetValue(who, out var weight) ? Of(kind).Times(weight) : isLoopback ? Of(kind).Times(LoopbackWeight) : Of(kind);

    /// <summary>Reads the settings.</summary>
    /// <param name="limits"><c>RETAILOPS_LIMITS</c>: like <c>read=50/100/1,write=20/40/1,behind=60</c>, requests a second, burst, at once; seconds. What is left out stays as it is.</param>
    /// <param name="weights"><c>RETAILOPS_LIMITS_OF</c>: like <c>client:shop=4,client:erp=2</c>.</param>
    /// <exception cref="SetupException">It cannot be read.</exception>
    public TrafficLimits With(string? limits, string? weights)
    {
        var result = this;
        foreach (var (name, value) in Pairs(limits))
        {
            result = name switch
            {
                "read" => result with { Read = TrafficLimit.Parse(value, limits!) },
                "write" => result with { Write = TrafficLimit.Parse(value, limits!) },
                "bulk" => result with { Bulk = TrafficLimit.Parse(value, limits!) },
                "open" => result with { Open = TrafficLimit.Parse(value, limits!) },
                "sign-in" => result with { SignIn = TrafficLimit.Parse(value, limits!) },
                "behind" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) => result with { MostBehind = TimeSpan.FromSeconds(seconds) },
                _ => throw Unreadable(limits!),
            };
        }

        var heavy = new Dictionary<string, double>(result.Weights, StringComparer.Ordinal);
        foreach (var (who, value) in Pairs(weights))
        {
            heavy[who] = double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var weight) && weight is > 0 and <= 1000 ? weight : throw Unreadable(weights!);
        }

        return result with { Weights = heavy };
    }

    internal static SetupException Unreadable(string setting) =>
        new($"'{setting}' sets no limits: write RETAILOPS_LIMITS like read=50/100/1,write=20/40/1,bulk=1/10/1,open=20/60/32,sign-in=2/60/2,behind=60 and RETAILOPS_LIMITS_OF like client:shop=4.");

    private static IEnumerable<(string Name, string Value)> Pairs(string? text) =>
        from part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        let at = part.LastIndexOf('=')
        select at > 0 ? (part[..at], part[(at + 1)..]) : throw Unreadable(text!);
}

/// <summary>On an operation of another kind than its method says.</summary>
/// <param name="Kind">The kind.</param>
public sealed record TrafficKind(TrafficClass Kind);

/// <summary>Declares kinds of work.</summary>
public static class TrafficKinds
{
    /// <summary>The operation takes thousands of lines, or a file, or changes many things.</summary>
    public static TBuilder InBulk<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new TrafficKind(TrafficClass.Bulk));
}
