namespace RetailOps.Platform;

/// <summary>What a person may choose for a password: long, and not what a guesser tries first. Which characters it has is nobody's business (NIST SP 800-63B).</summary>
internal static class PasswordLaw
{
    public const int Least = 12;

    public const int Most = 200;

    // Looking at more takes long and makes no guessable password a good one.
    private const int LookedAt = 64;

    // Of 0 to 4: from 3 on, who guesses by dictionaries, names, dates, keyboards and repetition needs 10^10 tries or more.
    private const int GoodEnough = 3;

    private static readonly string[] Words = ["retailops", "retail ops"];

    /// <summary>What is wrong with a new password, for a person; null when nothing is.</summary>
    /// <param name="name">Of the account.</param>
    /// <param name="old">The password until now, as it was typed.</param>
    /// <param name="chosen">The new one.</param>
    public static string? Fault(string name, string old, string chosen)
    {
        if (chosen.Length is < Least or > Most)
        {
            return $"The new password needs {Least} characters or more, at most {Most}.";
        }

        if (chosen == old)
        {
            return "The new password is the old one.";
        }

        // Of a very short name nobody can keep clear.
        if (name.Length > 2 && chosen.Contains(name, StringComparison.OrdinalIgnoreCase))
        {
            return "The new password must not contain your name.";
        }

        if (Words.Any(w => chosen.Contains(w, StringComparison.OrdinalIgnoreCase)))
        {
            return "The new password must not contain the name of this product.";
        }

        return Zxcvbn.Zxcvbn.MatchPassword(chosen.Length > LookedAt ? chosen[..LookedAt] : chosen, [name, .. Words]).Score < GoodEnough
            ? "The new password is too easy to guess: it is common, or made of common words and patterns. Take several words that have nothing to do with each other, or let a password manager make one."
            : null;
    }
}
