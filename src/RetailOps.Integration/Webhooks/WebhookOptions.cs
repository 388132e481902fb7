namespace RetailOps.Integration;

/// <summary>How webhooks are served. All times are machine time.</summary>
internal sealed record WebhookOptions
{
    /// <summary>After so many failures in a row a webhook is tried with one message at a time and rests in between.</summary>
    public const int Trouble = 3;

    /// <summary>How often somebody looks for what is due while there is a webhook.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often somebody looks whether there is one.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Messages under way to one webhook at the same time, per host.</summary>
    public int Calls { get; init; } = 4;

    /// <summary>Messages under way at all, per host.</summary>
    public int AllCalls { get; init; } = 256;

    /// <summary>How long one try may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>When another host takes over what was claimed and neither arrived nor failed.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>The pauses between the tries of a message, each up to a fifth shorter or longer; about 75 hours in all. After the last try it is a dead letter.</summary>
    public IReadOnlyList<TimeSpan> Pauses { get; init; } =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
        TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    /// <summary>A webhook that nothing has reached for so long is disabled.</summary>
    public TimeSpan FailingFor { get; init; } = TimeSpan.FromHours(72);

    /// <summary>The first rest of a webhook in trouble; doubles each time.</summary>
    public TimeSpan FirstRest { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest rest.</summary>
    public TimeSpan LongestRest { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The longest that a receiver can ask us to stay away.</summary>
    public TimeSpan LongestAsked { get; init; } = TimeSpan.FromHours(24);

    /// <summary>About how many events are looked through at once for one webhook; a transaction is never parted.</summary>
    public int Page { get; init; } = 1_000;

    /// <summary>When a message is tried again.</summary>
    /// <param name="attempts">Tries so far, from 1.</param>
    /// <param name="asked">What the receiver asked for; null for nothing.</param>
    /// <returns>Null when it was the last try.</returns>
    public TimeSpan? Again(int attempts, TimeSpan? asked)
    {
        if (attempts > Pauses.Count)
        {
            return null;
        }

        var pause = Pauses[attempts - 1] * (0.8 + (0.4 * Random.Shared.NextDouble()));
        return asked is { } wait && Shortest(wait, LongestAsked) is var later && later > pause ? later : pause;
    }

    /// <summary>How long nothing is sent to a webhook at all.</summary>
    /// <param name="failures">How many in a row.</param>
    /// <param name="asked">What the receiver asked for; null for nothing.</param>
    /// <returns>Null to go on at once.</returns>
    public TimeSpan? Rest(int failures, TimeSpan? asked) =>
        asked is { } wait ? Shortest(wait, LongestAsked)
        : failures < Trouble ? null
        : Shortest(FirstRest * Math.Pow(2, Math.Min(failures - Trouble, 20)), LongestRest);

    private static TimeSpan Shortest(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
