using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>How a sender proves that a webhook is its own.</summary>
internal enum SignatureStyle
{
    /// <summary><c>X-Shopify-Hmac-SHA256</c>: base64 of HMAC-SHA-256 over the body. Source: shopify.dev, webhooks over HTTPS.</summary>
    Shopify,

    /// <summary><c>X-Hmac-Signature: hmac-sha256-hex=…</c> over the body; the secret in form NFKD, and so in ASCII here. Source: docs.easypost.com, webhooks guide.</summary>
    EasyPost,

    /// <summary><c>Stripe-Signature: t=…,v1=…</c>: hex of HMAC-SHA-256 over <c>t.body</c>. Source: docs.stripe.com, webhook signatures.</summary>
    Stripe,

    /// <summary><c>aftership-hmac-sha256</c>: base64 of HMAC-SHA-256 over the body. Source: aftership.com, tracking webhook signature.</summary>
    AfterShip,

    /// <summary>A token that we made, in the address as <c>?token=…</c>. It proves who, not what. Source: docs.goshippo.com, webhook security.</summary>
    ShippoToken,

    /// <summary><c>Shippo-Auth-Signature: t=…,v1=…</c>, as Stripe's. Source: as above.</summary>
    Shippo,

    /// <summary><c>webhook-id</c>, <c>webhook-timestamp</c>, <c>webhook-signature</c>. Source: Standard Webhooks 1.0.</summary>
    Standard,
}

/// <summary>A webhook as it came, before anything has read it.</summary>
/// <param name="Header">A header by its name; null when it is missing.</param>
/// <param name="Query">A parameter of the address; null when it is missing.</param>
/// <param name="Body">The raw bytes: what is signed is what was sent, not what a parser makes of it.</param>
internal sealed record InboundWebhook(Func<string, string?> Header, Func<string, string?> Query, ReadOnlyMemory<byte> Body);

/// <summary>Whether a webhook is from whom it says. All comparisons take the same time whatever is compared.</summary>
internal static class InboundSignature
{
    /// <summary>How old a signed time may be, and how far ahead of ours. Stripe's and Standard Webhooks' own recommendation.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    /// <summary>Signatures that one header may hold: who changes a secret signs with both.</summary>
    private const int MostSignatures = 8;

    /// <summary>Verifies.</summary>
    /// <param name="style">The sender's.</param>
    /// <param name="webhook">As it came.</param>
    /// <param name="secrets">One, or two while one is being replaced by the other. Without any, everything is refused.</param>
    /// <param name="now">Business time.</param>
    /// <returns>Null when it is genuine; else <c>integration.webhook-unsigned</c> (nothing to verify), <c>integration.webhook-forged</c> or <c>integration.webhook-stale</c>, all Unauthenticated.</returns>
    /// <exception cref="FormatException">A secret is none of that style.</exception>
    public static Refusal? Verify(SignatureStyle style, InboundWebhook webhook, IReadOnlyList<string> secrets, DateTimeOffset now) => style switch
    {
        SignatureStyle.Shopify => OverBody(webhook, secrets, Base64(webhook.Header("X-Shopify-Hmac-SHA256"))),
        SignatureStyle.AfterShip => OverBody(webhook, secrets, Base64(webhook.Header("aftership-hmac-sha256"))),
        SignatureStyle.EasyPost => OverBody(webhook, [.. secrets.Select(Plain)], Hex(After(webhook.Header("X-Hmac-Signature"), "hmac-sha256-hex="))),
        SignatureStyle.ShippoToken => Token(webhook.Query("token"), secrets),
        SignatureStyle.Stripe => Timed(webhook, webhook.Header("Stripe-Signature"), secrets, now),
        SignatureStyle.Shippo => Timed(webhook, webhook.Header("Shippo-Auth-Signature"), secrets, now),
        SignatureStyle.Standard => StandardWebhook.Verify(webhook, secrets, now),
        _ => throw new ArgumentOutOfRangeException(nameof(style)),
    };

