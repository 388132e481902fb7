namespace RetailOps.Bench;

/// <summary>A shop over HTTP: a database, the product in a process of its own over it, and those who buy and ship there.</summary>
internal sealed class ServedShop : IAsyncDisposable
{
    private readonly BenchServer server;

    private ServedShop(BenchServer server, BenchDatabase database, ServedHost host, ShopFront front, Watch watch) =>
        (this.server, Database, Host, Front, Watch, Flow) = (server, database, host, front, watch, new(front, watch));

    public BenchDatabase Database { get; }

    public ServedHost Host { get; }

    /// <summary>The host's folder for its data.</summary>
    public string Folder => Path.Combine(server.Folder, Database.Name);

    public ShopFront Front { get; }

    public Watch Watch { get; }

    public OrderFlow Flow { get; }

    public static async Task<ServedShop> Open(BenchServer server, BenchDatabase database, bool isGoverned = true)
    {
        var host = await ServedHost.Start(database.Report, Path.Combine(server.Folder, database.Name), isGoverned);
        return new(server, database, host, new(host.Url, host.Secret), await Watch.Open(database.Report.OwnerConnectionString, OrderFlow.Questions));
    }

    /// <summary>Waits until neither engine nor relay have anything to do.</summary>
    public Task Quiet() => Sample.Quiet(Database.Report.OwnerConnectionString);

    /// <summary>Ends the host in its quiet and checks every invariant over the whole database; what is broken goes to stderr.</summary>
    public async Task<BenchRow> Close()
    {
        await Quiet();
        await DisposeAsync();
        var broken = await ServedHost.Broken(Database.Report, Path.Combine(server.Folder, "verify"));
        foreach (var line in broken)
        {
            await Console.Error.WriteLineAsync(line);
        }

        return BenchRow.AtMost($"invariants broken afterwards, {Database.Name}", broken.Count, "invariants", 0);
    }

    /// <summary>A second call changes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await Watch.DisposeAsync();
        Front.Dispose();
        await Host.DisposeAsync();
    }
}
