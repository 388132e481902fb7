namespace RetailOps.Platform;

/// <summary>
/// Something to be done again and again: once per tick, whatever the number of hosts. A run may die at any moment or happen twice,
/// and the next one must make up for it.
/// </summary>
public interface IRecurringJob
{
    /// <summary>Stable: the schedule is stored under it.</summary>
    string Name { get; }

    /// <summary>When, as a cron expression of five fields, UTC.</summary>
    string Cron { get; }

    /// <summary>Does it once.</summary>
    /// <param name="ct">Cancels when the host shuts down.</param>
    Task RunAsync(CancellationToken ct);
}
