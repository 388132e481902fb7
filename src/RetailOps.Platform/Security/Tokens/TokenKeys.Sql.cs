using System.Security.Cryptography;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Microsoft.IdentityModel.Tokens;

using Npgsql;

using OpenIddict.Server;
using OpenIddict.Validation;

namespace RetailOps.Platform;

/// <summary>One key that signs or encrypts tokens.</summary>
/// <param name="Key">The key itself, with its id.</param>
/// <param name="IsSigning">Else it encrypts codes and refresh tokens.</param>
/// <param name="Starts">From when on it is used for new tokens.</param>
/// <param name="Ends">Until when.</param>
internal sealed record TokenKey(SecurityKey Key, bool IsSigning, DateTimeOffset Starts, DateTimeOffset Ends);

/// <summary>
/// The keys of all hosts of a database, in its table, encrypted under the root key. The next one is there two weeks before it is used, so
/// that who keeps our public keys has seen it; one that has ended still proves what it signed.
/// </summary>
internal sealed partial class TokenKeys(Database database, RootKey root, TimeProvider clock, ILogger<TokenKeys> log) : BackgroundService
{
    /// <summary>How long a key is used.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(90);

    /// <summary>How long before its use a key is published.</summary>
    public static readonly TimeSpan Notice = TimeSpan.FromDays(14);

    /// <summary>How long after its end a key still proves: longer than any token lives.</summary>
    public static readonly TimeSpan Proof = TimeSpan.FromDays(30);

    private const string Purpose = "token-keys";

    private readonly Changes serverChanges = new();
    private readonly Changes validationChanges = new();
    private IReadOnlyList<TokenKey> keys = [];
    private string current = "";

    /// <summary>Those in use, the one that signs or encrypts now before the others.</summary>
    public IEnumerable<TokenKey> InUse(bool signing)
    {
        var now = clock.GetUtcNow();
        return keys.Where(k => k.IsSigning == signing && now < k.Ends + Proof)
            .OrderByDescending(k => k.Starts <= now && now < k.Ends).ThenByDescending(k => k.Starts <= now).ThenByDescending(k => k.Starts);
    }

    public IChangeToken Changed<TOptions>() => (typeof(TOptions) == typeof(OpenIddictServerOptions) ? serverChanges : validationChanges).Token;

    /// <summary>Makes what is missing, forgets what proves nothing any more, reads what other hosts made.</summary>
    public async Task Refresh(CancellationToken ct)
    {
        await using (var connection = await database.Requests.OpenConnectionAsync(ct))
        await using (var transaction = await connection.BeginTransactionAsync(ct))
        {
            await using (var alone = new NpgsqlCommand("select pg_advisory_xact_lock(hashtext('retailops token keys'))", connection, transaction))
            {
                await alone.ExecuteNonQueryAsync(ct);
            }

            var now = clock.GetUtcNow();
            await Forget(connection, now - Proof, ct);
            var all = await Read(connection, ct);
            foreach (var signing in new[] { true, false })
            {
                var last = all.Where(k => k.IsSigning == signing).MaxBy(k => k.Ends);
                if (last is null || last.Ends <= now + Notice)
                {
                    all.Add(await Make(connection, signing, last is null || last.Ends < now ? now : last.Ends, ct));
                }
            }

            await transaction.CommitAsync(ct);
            keys = all;
        }

        var seen = string.Join(' ', InUse(true).Concat(InUse(false)).Select(k => k.Key.KeyId));
        if (seen != current)
        {
            current = seen;

            // In this order: what checks tokens copies the keys from what makes them.
            serverChanges.Tell();
            validationChanges.Tell();
        }
    }

