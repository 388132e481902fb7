namespace RetailOps.Platform;

/// <summary>What a module keeps of the rows it read for a group, plus what the group wrote; registered with the unit of work.</summary>
public interface IGroupCache
{
    /// <summary>Drops everything: the next read asks the database.</summary>
    void Forget();
}

/// <content>Caches of modules.</content>
public sealed partial class UnitOfWork
{
    private readonly List<IGroupCache> caches = [];

    /// <summary>Has the cache dropped whenever work is undone. Call once per scope, in the cache's constructor.</summary>
    public void Register(IGroupCache cache) => caches.Add(cache);
}

/// <summary>One stimulus of a group, as far as preloading is concerned.</summary>
/// <param name="EventName">The event's name.</param>
/// <param name="Key">The business key.</param>
/// <param name="Data">The event's data as JSON text; null when it has none.</param>
public readonly record struct PreloadItem(string EventName, string Key, string? Data);

/// <summary>Loads what the bursts of a group will ask for, in one query per module. What it does not load is read on demand.</summary>
public interface IPreload
{
    /// <summary>The events after which this is worth doing.</summary>
    IReadOnlyCollection<string> EventNames { get; }

    /// <summary>Loads into the module's context or group cache.</summary>
    /// <param name="items">The stimuli with one of these names, at least one.</param>
    /// <param name="ct">Cancels.</param>
    ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct);
}
