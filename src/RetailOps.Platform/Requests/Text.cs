namespace RetailOps.Platform;

/// <summary>What validators ask of texts. One rule, one code: a code stands behind each condition only if there is one.</summary>
public static class Text
{
    /// <summary>Whether a text says something, in at most so many characters, all of which PostgreSQL can keep.</summary>
    public static bool HasLength(string? text, int most) => !string.IsNullOrWhiteSpace(text) && text.Length <= most && !text.Contains('\0', StringComparison.Ordinal);
}
