using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>A database with events and nobody who links them unless the test says so.</summary>
public sealed class LedgerOfFacts : IAsyncDisposable
{
    /// <summary>Writes one event about something new; $1 is the subject.</summary>
    public const string InsertSql =
        "insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values (gen_random_uuid(), 'x.y.v1', now(), 'client:test', $1, 1, $1, '{\"said\":\"so\"}')";

    private readonly TestDatabase database;
    private readonly List<Database> hosts = [];

    private LedgerOfFacts(TestDatabase database)
    {
        this.database = database;
        Chain = Host();
        Check = new(hosts[0]);
    }

    /// <summary>A host's.</summary>
    public AuditChain Chain { get; }

    public AuditCheck Check { get; }

    public string App => database.AppConnectionString;

    public string Owner => database.OwnerConnectionString;

    public static async Task<LedgerOfFacts> Open(int events = 0)
    {
        var ledger = new LedgerOfFacts(await TestDatabase.CreateAsync());
        for (var i = 0; i < events; i++)
        {
            await ledger.Happen($"thing/{i}");
        }

        return ledger;
    }

    /// <summary>Another host on the same database.</summary>
    public AuditChain Host()
    {
        hosts.Add(new(App, 4));
        return new(hosts[^1]);
    }

    public Task Happen(string subject) => Ask.Do(App, InsertSql, subject);

    /// <summary>Links all there is. Transactions of other databases on the server that are still open hold it up.</summary>
    /// <returns>How many rows.</returns>
    public async Task<long> LinkAll()
    {
        var linked = 0L;
        await Eventually.Holds(
            async () =>
            {
                linked += await Chain.LinkAll();
                return (await Verify()).Unlinked == 0;
            },
            TimeSpan.FromSeconds(30), "all is linked");
        return linked;
    }

    /// <summary>As the owner, who may do everything.</summary>
    public Task Tamper(string sql) => Ask.Do(Owner, sql);

    public Task<AuditReport> Verify(params ExportedHead[] exported) => Check.Run(exported);

    public async Task<ExportedHead> Head() =>
        await Chain.Head() is { } head ? new(DateTimeOffset.UnixEpoch, head.Sequence, Convert.ToHexStringLower(head.Head), head.Total) : throw new InvalidOperationException("Nothing is linked.");

    /// <summary>Ids of the rows in the order they were linked.</summary>
    public Task<List<Guid>> Linked() => Ask.All<Guid>(App, "select i from platform.chain c, unnest(c.ids) with ordinality u (i, n) order by c.sequence, n");

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts)
        {
            await host.DisposeAsync();
        }

        await database.DisposeAsync();
    }
}