    public static Refusal Unsigned() => new Refusal(RefusalKind.Unauthenticated, "integration.webhook-unsigned", "The webhook carries no signature that can be read; look at how the sender is set up.");

    public static Refusal Forged() => new Refusal(RefusalKind.Unauthenticated, "integration.webhook-forged", "The signature is not of this body and our secret; compare the secret on both sides, and that nothing in between changes the body.");

    public static Refusal Stale() => new Refusal(RefusalKind.Unauthenticated, "integration.webhook-stale", "The webhook was signed too long ago or ahead of our clock; the sender signs each try anew.");

    /// <summary>Whether any of the signatures is that of any of the secrets. Looks at all of them, however many fit.</summary>
    public static bool Fits(ReadOnlySpan<byte> signed, IEnumerable<byte[]> keys, IReadOnlyList<byte[]> signatures)
    {
        var fits = false;
        foreach (var key in keys)
        {
            var expected = HMACSHA256.HashData(key, signed);
            foreach (var signature in signatures)
            {
                fits |= CryptographicOperations.FixedTimeEquals(expected, signature);
            }
        }

        return fits;
    }

    /// <summary>A time in seconds since 1970, if it is one and near enough.</summary>
    public static Refusal? Aged(string? seconds, DateTimeOffset now) =>
        !long.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out var at) || at > 253_402_300_799 ? Unsigned()
        : (now - DateTimeOffset.FromUnixTimeSeconds(at)).Duration() > Tolerance ? Stale()
        : null;

    public static byte[]? Base64(string? text)
    {
        var bytes = new byte[48];
        return text is { Length: 44 } && Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    private static Refusal? OverBody(InboundWebhook webhook, IReadOnlyList<string> secrets, byte[]? signature) =>
        signature is null ? Unsigned() : Fits(webhook.Body.Span, Keys(secrets), [signature]) ? null : Forged();

    private static Refusal? Timed(InboundWebhook webhook, string? header, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        var parts = (header ?? "").Split(',', MostSignatures + 2, StringSplitOptions.TrimEntries);
        var at = After(parts.FirstOrDefault(p => p.StartsWith("t=", StringComparison.Ordinal)), "t=");
        // Other versions stand beside it and are no business of ours.
        var signatures = parts.Select(p => Hex(After(p, "v1="))).OfType<byte[]>().ToList();
        if (at is null || signatures.Count == 0)
        {
            return Unsigned();
        }

        // First whether it is genuine: a forger learns nothing of our clock.
        byte[] signed = [.. Encoding.UTF8.GetBytes(at + "."), .. webhook.Body.Span];
        return Fits(signed, Keys(secrets), signatures) ? Aged(at, now) : Forged();
    }

    private static Refusal? Token(string? token, IReadOnlyList<string> secrets)
    {
        if (string.IsNullOrEmpty(token))
        {
            return Unsigned();
        }

        // Hashed first, so that nothing is told by how long it is.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(token));
        var fits = false;
        foreach (var secret in Keys(secrets))
        {
            fits |= CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(secret));
        }

        return fits ? null : Forged();
    }

    /// <summary>The host runs without the tables of Unicode, and would leave such a secret in another form than the sender: better said than refused for ever.</summary>
    private static string Plain(string secret) => Ascii.IsValid(secret) ? secret : throw new FormatException("A secret for EasyPost has ASCII characters only; choose another one on both sides.");

    /// <summary>An empty secret is none: everybody knows it.</summary>
    private static IEnumerable<byte[]> Keys(IReadOnlyList<string> secrets) => secrets.Where(s => s.Length > 0).Take(2).Select(Encoding.UTF8.GetBytes);

    private static string? After(string? text, string beginning) => text?.StartsWith(beginning, StringComparison.Ordinal) == true ? text[beginning.Length..] : null;

    private static byte[]? Hex(string? text)
    {
        var bytes = new byte[32];
        return text is { Length: 64 } && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
