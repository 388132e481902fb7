namespace RetailOps.Kernel;

/// <summary>The key under which the events and flows of one thing stand: what kind of thing, and its id.</summary>
public static class BusinessKey
{
    /// <summary><c>kind/…</c>.</summary>
    /// <param name="kind">A word of the trade: <c>fulfilment</c>, <c>return</c>, <c>refund</c>.</param>
    /// <param name="id">Which one.</param>
    public static string Of(string kind, Guid id) => $"{kind}/{id}";

    /// <summary>The id that a key names.</summary>
    /// <exception cref="FormatException">The key is of another kind; a workflow that works on such things needs one.</exception>
    public static Guid IdOf(string kind, string? key) =>
        key is not null && key.Length > kind.Length && key[kind.Length] == '/' && key.StartsWith(kind, StringComparison.Ordinal) && Guid.TryParse(key.AsSpan(kind.Length + 1), out var id)
            ? id
            : throw new FormatException($"The correlation id '{key}' names no {kind}.");
}
