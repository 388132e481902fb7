using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>A database with the sandbox's books, and hosts that post to them.</summary>
public sealed class Books : IAsyncDisposable
{
    private Books(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    /// <summary>Impatient: retries come at once, and nothing is given up unless a test says so.</summary>
    internal static LaneOptions Quick { get; } = new()
    {
        Poll = TimeSpan.FromMilliseconds(20),
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(100),
        CallTimeout = TimeSpan.FromSeconds(20),
        Grace = TimeSpan.FromSeconds(5),
        FirstBreak = TimeSpan.FromMilliseconds(20),
        LongestBreak = TimeSpan.FromMilliseconds(200),
        LongestWait = TimeSpan.FromMilliseconds(200),
    };

    public static async Task<Books> OpenAsync() => new(await TestDatabase.CreateAsync());

    internal Task<TestHost> Host(LaneOptions? lane = null, TimeProvider? clock = null, int workers = 0, Action<IServiceCollection>? services = null, string? way = null) =>
        TestHost.StartAsync(way ?? Database.AppConnectionString, new()
        {
            Clock = clock,
            Log = Microsoft.Extensions.Logging.LogLevel.Warning,
            Workflows = false,
            Engine = new() { Workers = workers, Poll = TimeSpan.FromMilliseconds(20) },
            Services = s =>
            {
                s.AddSingleton(new OutboundLane(ErpConnector.Name, lane ?? Quick));
                services?.Invoke(s);
            },
        });

    /// <summary>A host that asks for documents and never calls the ERP.</summary>
    internal Task<TestHost> Asleep() => Host(Quick with { Calls = 0 });

    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(Database.OwnerConnectionString, sql, values);

    public Task<List<T>> All<T>(string sql, params object[] values) => Ask.All<T>(Database.OwnerConnectionString, sql, values);

    public Task Do(string sql, params object[] values) => Ask.Do(Database.OwnerConnectionString, sql, values);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}

internal static class Documents
{
    public static readonly DateOnly Day = new(2026, 3, 2);

    public static ErpDocument Invoice(long goods = 5000, long tax = 1000, long shipping = 495, long discount = 0, Guid? subject = null, int revision = 1, string? party = "C-1") => new(
        DocumentKinds.SalesInvoice, subject ?? Guid.CreateVersion7(), "WEB-1001", party, Day, "GBP",
        [
            new("goods", new Sku("LAMP"), 2, new(goods, "GBP"), new(tax, "GBP")),
            new("shipping", null, 1, new(shipping, "GBP"), new(0, "GBP")),
            .. discount == 0 ? Array.Empty<ErpLine>() : [new("discount", null, 1, new(-discount, "GBP"), new(0, "GBP"), "Spring")],
        ],
        Revision: revision);

    public static ErpDocument Memo(ErpDocument? of = null, long goods = 2500, long tax = 500) => new(
        DocumentKinds.CreditMemo, Guid.CreateVersion7(), "RMA-1", "C-1", Day, "GBP", [new("goods", new Sku("LAMP"), 1, new(goods, "GBP"), new(tax, "GBP"))], of?.Key);

    public static ErpDocument Shipment(int quantity = 2, long cost = 1600) => new(
        DocumentKinds.Shipment, Guid.CreateVersion7(), "WEB-1001", null, Day, "GBP", [new("stock", new Sku("LAMP"), quantity, new(cost, "GBP"), new(0, "GBP"))]);

    public static ErpDocument Adjustment(int quantity = -8, long cost = -1600) => new(
        DocumentKinds.InventoryAdjustment, Guid.CreateVersion7(), "COUNT-7", null, Day, "GBP", [new("stock", new Sku("LAMP"), quantity, new(cost, "GBP"), new(0, "GBP"))]);

    public static Task<PostingView> Post(this TestHost host, ErpDocument document) => host.Must(new PostDocument(document));

    public static SandboxErp Sandbox(this TestHost host) => host.Services.GetRequiredService<SandboxErp>();

    public static Task Told(this TestHost host, params Misbehaviour[] orders) => host.Sandbox().Mischief.Order(orders);
}