    public override void Dispose()
    {
        serverChanges.Dispose();
        validationChanges.Dispose();
        base.Dispose();
    }

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Refresh(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromHours(1), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await Refresh(stoppingToken);
                }
                catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
                {
                    LogLater(log, e.Message);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host ends.
        }
    }

    private static async Task Forget(NpgsqlConnection connection, DateTimeOffset before, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("delete from platform.token_keys where ends < $1", connection) { Parameters = { new() { Value = before } } };
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<TokenKey>> Read(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select id, use, document, starts, ends from platform.token_keys order by starts, id", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var all = new List<TokenKey>();
        while (await reader.ReadAsync(ct))
        {
            var signing = reader.GetString(1) == "sign";
            var bytes = Convert.FromBase64String(root.Decrypt(reader.GetString(2), Purpose));
            all.Add(new(KeyOf(reader.GetString(0), signing, bytes), signing, reader.GetFieldValue<DateTimeOffset>(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return all;
    }

    private async Task<TokenKey> Make(NpgsqlConnection connection, bool signing, DateTimeOffset starts, CancellationToken ct)
    {
        var id = Guid.CreateVersion7().ToString("N");
        byte[] bytes;
        if (signing)
        {
            // RS256 is what every OpenID Connect client must understand; 3072 bits are as strong as 128 of a symmetric key (NIST SP 800-57).
            using var rsa = RSA.Create(3072);
            bytes = rsa.ExportPkcs8PrivateKey();
        }
        else
        {
            bytes = RandomNumberGenerator.GetBytes(32);
        }

        await using var command = new NpgsqlCommand("insert into platform.token_keys (id, use, document, starts, ends) values ($1, $2, $3, $4, $5)", connection)
        {
            Parameters =
            {
                new() { Value = id },
                new() { Value = signing ? "sign" : "encrypt" },
                new() { Value = root.Encrypt(Convert.ToBase64String(bytes), Purpose) },
                new() { Value = starts },
                new() { Value = starts + Life },
            },
        };
        await command.ExecuteNonQueryAsync(ct);
        LogMade(log, signing ? "signs" : "encrypts", id, starts);
        return new(KeyOf(id, signing, bytes), signing, starts, starts + Life);
    }

    private static SecurityKey KeyOf(string id, bool signing, byte[] bytes)
    {
        if (!signing)
        {
            return new SymmetricSecurityKey(bytes) { KeyId = id };
        }

        var rsa = RSA.Create();
        rsa.ImportPkcs8PrivateKey(bytes, out _);
        return new RsaSecurityKey(rsa) { KeyId = id };
    }

    [LoggerMessage(6311, LogLevel.Information, "A key that {What} tokens was made: {Id}, in use from {Starts} on")]
    private static partial void LogMade(ILogger log, string what, string id, DateTimeOffset starts);

    [LoggerMessage(6312, LogLevel.Warning, "The keys of tokens could not be looked at and are in an hour: {Reason}")]
    private static partial void LogLater(ILogger log, string reason);

    private sealed class Changes : IDisposable
    {
        private CancellationTokenSource source = new();

        public IChangeToken Token => new CancellationChangeToken(source.Token);

        public void Dispose() => source.Dispose();

        public void Tell() => Interlocked.Exchange(ref source, new()).Cancel();
    }
}

/// <summary>Gives the keys to whoever makes and checks tokens, now and after each change, without a restart.</summary>
internal sealed class TokenKeyOptions(TokenKeys keys) :
    IConfigureOptions<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictServerOptions>, IOptionsChangeTokenSource<OpenIddictValidationOptions>
{
    string? IOptionsChangeTokenSource<OpenIddictServerOptions>.Name => Options.DefaultName;

    string? IOptionsChangeTokenSource<OpenIddictValidationOptions>.Name => Options.DefaultName;

    public void Configure(OpenIddictServerOptions options)
    {
        options.SigningCredentials.AddRange(keys.InUse(signing: true).Select(k => new SigningCredentials(k.Key, SecurityAlgorithms.RsaSha256)));
        options.EncryptionCredentials.AddRange(
            keys.InUse(signing: false).Select(k => new EncryptingCredentials(k.Key, SecurityAlgorithms.Aes256KW, SecurityAlgorithms.Aes256CbcHmacSha512)));
    }

    IChangeToken IOptionsChangeTokenSource<OpenIddictServerOptions>.GetChangeToken() => keys.Changed<OpenIddictServerOptions>();

    IChangeToken IOptionsChangeTokenSource<OpenIddictValidationOptions>.GetChangeToken() => keys.Changed<OpenIddictValidationOptions>();
}
