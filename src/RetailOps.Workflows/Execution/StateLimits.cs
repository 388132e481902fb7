namespace RetailOps.Workflows;

/// <summary>An instance may not keep that much. The burst that made it so must not be stored.</summary>
/// <param name="what">The variable, input or other value, or <c>state</c> for the whole.</param>
internal sealed class StateTooLargeException(string what, long bytes, long limit)
    : Exception($"'{what}' has {bytes} bytes; an instance may keep {limit}. Keep the id of what is large, not the thing.")
{
    public string What { get; } = what;

    public long Bytes { get; } = bytes;

    public long Limit { get; } = limit;
}

/// <summary>A stored state that this version cannot read.</summary>
internal sealed class StateUnreadableException(string message, Exception? inner = null) : Exception(message, inner);

internal static class StateLimits
{
    public const int Value = 256 * 1024;
    public const int Whole = 1024 * 1024;
}
