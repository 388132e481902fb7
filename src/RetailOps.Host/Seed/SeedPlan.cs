namespace RetailOps.Host;

/// <summary>What a seeded database is to hold. The same plan is the same rows, ids included.</summary>
/// <param name="Orders">Orders that are over: placed, allocated, shipped, invoiced, posted, delivered.</param>
/// <param name="Returns">How many of them had a unit come back, and its money go.</param>
/// <param name="Sleeping">Orders that wait for their shipment.</param>
/// <param name="Timers">Flows that wait for the clock.</param>
/// <param name="Versions">Published versions of the definition of those flows.</param>
/// <param name="Seed">Any number.</param>
/// <param name="Until">The day, 0:00 UTC, up to which it goes.</param>
internal sealed record SeedPlan(int Orders, int Returns, int Sleeping, int Timers, int Versions, long Seed, DateTimeOffset Until)
{
    /// <summary>How far back the first order lies.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromDays(365);

    /// <summary>From the last order that is over to the end: it was delivered, and retention has been there.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromDays(6.5);

    /// <summary>From the last order that was returned to the end.</summary>
    public static readonly TimeSpan RestOfReturned = TimeSpan.FromDays(18);

    /// <summary>Over how long flows that wait for the clock come due.</summary>
    public static readonly TimeSpan TimersSpan = TimeSpan.FromDays(7);

    /// <summary>When the first of them may: not on the day on which the seed is written, nor at its midnight.</summary>
    public DateTimeOffset FirstTimer => Until + TimeSpan.FromDays(2);

    /// <summary>Only what still waits is younger.</summary>
    public DateTimeOffset Retired => Until - TimeSpan.FromDays(1);

    public DateTimeOffset First => Until - Span;

    /// <summary>From one order to the next.</summary>
    public TimeSpan Step => (Span - Rest) / Math.Max(1, Orders);

    /// <summary>How many of the orders are old enough to have been returned.</summary>
    public int Returnable => (int)Math.Min(Orders, (Span - RestOfReturned) / Step);

    /// <summary>A customer buys every 35 days, longer than refunds are added up.</summary>
    public int Customers => Math.Max(1, (int)Math.Ceiling(TimeSpan.FromDays(35) / Step));

    /// <summary>The customer of an order: each once in a round, in no order that is seen.</summary>
    public int CustomerOf(int number) => (int)((long)number % Customers * (Customers % Stride == 0 ? 1 : Stride) % Customers);

    // A prime.
    private const int Stride = 7_919;

    /// <summary>How many items are sold.</summary>
    public int Items => Math.Clamp(Orders / 10, 50, 10_000);
}
