using System.Security.Cryptography;
using System.Text;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Boxes for what nobody may read in the database: secrets of senders, and what they sent. The key of keys is asked for when it is first needed.</summary>
internal sealed class InboxBoxes(IServiceProvider services)
{
    private const string ForSecrets = "integration.sources";
    private const string ForPayloads = "integration.inbox";

    private RootKey Key => services.GetRequiredService<RootKey>();

    public SealedSecret Seal(string secret) => new(Guid.CreateVersion7(), Convert.ToBase64String(Key.Seal(Encoding.UTF8.GetBytes(secret), ForSecrets)));

    /// <summary>The live secrets of a source.</summary>
    public IReadOnlyList<string> Open(Source source) => [.. source.Boxes().Select(b => Encoding.UTF8.GetString(Key.Open(Convert.FromBase64String(b), ForSecrets)))];

    public byte[] Seal(ReadOnlySpan<byte> payload) => Key.Seal(payload, ForPayloads);

    public byte[] OpenPayload(byte[] box) => Key.Open(box, ForPayloads);

    /// <summary>A secret of ours as the sender's style wants it.</summary>
    public static string Fresh(SignatureStyle style) => style is SignatureStyle.Standard ? StandardWebhook.NewSecret() : Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether a style can work with a secret that somebody else made.</summary>
    public static bool Suits(SignatureStyle style, string secret)
    {
        if (!Text.HasLength(secret, 512) || secret.Length < 8)
        {
            return false;
        }

        try
        {
            var webhook = new InboundWebhook(name => name switch { StandardWebhook.IdHeader => "x", StandardWebhook.TimeHeader => "1", StandardWebhook.SignatureHeader => "v1," + Convert.ToBase64String(new byte[32]), "X-Hmac-Signature" => "hmac-sha256-hex=" + new string('0', 64), _ => null }, _ => null, ReadOnlyMemory<byte>.Empty);
            _ = InboundSignature.Verify(style, webhook, [secret], DateTimeOffset.UnixEpoch);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
