using System.Globalization;
using System.Security.Cryptography;
using System.Text;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>
/// Signs and verifies by Standard Webhooks 1.0 (standardwebhooks.com): <c>v1,</c> and base64 of HMAC-SHA-256 over <c>id.timestamp.body</c>, under a secret
/// that is written <c>whsec_</c> and base64 of 24 to 64 bytes.
/// </summary>
internal static class StandardWebhook
{
    public const string IdHeader = "webhook-id";
    public const string TimeHeader = "webhook-timestamp";
    public const string SignatureHeader = "webhook-signature";

    private const string Prefix = "whsec_";
    private const string Version = "v1,";
    private const int MostSignatures = 8;

    /// <summary>A secret of 32 random bytes.</summary>
    public static string NewSecret() => Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>The three headers of a message.</summary>
    /// <param name="id">The same at each try: by it the receiver tells tries from messages.</param>
    /// <param name="at">Of this try.</param>
    /// <param name="body">What is sent, byte for byte.</param>
    /// <param name="secrets">One, or two while the receiver changes from one to the other: both sign.</param>
    /// <exception cref="FormatException">A secret is none.</exception>
    public static IReadOnlyDictionary<string, string> Sign(string id, DateTimeOffset at, ReadOnlySpan<byte> body, IReadOnlyList<string> secrets)
    {
        var time = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var signed = Signed(id, time, body);
        var signatures = secrets.Select(s => Version + Convert.ToBase64String(HMACSHA256.HashData(Key(s), signed)));
        return new Dictionary<string, string> { [IdHeader] = id, [TimeHeader] = time, [SignatureHeader] = string.Join(' ', signatures) };
    }

    /// <summary>As <see cref="InboundSignature.Verify"/>.</summary>
    /// <exception cref="FormatException">A secret is none.</exception>
    public static Refusal? Verify(InboundWebhook webhook, IReadOnlyList<string> secrets, DateTimeOffset now)
    {
        var (id, time) = (webhook.Header(IdHeader), webhook.Header(TimeHeader));
        // Asymmetric signatures (v1a) may stand beside it.
        var signatures = (webhook.Header(SignatureHeader) ?? "").Split(' ', MostSignatures + 1, StringSplitOptions.RemoveEmptyEntries)
            .Where(s => s.StartsWith(Version, StringComparison.Ordinal)).Select(s => InboundSignature.Base64(s[Version.Length..])).OfType<byte[]>().ToList();
        if (id is not { Length: > 0 and <= 256 } || string.IsNullOrEmpty(time) || signatures.Count == 0)
        {
            return InboundSignature.Unsigned();
        }

        return InboundSignature.Fits(Signed(id, time, webhook.Body.Span), secrets.Take(2).Select(Key), signatures) ? InboundSignature.Aged(time, now) : InboundSignature.Forged();
    }

    private static byte[] Signed(string id, string time, ReadOnlySpan<byte> body) => [.. Encoding.UTF8.GetBytes($"{id}.{time}."), .. body];

    private static byte[] Key(string secret)
    {
        var bytes = new byte[96];
        return secret.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[Prefix.Length..], bytes, out var length) && length is >= 24 and <= 64
            ? bytes[..length]
            : throw new FormatException("A secret for webhooks is whsec_ and 24 to 64 bytes in base64.");
    }
}
