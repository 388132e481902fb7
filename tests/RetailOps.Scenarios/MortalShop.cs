using RetailOps.Orders;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>A shop whose hosts are processes that are killed, and what must hold of it afterwards.</summary>
public sealed class MortalShop : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll");

    private readonly List<Guid> acknowledged = [];

    private MortalShop(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public static async Task<MortalShop> OpenAsync()
    {
        var shop = new MortalShop(await TestDatabase.CreateAsync());
        await using var host = await TestHost.StartAsync(shop.Database.AppConnectionString, Customers.Options with { Workflows = true, Engine = new() { Workers = 0 } });
        await Flow.Publish(host.Services, new Flow("look").StartsWith("orders.order-backordered.v1").Step("look", "Test.Look"));
        await host.Stock(Customers.InStock, 1_000_000);
        await host.Stock("VASE", 1_000_000);
        await host.Stock(Customers.SoldOut, 0);
        return shop;
    }

    /// <summary>A host with customers.</summary>
    public ChildHost Serve(string prefix, string? fault = null) => ChildHost.Start(Program, fault, "shop", Database.AppConnectionString, prefix);

    /// <summary>A host without customers.</summary>
    public ChildHost Serve() => ChildHost.Start(Program, null, "serve", Database.AppConnectionString);

    /// <summary>Writes down what a host that has ended has acknowledged.</summary>
    public async Task Bury(ChildHost child)
    {
        await child.Ends(TimeSpan.FromSeconds(120));
        acknowledged.AddRange(child.Acknowledged.Select(a => a.Id));
    }

    /// <summary>A host without faults does what is left; then nothing is missing and nothing is double.</summary>
    public async Task EverythingIsThereOnce()
    {
        await using var host = await TestHost.StartAsync(Database.AppConnectionString, Customers.Options);
        await host.Quiet();
        await Parallel.ForEachAsync(
            await Ask.All<Guid>(Database.AppConnectionString, "select id from orders.orders where status = 'allocated'"),
            new ParallelOptions { MaxDegreeOfParallelism = 8 },
            async (order, _) => await host.Must(new ShipOrder(new(order))));

        await host.Quiet();

        (await Ask.All<Guid>(Database.AppConnectionString, "select unnest($1) except select id from orders.orders", acknowledged.ToArray())).Should().BeEmpty("all that was acknowledged is there");
        (await Counts()).Should().BeEmpty();
        (await host.Broken()).Should().BeEmpty();
    }

    private Task<List<string>> Counts() => Ask.All<string>(
        Database.AppConnectionString,
        """
        select 'order ' || o.id || ' is ' || o.status from orders.orders o
        where o.status <> case when exists (select from orders.lines l where l.order_id = o.id and l.sku = 'GONE') then 'backordered' else 'shipped' end
        union all
        select 'order ' || e.key || ' left ' || count(*) || ' times' from platform.events e where e.type = 'orders.order-shipped.v1' group by e.key having count(*) > 1
        union all
        select 'shipped ' || (select -sum(quantity) from inventory.movements where kind = 'shipped') || ' of ' || (select sum(shipped) from orders.lines)
        where (select -sum(quantity) from inventory.movements where kind = 'shipped') <> (select sum(shipped) from orders.lines)
        union all
        select 'unmet ' || d.quantity || ' of ' || w.orders from (select coalesce(sum(quantity), 0) as quantity from inventory.unmet_demand) d,
          (select count(*) as orders from orders.lines where sku = 'GONE') w where d.quantity <> w.orders
        union all
        select 'dead letter ' || id from platform.deliveries where state = 2
        union all
        select 'dead stimulus ' || id || ' ' || coalesce(error, '') from workflows.stimuli where dead is not null
        union all
        select 'open incident ' || id || ' ' || message from workflows.incidents where status < 2
        """);

    public ValueTask DisposeAsync() => Database.DisposeAsync();
}
