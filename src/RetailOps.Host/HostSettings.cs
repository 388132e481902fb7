using System.Net;

using Microsoft.AspNetCore.Http;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What a host must know before it is built: from the environment, from the options of a verb, or from a test.</summary>
public sealed record HostSettings
{
    private readonly bool? trustsThisMachine;

    /// <summary>The environment in which a stranger may try it: on loopback only, secrets made at the first start.</summary>
    public const string Demo = "Demo";

    /// <summary>Like Demo; fault points can be armed.</summary>
    public const string Test = "Test";

    /// <summary>Everything else.</summary>
    public const string Production = "Production";

    /// <summary>Where a host listens when nobody says.</summary>
    public const string UsualUrls = "http://127.0.0.1:5080";

    /// <summary><see cref="Demo"/>, <see cref="Test"/> or <see cref="Production"/>.</summary>
    public required string Environment { get; init; }

    /// <summary>Addresses to listen on, separated by semicolons. Port 0 takes a free one.</summary>
    public string Urls { get; init; } = UsualUrls;

    /// <summary>Absolute path of the folder for the embedded server, the key, the logs and the Demo's sign-ins.</summary>
    public required string DataFolder { get; init; }

    /// <summary><c>RETAILOPS_DB</c>: the owner's connection string when it stands alone, else the app's; null for the embedded server.</summary>
    public string? Database { get; init; }

    /// <summary><c>RETAILOPS_DB_OWNER</c>: the owner's connection string.</summary>
    public string? DatabaseOwner { get; init; }

    /// <summary><c>RETAILOPS_KEY</c>: 32 bytes in base64; null for the key file in the data folder.</summary>
    public string? Key { get; init; }

    /// <summary><c>RETAILOPS_TIME_ZONE</c>: where the retailer keeps its books; what is dated by the day is dated there.</summary>
    public string TimeZone { get; init; } = BusinessZone.Usual;

    /// <summary>
    /// <c>RETAILOPS_GOVERN</c>, <c>all</c> or <c>files</c>: whether every workflow goes live by two people, or only those that came with the build. All of them outside Demo, unless it is set.
    /// </summary>
    public bool GovernsAllWorkflows { get; init; }

    /// <summary>Whether this host runs recurring jobs. False in tests that count what happens.</summary>
    public bool RunsJobs { get; init; } = true;

    /// <summary>What each client may do; null for <see cref="UsualLimits"/>.</summary>
    public TrafficLimits? Limits { get; init; }

    /// <summary><c>RETAILOPS_ERP</c> and what belongs to it; null for the sandbox inside.</summary>
    public ErpSettings? Erp { get; init; }

    /// <summary>Whether secrets may be made and loopback may do without them.</summary>
    public bool IsDemo => Environment is Demo or Test;

    /// <summary>
    /// Whether a request from this machine without a credential is the command line's. By default in the environment Test only, where tests
    /// drive hosts of their own.
    /// </summary>
    public bool TrustsThisMachine
    {
        get => trustsThisMachine ?? Environment == Test;
        init => trustsThisMachine = value;
    }

    /// <summary><c>RETAILOPS_ISSUER</c>: the public address under which tokens are issued; null for the one that was asked.</summary>
    public string? Issuer { get; init; }

    /// <summary><c>RETAILOPS_OIDC_…</c>: where people sign in besides here; null for nowhere.</summary>
    public ExternalProvider? External { get; init; }

