namespace RetailOps.Workflows;

/// <summary>Texts by which instances are found: the database must be able to index them, or the burst that made one could never be stored.</summary>
internal static class KeyText
{
    private const int Most = 450;

    /// <summary>The text; null for null.</summary>
    /// <exception cref="FormatException">It is too long, or has a character that the database cannot keep.</exception>
    public static string? Checked(string? text, string what) =>
        text?.Length > Most ? throw new FormatException($"A {what} may have at most {Most} characters.")
        : text?.Contains('\0', StringComparison.Ordinal) == true ? throw new FormatException($"A {what} cannot have the character NUL.")
        : text;
}
