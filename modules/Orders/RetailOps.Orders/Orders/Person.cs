using System.Security.Cryptography;
using System.Text;

namespace RetailOps.Orders;

/// <summary>Who bought: the only personal data of the system.</summary>
internal sealed class Person(Guid id, string? name, string? email, string? shipTo, DateTimeOffset created, byte[]? salt)
{
    /// <summary>Bytes of a salt.</summary>
    public const int SaltLength = 16;

    public Guid Id { get; private init; } = id;

    public string? Name { get; private set; } = name;

    public string? Email { get; private set; } = email;

    public string? ShipTo { get; private set; } = shipTo;

    public DateTimeOffset Created { get; private init; } = created;

    /// <summary>Null for those from before there were salts, and when it was erased.</summary>
    public byte[]? Salt { get; private set; } = salt;

    public DateTimeOffset? Erased { get; private set; }

    /// <summary>What the event of the order keeps of it. PostgreSQL's texts hold no zero, so it stands between them.</summary>
    public string? Digest() => Salt is null
        ? null
        : Convert.ToHexStringLower(SHA256.HashData([.. Salt, .. Bytes(Name), 0, .. Bytes(Email), 0, .. Bytes(ShipTo)]));

    /// <summary>Forgets all of it, and the salt, without which the digest says nothing. A second call changes nothing.</summary>
    public void Erase(DateTimeOffset now)
    {
        if (Erased is null)
        {
            // As fine as the database keeps it: a second call answers with what it reads there.
            (Name, Email, ShipTo, Salt, Erased) = (null, null, null, null, new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero));
        }
    }

    private static byte[] Bytes(string? text) => Encoding.UTF8.GetBytes(text ?? "");
}
