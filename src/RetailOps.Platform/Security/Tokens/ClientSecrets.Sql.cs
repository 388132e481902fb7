using System.Buffers.Text;
using System.Security.Cryptography;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace RetailOps.Platform;

/// <summary>What clients prove themselves with: 256 random bits, kept as slow hashes. Two are live at most, so that one can be exchanged while the other works.</summary>
internal sealed class ClientSecrets(Database database)
{
    /// <summary>Most secrets of one client.</summary>
    public const int Most = 2;

    private const string Prefix = "rops_";

    private static readonly PasswordHasher<object> Hasher = new(Options.Create(new PasswordHasherOptions { IterationCount = 210_000 }));

    private static readonly object Nobody = new();

    /// <summary>A new secret. Its beginning lets scanners of source code recognise one that got lost.</summary>
    public static string Make() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    public static string Hash(string secret) => Hasher.HashPassword(Nobody, secret);

    public static bool Fits(string hash, string secret) => Hasher.VerifyHashedPassword(Nobody, hash, secret) != PasswordVerificationResult.Failed;

    /// <summary>Whether a secret is one of the client's.</summary>
    public async Task<bool> Open(Guid client, string secret, CancellationToken ct)
    {
        // What no secret of ours looks like is not worth a slow hash.
        if (secret.Length > 200 || !secret.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var hash in await Hashes(client, ct))
        {
            if (Fits(hash, secret))
            {
                return true;
            }
        }

        return false;
    }

    private async Task<List<string>> Hashes(Guid client, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select s.hash from platform.client_secrets s where s.client_id = $1 order by s.created desc, s.id desc");
        command.Parameters.Add(new() { Value = client });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var hashes = new List<string>();
        while (await reader.ReadAsync(ct))
        {
            hashes.Add(reader.GetString(0));
        }

        return hashes;
    }
}
