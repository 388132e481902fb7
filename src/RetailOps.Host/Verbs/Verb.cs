using RetailOps.Migrator;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>One thing that this program can be told to do.</summary>
/// <param name="Name">The first argument.</param>
/// <param name="Summary">For the list of verbs.</param>
/// <param name="Help">For its own <c>--help</c>: what it does, its options, what its exit code means.</param>
/// <param name="Options">What it takes beyond <c>--help</c>: true for an option with a value.</param>
/// <param name="Run">Does it; the answer is the exit code, 0 only when all went well.</param>
/// <param name="IsHidden">For our own scripts and processes.</param>
internal sealed record Verb(
    string Name, string Summary, string Help, IReadOnlyDictionary<string, bool> Options, Func<VerbOptions, CancellationToken, Task<int>> Run, bool IsHidden = false)
{
    /// <summary>The exit code for words we do not know.</summary>
    public const int Misunderstood = 2;

    private const string Settings =
        """

        Settings of the environment:
          RETAILOPS_URLS      where to listen; http://127.0.0.1:5080
          RETAILOPS_DATA      folder of the embedded database, the key and the logs
          RETAILOPS_DB        connection string of your own PostgreSQL: the owner's when it stands alone
          RETAILOPS_DB_OWNER  the owner's; RETAILOPS_DB is then the application's
          RETAILOPS_KEY       32 bytes in base64, instead of the file key in the data folder
          RETAILOPS_TIME_ZONE where the books are kept, whose days documents are dated by; Europe/London
          RETAILOPS_ERP       who keeps the books: sandbox, the one inside, or tryton, with RETAILOPS_ERP_URL, RETAILOPS_ERP_USER and RETAILOPS_ERP_PASSWORD
          RETAILOPS_FOREIGN_DOCUMENTS  differ: a document in the books that is not ours is shown; only counted unless it is set
          RETAILOPS_ISSUER    the public address of this system, for the tokens it gives out; the one that was asked, unless it is set
          RETAILOPS_OIDC_AUTHORITY  where people sign in besides here; with RETAILOPS_OIDC_CLIENT, RETAILOPS_OIDC_SECRET, RETAILOPS_OIDC_ROLES, RETAILOPS_OIDC_CLAIM
          RETAILOPS_GOVERN    all or files: which workflows go live by two people only; all for serve, files for demo
          RETAILOPS_LIMITS    what each client may do, like read=50/100/1,write=20/40/1,behind=60: requests a second, burst, at once; see docs/api/limits.md
          RETAILOPS_LIMITS_OF  how many times as much some may do, like client:shop=4
          OTEL_EXPORTER_OTLP_ENDPOINT  where traces and metrics go; nowhere unless set
        """;

    public static IReadOnlyList<Verb> All { get; } = [HostVerbs.Demo, HostVerbs.Serve, MigrateVerb.Verb, VerifyVerb.Verb, ExportVerb.Verb, ReplayVerb.Verb, SeedVerb.Verb, TokenVerb.Verb, ErpVerb.Verb, AdministratorVerb.Verb, TestServerVerb.Verb];

    /// <summary>Where the process begins.</summary>
    public static async Task<int> Start(string[] args)
    {
        if (args is [SupervisorVerb.Name, ..])
        {
            return await SupervisorVerb.RunAsync(args);
        }

        if (args is ["--help" or "-h" or "help", ..])
        {
            Console.Out.WriteLine(ListOfVerbs());
            return 0;
        }

        var (name, rest) = args is [] || args[0].StartsWith('-') ? (HostVerbs.Demo.Name, args) : (args[0], args[1..]);
        if (All.FirstOrDefault(v => v.Name == name) is not { } verb)
        {
            return Say(Misunderstood, $"There is no verb '{name}'. It is one of {string.Join(", ", All.Where(v => !v.IsHidden).Select(v => v.Name))}; --help says more.");
        }

        if (rest.Any(a => a is "--help" or "-h"))
        {
            Console.Out.WriteLine(verb.Help + Settings);
            return 0;
        }

        if (!VerbOptions.TryRead(rest, verb.Options, out var options, out var problem))
        {
            return Say(Misunderstood, $"{problem} '{verb.Name} --help' lists the options.");
        }

        using var end = new CancellationTokenSource();
        try
        {
            return await verb.Run(options, end.Token);
        }
        catch (Exception e) when (e is SetupException or MigrationException or EmbeddedServerException or DocumentFileException)
        {
            return Say(1, e.Message);
        }
        catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
        {
            return Say(1, $"The database cannot be reached: {e.Message}");
        }
    }

    private static string ListOfVerbs() =>
        "RetailOps: orders and stock of a retailer on one PostgreSQL.\n\n"
        + string.Join("\n", All.Where(v => !v.IsHidden).Select(v => $"  {v.Name,-13} {v.Summary}"))
        + "\n\nWithout a verb: demo. Each verb has its own --help; --json gives its summary to machines on stdout, logs go to stderr.\n" + Settings;

    private static int Say(int exitCode, string line)
    {
        Console.Error.WriteLine(line);
        return exitCode;
    }
}
