using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// Hears of facts after their commit and tells another machine. First the call, with no transaction open, as often as it takes; then the
/// answer, recorded once, in a transaction with "delivered". In order for each business key; a slow machine holds up nobody else.
/// </summary>
public interface IOutboundSubscriber
{
    /// <summary>
    /// Calls the other machine. May be called again for a fact that it has answered before: the process may die before the answer is
    /// recorded. Whoever implements it asks by key before it changes anything.
    /// </summary>
    /// <param name="facts">Each of another business key.</param>
    /// <param name="ct">Ends when the time for a call is up.</param>
    /// <returns>One outcome per fact, in their order. An exception counts as <see cref="OutboundOutcome.Again"/> for all.</returns>
    Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct);

    /// <summary>Reads in one go, within the unit of work of the deliveries, what <see cref="Record"/> and <see cref="GiveUp"/> will ask for.</summary>
    /// <param name="sent">What follows: each of another business key.</param>
    /// <param name="ct">Cancels.</param>
    Task Prepare(IReadOnlyList<OutboundFact> sent, CancellationToken ct) => Task.CompletedTask;

    /// <summary>Writes an answer down, within the unit of work of the delivery, which answers of other keys may share.</summary>
    Task Record(OutboundFact sent, object answer, CancellationToken ct);

    /// <summary>Writes down that nobody answered in the time that was set, within the unit of work of the delivery. It is not tried again.</summary>
    Task GiveUp(OutboundFact sent, string reason, CancellationToken ct);
}

/// <summary>A fact on its way to another machine.</summary>
/// <param name="Fact">What happened.</param>
/// <param name="Attempts">Which try this is, from 1.</param>
public sealed record OutboundFact(IFact Fact, int Attempts);

/// <summary>What a call came to for one fact.</summary>
public abstract record OutboundOutcome
{
    private OutboundOutcome()
    {
    }

    /// <summary>The other machine said something that stands, be it yes or no.</summary>
    /// <param name="Answer">Handed to <see cref="IOutboundSubscriber.Record"/>.</param>
    public sealed record Answered(object Answer) : OutboundOutcome;

    /// <summary>Nobody knows: it is tried again after a pause.</summary>
    /// <param name="Reason">For the person who looks at it.</param>
    /// <param name="After">What the other machine asks for: the pause is at least so long. Null for nothing.</param>
    public sealed record Again(string Reason, TimeSpan? After = null) : OutboundOutcome;

    /// <summary>It was not tried, because something else must be done first. Costs no try, and is never given up.</summary>
    /// <param name="Reason">For the person who looks at it.</param>
    public sealed record NotYet(string Reason) : OutboundOutcome;
}

/// <summary>How one outbound subscriber is served. All times are machine time.</summary>
public sealed record LaneOptions
{
    /// <summary>Most facts of one call. A fact that had to be tried again travels with half as many each time, so that one that spoils its call is soon alone.</summary>
    public int Batch { get; init; } = 20;

    /// <summary>Calls at the same time, per host.</summary>
    public int Calls { get; init; } = 2;

    /// <summary>How long another call waits for the one under way to end: what comes meanwhile travels together.</summary>
    public TimeSpan Gather { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Whether only one host calls at a time.</summary>
    public bool Exclusive { get; init; }

    /// <summary>Most facts a second, per host, on average over a call; null for as many as there are.</summary>
    public double? Rate { get; init; }

    /// <summary>How long one call may take before it is broken off, whoever makes it.</summary>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A claim's lease; renewed while the call lives, so that the facts of a host that dies go to another one after so long at most.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After so many calls in a row of which no fact got an answer the lane pauses as a whole: nothing is claimed, and no try is spent.</summary>
    public int BreakAfter { get; init; } = 3;

    /// <summary>The first pause of the whole lane; doubles with each probe that fails.</summary>
    public TimeSpan FirstBreak { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause of the whole lane; never longer than <see cref="LongestPause"/>.</summary>
    public TimeSpan LongestBreak { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The pause after the first failure; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The longest pause of what waits for something else.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>It is given up when it was tried so often, and …</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>… is so old.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromHours(24);

    /// <summary>
    /// For what must not be done twice and where nobody can be asked whether it was done: after one try without an answer, or one that ended with the
    /// process, it is given up and a person decides.
    /// </summary>
    public bool TriesOnce { get; init; }

    /// <summary>Given up at once when so many tries ended with the process.</summary>
    public int Deaths { get; init; } = 5;

    /// <summary>How long a lane sleeps when nothing rings.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);
}

/// <summary>One outbound subscriber: its stable name, what it hears, how it is served.</summary>
/// <param name="Name">As in its <see cref="SubscriberDescription"/>.</param>
/// <param name="Options">Tests set their own.</param>
public sealed record OutboundLane(string Name, LaneOptions Options);

/// <summary>Registers those who tell other machines.</summary>
public static class OutboundRegistration
{
    /// <summary>Somebody who tells another machine of facts, on a lane of its own.</summary>
    public static IServiceCollection AddOutbound<T>(this IServiceCollection services, SubscriberDescription description, LaneOptions options)
        where T : class, IOutboundSubscriber =>
        services.AddSingleton(description)
            .AddSingleton(new OutboundLane(description.Name, options))
            .AddKeyedScoped<IOutboundSubscriber, T>(description.Name)
            .AddSingleton<IHostedService>(s => new Lane(
                s.GetServices<OutboundLane>().Last(l => l.Name == description.Name),
                s.GetRequiredService<Database>(),
                s.GetRequiredService<IServiceScopeFactory>(),
                s.GetRequiredService<FactCatalogue>(),
                s.GetRequiredService<DeliveryBell>(),
                s.GetRequiredService<LaneBoard>(),
                s.GetRequiredService<TimeProvider>(),
                s.GetRequiredService<BackgroundWork>(),
                s.GetRequiredService<ILogger<Lane>>()));
}
