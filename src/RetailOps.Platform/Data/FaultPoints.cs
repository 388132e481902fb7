namespace RetailOps.Platform;

/// <summary>The moments of a transaction's life at which a test may kill the process.</summary>
public enum FaultPoint
{
    /// <summary>The group is claimed and locked.</summary>
    AfterClaim,

    /// <summary>The note of what is in flight is written.</summary>
    AfterNote,

    /// <summary>Rows were preloaded.</summary>
    AfterPreload,

    /// <summary>A request was handled inside a burst.</summary>
    AfterSend,

    /// <summary>All bursts ran in memory.</summary>
    AfterRun,

    /// <summary>Before anything is sent.</summary>
    BeforeFlush,

    /// <summary>All rows are sent.</summary>
    AfterFlush,

    /// <summary>COMMIT is next.</summary>
    BeforeCommit,

    /// <summary>COMMIT was answered.</summary>
    AfterCommit,

    /// <summary>A group was rolled back and its bursts run alone next.</summary>
    BeforeAlone,

    /// <summary>Due timers became stimuli.</summary>
    AfterTimers,

    /// <summary>A delivery is claimed.</summary>
    AfterDeliveryClaim,

    /// <summary>A delivery's effects are committed.</summary>
    AfterDelivery,

    /// <summary>Deliveries to another machine are claimed; it was not called yet.</summary>
    AfterOutboundClaim,

    /// <summary>Another machine has answered; nothing is written down yet.</summary>
    AfterOutboundCall,
}

/// <summary>
/// Kills the process at a chosen point, for the tests of what must survive that. Armed only through the setting
/// <c>RETAILOPS_FAULT=point:n</c> (die at the n-th time), which a host honours in the environment <c>Test</c> alone.
/// </summary>
public static class FaultPoints
{
    private static FaultPoint? armed;
    private static int left;

    /// <summary>Arms one point; null or empty disarms. Throws for an unknown name.</summary>
    public static void Arm(string? setting)
    {
        armed = null;
        if (!string.IsNullOrEmpty(setting))
        {
            var parts = setting.Split(':');
            left = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 1;
            armed = Enum.Parse<FaultPoint>(parts[0]);
        }
    }

    /// <summary>Says that a point is reached.</summary>
    public static void Reach(FaultPoint point)
    {
        if (armed == point && Interlocked.Decrement(ref left) == 0)
        {
            Environment.FailFast($"Fault point {point} was armed.");
        }
    }
}
