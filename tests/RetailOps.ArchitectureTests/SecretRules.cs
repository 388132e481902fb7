using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>What looks like a credential in a text. Whoever finds a false alarm changes the text, or adds the value to <see cref="Known"/> with its reason.</summary>
internal static partial class SecretRules
{
    /// <summary>Bits per character from which a long word is taken for chance: words of a language have about 2.5, base64 of chance about 5.</summary>
    private const double Chance = 3.6;

    /// <summary>Values that are no secrets though they look like some.</summary>
    private static readonly (string Value, string Why)[] Known =
    [
        ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "the published example of Standard Webhooks 1.0"),
    ];

    private static readonly (string Kind, Regex Shape)[] Shapes =
    [
        ("a private key", PrivateKey()),
        ("an access key of AWS", Aws()),
        ("a token of GitHub", GitHub()),
        ("a token of Slack", Slack()),
        ("a key of Stripe", Stripe()),
        ("a secret for webhooks", Webhook()),
        ("a key of Google", Google()),
        ("a token of Shopify", Shopify()),
        ("a key of EasyPost or Shippo", Carrier()),
        ("a token of npm or NuGet", Registry()),
        ("a signed token", Jwt()),
        ("a password in an address", Address()),
        ("a password in a connection string", ConnectionString()),
    ];

    /// <summary>Each line that holds one, by where it is. The value itself is not told.</summary>
    public static IEnumerable<string> Find(string where, IEnumerable<string> lines)
    {
        var number = 0;
        foreach (var line in lines)
        {
            number++;
            if (KindOf(line) is { } kind)
            {
                yield return $"{where}:{number}: this looks like {kind}.";
            }
        }
    }

    /// <summary>What a line holds; null for nothing.</summary>
    public static string? KindOf(string line)
    {
        if (line.Length > 20_000 || Known.Any(k => line.Contains(k.Value, StringComparison.Ordinal)))
        {
            return null;
        }

        foreach (var (kind, shape) in Shapes)
        {
            if (shape.IsMatch(line))
            {
                return kind;
            }
        }

        return Assignment().Matches(line).Any(m => IsChance(m.Groups[1].Value)) ? "a secret that is given a value" : null;
    }

    private static bool IsChance(string value) =>
        value.Any(char.IsAsciiDigit) && value.Any(char.IsAsciiLetter) && -value.GroupBy(c => c).Sum(g => (double)g.Count() / value.Length * Math.Log2((double)g.Count() / value.Length)) >= Chance;

    [GeneratedRegex("-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----")]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b")]
    private static partial Regex Aws();

    [GeneratedRegex(@"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{40,})")]
    private static partial Regex GitHub();

    [GeneratedRegex(@"\bxox[abeoprs]-[A-Za-z0-9-]{20,}")]
    private static partial Regex Slack();

    [GeneratedRegex(@"\b[rs]k_(?:live|test)_[A-Za-z0-9]{16,}")]
    private static partial Regex Stripe();

    [GeneratedRegex(@"\bwhsec_[A-Za-z0-9+/]{24,}")]
    private static partial Regex Webhook();

    [GeneratedRegex(@"\bAIza[0-9A-Za-z_-]{35}")]
    private static partial Regex Google();

    [GeneratedRegex(@"\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}")]
    private static partial Regex Shopify();

    [GeneratedRegex(@"\b(?:EZ[AT]K[A-Za-z0-9]{50,}|shippo_(?:live|test)_[a-f0-9]{40})")]
    private static partial Regex Carrier();

    [GeneratedRegex(@"\b(?:npm_[A-Za-z0-9]{36}|oy2[a-z0-9]{43})\b")]
    private static partial Regex Registry();

    [GeneratedRegex(@"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")]
    private static partial Regex Jwt();

    // Words that stand for a password are none, nor is what a program puts in.
    [GeneratedRegex(@"://[A-Za-z0-9._-]+:(?!pass@|password@|secret@)[^\s/@""'{}<>$%…]{3,}@[A-Za-z0-9]")]
    private static partial Regex Address();

    [GeneratedRegex(@"\b(?:Password|Pwd)=(?!\*|…|secret\b|password\b|x\b)[^;\s""'{}<>$%…)|]{4,}", RegexOptions.IgnoreCase)]
    private static partial Regex ConnectionString();

    [GeneratedRegex(@"(?:secret|password|passwd|token|api_?key|access_?key|credential)\w*[""']?\s*[:=]\s*[""']([A-Za-z0-9+/=_-]{20,})[""']", RegexOptions.IgnoreCase)]
    private static partial Regex Assignment();
}
