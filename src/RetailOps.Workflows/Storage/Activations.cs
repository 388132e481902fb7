namespace RetailOps.Workflows;

/// <summary>How many instances may live at once.</summary>
internal enum Activation
{
    AllowAlways,

    /// <summary>One of the definition.</summary>
    Singleton,

    /// <summary>One of the definition for each correlation id.</summary>
    CorrelatedSingleton,

    /// <summary>One for each correlation id, of all definitions that say so.</summary>
    Correlation,
}

internal static class Activations
{
    /// <summary>From the name or the .NET type name that definitions give.</summary>
    public static Activation Of(string? strategy) =>
        strategy is null ? Activation.AllowAlways
        : strategy.Contains("CorrelatedSingleton", StringComparison.Ordinal) ? Activation.CorrelatedSingleton
        : strategy.Contains("Singleton", StringComparison.Ordinal) ? Activation.Singleton
        : strategy.Contains("Correlation", StringComparison.Ordinal) ? Activation.Correlation
        : Activation.AllowAlways;

    /// <summary>What two living instances may not share: a unique index holds it, whoever is first. Null for no limit.</summary>
    public static string? SingletonKey(Activation activation, string definitionId, string key) => activation switch
    {
        Activation.Singleton => definitionId,
        Activation.CorrelatedSingleton => $"{definitionId}:{key}",
        Activation.Correlation => $":{key}",
        _ => null,
    };
}
