using RetailOps.Migrator;
using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>One measurement of a flow.</summary>
internal sealed record Measured(double PerSecond, double Trips, double Commits, double HostMs, double ServerMs, double Rows = 0);

/// <summary>A database with a shop, and what it counts.</summary>
internal sealed class BenchDatabase(string name, MigrationReport report, BenchShop shop)
{
    // Rows that clients wrote so far, in tables of ours.
    private const string AllRows =
        """
        select coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint from pg_stat_user_tables
        where schemaname in ('platform', 'workflows', 'orders', 'inventory', 'returns', 'integration', 'intelligence', 'sandbox_erp') and (schemaname, relname) not in (('workflows', 'hosts'), ('workflows', 'in_flight'))
        """;

    public string Name { get; } = name;

    public MigrationReport Report { get; } = report;

    public BenchShop Shop { get; } = shop;

    /// <summary>Migrated, with items in stock.</summary>
    public static async Task<BenchDatabase> Make(BenchServer server, string name, Func<MigrationReport, Task>? beforehand = null)
    {
        var report = await server.Migrate(name);
        if (beforehand is not null)
        {
            await beforehand(report);
        }

        await using var filler = await TestHost.StartAsync(report.AppConnectionString, new() { Engine = new() { Workers = 0 }, Workflows = false, Documents = false });
        return new(name, report, await BenchShop.Fill(filler, report.OwnerConnectionString));
    }

    /// <summary>New rows, new versions and deletions so far. What a session did in the last second may still be missing.</summary>
    public Task<long> Rows() => Ask.One<long>(Report.OwnerConnectionString, AllRows);

    /// <summary>Brings its statistics up to date.</summary>
    public Task Analyse() => BenchServer.Analyse(Report.OwnerConnectionString);
}