    /// <summary>Reads what stands in the environment.</summary>
    /// <param name="environment">Of the verb; <c>ASPNETCORE_ENVIRONMENT=Test</c> wins.</param>
    /// <param name="variable">Looks up a variable; null when it is not set.</param>
    public static HostSettings Read(string environment, Func<string, string?> variable)
    {
        return new()
        {
            Environment = variable("ASPNETCORE_ENVIRONMENT") == Test ? Test : environment,
            Urls = Set("RETAILOPS_URLS") ?? UsualUrls,
            DataFolder = Path.GetFullPath(Set(DataFolders.Variable) ?? DataFolders.Default()),
            Database = Set("RETAILOPS_DB"),
            DatabaseOwner = Set("RETAILOPS_DB_OWNER"),
            Key = Set("RETAILOPS_KEY"),
            Issuer = Set("RETAILOPS_ISSUER"),
            External = ReadExternal(Set),
            Erp = ErpSettings.Read(Set),
            TimeZone = Set("RETAILOPS_TIME_ZONE") ?? BusinessZone.Usual,
            GovernsAllWorkflows = Set("RETAILOPS_GOVERN") switch
            {
                "all" => true,
                "files" => false,
                null => environment == Production,
                _ => throw new SetupException("RETAILOPS_GOVERN is all or files."),
            },
            Limits = UsualLimits(variable("ASPNETCORE_ENVIRONMENT") == Test || environment is Demo or Test).With(Set("RETAILOPS_LIMITS"), Set("RETAILOPS_LIMITS_OF")),
        };

        string? Set(string name) => variable(name) is { Length: > 0 } value ? value : null;
    }

    /// <exception cref="SetupException">Something of it is missing or cannot be read.</exception>
    private static ExternalProvider? ReadExternal(Func<string, string?> set)
    {
        if (set("RETAILOPS_OIDC_AUTHORITY") is not { } authority)
        {
            return null;
        }

        var pairs = (set("RETAILOPS_OIDC_ROLES") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(p => p.Split('=', 2)).ToList();
        if (!Uri.TryCreate(authority, UriKind.Absolute, out var uri) || set("RETAILOPS_OIDC_CLIENT") is not { } client || pairs.Count == 0
            || pairs.Any(p => p.Length != 2 || p[1] == Roles.Integrator || !Roles.All.Contains(p[1])) || pairs.DistinctBy(p => p[0]).Count() != pairs.Count)
        {
            throw new SetupException(
                "RETAILOPS_OIDC_AUTHORITY, the provider's address, needs RETAILOPS_OIDC_CLIENT, this system's name there, and RETAILOPS_OIDC_ROLES, like shop-operators=operator,shop-finance=finance.");
        }

        return new(uri, client, set("RETAILOPS_OIDC_SECRET"), set("RETAILOPS_OIDC_CLAIM") ?? "roles", pairs.ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal));
    }

    /// <summary><see cref="Issuer"/> as an address.</summary>
    /// <exception cref="SetupException">It is none.</exception>
    internal Uri? IssuerUri =>
        Issuer is null ? null
        : Uri.TryCreate(Issuer, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttps || (IsDemo && uri.Scheme == Uri.UriSchemeHttp)) && uri.Query.Length + uri.Fragment.Length == 0 ? uri
        : throw new SetupException("RETAILOPS_ISSUER is the public address of this system, like https://retailops.example.org/.");

    /// <summary>
    /// The limits when nobody sets any. In the Demo the command line, which is there without credentials and on this machine only, may have the whole host:
    /// it has nobody beside it whom it could crowd out.
    /// </summary>
    public static TrafficLimits UsualLimits(bool isDemo) =>
        isDemo ? new() { LoopbackWeight = 20, Weights = new Dictionary<string, double> { ["client:" + Callers.CommandLine] = 200 } } : new();

    /// <summary>Refuses what must not start.</summary>
    /// <exception cref="SetupException">An address cannot be read, a Demo would be reachable by others, or there is no such time zone.</exception>
    public void Check()
    {
        _ = BusinessZone.Of(TimeZone);
        _ = IssuerUri;
        foreach (var url in Urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            BindingAddress address;
            try
            {
                address = BindingAddress.Parse(url);
            }
            catch (FormatException)
            {
                throw new SetupException($"'{url}' is no address to listen on: write it like {UsualUrls}.");
            }

            if (IsDemo && !address.IsUnixPipe && address.Host != "localhost" && !(IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip)))
            {
                throw new SetupException($"The Demo listens on this machine only, not on {url}: use {UsualUrls}, or start the verb serve, which asks for credentials.");
            }
        }
    }
}
