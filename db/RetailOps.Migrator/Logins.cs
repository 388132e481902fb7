using System.Security.Cryptography;
using System.Text;

using Npgsql;

namespace RetailOps.Migrator;

/// <summary>Makes a login, or leaves it alone when it already answers to its password.</summary>
internal static class Logins
{
    private const int ScramIterations = 4096;
    private const int DeriveIterations = 200_000;

    /// <summary>
    /// Makes the role or sets its password, only when the password does not open the door yet: a host that starts beside another
    /// changes nothing, and the right to change roles is needed once.
    /// </summary>
    public static async Task EnsureAsync(NpgsqlConnection by, NpgsqlConnectionStringBuilder login, CancellationToken ct)
    {
        var name = login.Username!;
        if (!await by.AskAsync<bool>("select exists (select from pg_catalog.pg_roles where rolname = $1)", ct, name))
        {
            await by.ExecuteAsync($"create role {Sql.Quote(name)} login password '{ScramVerifier(login.Password!)}'", ct);
        }
        else if (!await OpensAsync(login, ct))
        {
            await by.ExecuteAsync($"alter role {Sql.Quote(name)} login password '{ScramVerifier(login.Password!)}'", ct);
        }
    }

    /// <summary>Whether the server knows name and password, whatever it then says about the database.</summary>
    public static async Task<bool> OpensAsync(NpgsqlConnectionStringBuilder login, CancellationToken ct)
    {
        try
        {
            await using var connection = await Sql.OpenAsync(login, null, ct);
            return true;
        }
        catch (PostgresException refused)
        {
            return !refused.SqlState.StartsWith("28", StringComparison.Ordinal);
        }
    }

    public static string NewPassword() => Text(RandomNumberGenerator.GetBytes(24));

    /// <summary>
    /// The application's password from the owner's: all hosts that hold the owner's compute the same one, and it is kept nowhere.
    /// Slow on purpose, so that the application's password is no short way to a weak one of the owner.
    /// </summary>
    public static string Derive(string ownerPassword, string database, string appName) =>
        Text(Rfc2898DeriveBytes.Pbkdf2(ownerPassword, Encoding.UTF8.GetBytes($"RetailOps login {appName} of {database}"), DeriveIterations, HashAlgorithmName.SHA256, 24));

    // What the server would store itself (RFC 5803), made here so that no password stands in a statement and thereby in the server's log.
    private static string ScramVerifier(string password)
    {
        if (password.Any(c => c is < ' ' or > '~'))
        {
            throw new MigrationException("A password the migrator sets is printable ASCII: choose another.");
        }

        var salt = RandomNumberGenerator.GetBytes(16);
        var salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, ScramIterations, HashAlgorithmName.SHA256, 32);
        var stored = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        var server = HMACSHA256.HashData(salted, "Server Key"u8);
        return $"SCRAM-SHA-256${ScramIterations}:{Convert.ToBase64String(salt)}${Convert.ToBase64String(stored)}:{Convert.ToBase64String(server)}";
    }

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes).Replace('+', '-').Replace('/', '_').TrimEnd('=');
}
