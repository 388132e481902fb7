using Microsoft.Extensions.Time.Testing;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Returns.Tests;

/// <summary>A shop that has sold and delivered. Its clock moves only when a test says so.</summary>
public sealed class ReturnsFixture : IAsyncLifetime
{
    private TestDatabase database = null!;
    private int number;

    /// <summary>Business time.</summary>
    public FakeTimeProvider Clock { get; } = new(new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero));

    /// <summary>How the engine runs; it stands still unless a test wants it.</summary>
    public EngineOptions Engine { get; init; } = new() { Workers = 0 };

    public TestHost Host { get; private set; } = null!;

    /// <summary>Somebody who takes returns, grades goods and permits exceptions.</summary>
    public Caller.Person Agent { get; } = PersonOf(Roles.ReturnsAgent);

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        Host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
            Workflows = false,
            Engine = Engine,
            Clock = Clock,
            Assemblies = [typeof(ReturnsFixture).Assembly],
        });
        await Host.Stock("LAMP", 0);
        await Host.Stock("LAMP", 0, "DC-2");
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await database.DisposeAsync();
    }

    /// <summary>A new person with roles.</summary>
    public static Caller.Person PersonOf(params string[] roles) => new(Guid.CreateVersion7(), Permissions.Of(roles));

    /// <summary>A name that no other test has.</summary>
    public string NewName(string prefix = "R") => $"{prefix}-{Interlocked.Increment(ref number)}";

    /// <summary>An order whose goods left and arrived at an instant; or are still on their way when it is null. Prices are of one unit and in pence.</summary>
    public async Task<OrderId> Sold(DateTimeOffset? deliveredAt, string? customer, params (string Sku, int Quantity, long UnitPrice)[] lines)
    {
        foreach (var line in lines)
        {
            await Host.Stock(line.Sku, line.Quantity);
        }

        NewOrderLine[] wanted = [.. lines.Select(l => new NewOrderLine(new(l.Sku), l.Quantity, new(l.UnitPrice, "GBP")))];
        var order = (await Host.Must(new PlaceOrder("web", NewName("O"), new("Ada Byron", "ada@example.org", "1 Mill Lane", customer), "GBP", wanted))).Id;
        var allocation = await Host.Must(new AllocateOrder(order, 1, [.. lines.Select((l, i) => new AllocationLine(i + 1, new(l.Sku), l.Quantity, "DC-1"))], AllowPart: false));
        await Host.Must(new RecordAllocation(order, [.. allocation.Granted.Select(g => new GrantedUnits(g.LineId, g.Node, g.Quantity))]));
        await Host.Must(new ShipOrder(order));
        foreach (var fulfilment in (await Host.Order(order)).Fulfilments.Where(_ => deliveredAt is not null))
        {
            await Host.Must(new DeliverFulfilment(fulfilment.Id, deliveredAt));
        }

        return order;
    }

    /// <summary>An order that arrived just now.</summary>
    public Task<OrderId> Sold(string? customer, params (string Sku, int Quantity, long UnitPrice)[] lines) => Sold(Clock.GetUtcNow(), customer, lines);

    /// <summary>Asks for a return as the shop's channel.</summary>
    public Task<Result<ReturnView>> Request(OrderId order, params (int Line, int Quantity)[] lines) => Run(Agent, Asked(order, lines));

    /// <summary>A return of an order's lines.</summary>
    public static RequestReturn Asked(OrderId order, params (int Line, int Quantity)[] lines) => new(order, [.. lines.Select(l => new NewReturnLine(l.Line, null, l.Quantity, "too small"))]);

    /// <summary>A return whose goods have come, as good as new, and are on the shelf again.</summary>
    public async Task<ReturnView> Inspected(OrderId order, params (int Line, int Quantity)[] lines)
    {
        var came = (await Request(order, lines)).Value;
        await Must(Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        foreach (var line in came.Lines)
        {
            await Must(Agent, new InspectReturnLine(came.Id, line.LineId, "new"));
            came = await Must(Agent, new DisposeReturnLine(came.Id, line.LineId, "restock"));
        }

        return came;
    }

    /// <summary>Sends a request as somebody; a person has just signed in unless the test says when.</summary>
    public Task<Result<T>> Run<T>(Caller caller, MediatR.IRequest<Result<T>> request) =>
        Host.Requests.Run(caller is Caller.Person { SignedInAt: null } person ? person with { SignedInAt = Clock.GetUtcNow() } : caller, request);

    /// <summary>Sends a request that must be granted.</summary>
    public async Task<T> Must<T>(Caller caller, MediatR.IRequest<Result<T>> request) => (await Run(caller, request)).Value;

    /// <summary>What is told of something, oldest first.</summary>
    public async Task<string> Events(string aggregate) =>
        string.Join(", ", await Ask.All<string>(database.OwnerConnectionString, "select type from platform.events where aggregate = $1 order by revision", aggregate));

    /// <summary>What a return moved in the stock's ledger, in no order.</summary>
    public Task<List<string>> Moved(Guid id) => All<string>(
        "select i.sku || ' ' || m.node || ' ' || m.quantity || ' ' || m.kind || ' ' || m.condition from inventory.movements m join inventory.items i on i.id = m.item_id where m.cause = $1", $"return/{id}");

    /// <summary>One value of the database.</summary>
    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(database.OwnerConnectionString, sql, values);

    /// <summary>All values of the database.</summary>
    public Task<List<T>> All<T>(string sql, params object[] values) => Ask.All<T>(database.OwnerConnectionString, sql, values);

    /// <summary>The owner's, to meddle past the product.</summary>
    public string Database => database.OwnerConnectionString;

    /// <summary>Meddles with the database, past the product.</summary>
    public Task<int> Do(string sql, params object[] values) => Ask.Do(database.OwnerConnectionString, sql, values);

    /// <summary>What a refusal says besides its code.</summary>
    public static System.Text.Json.JsonElement Details(Refusal? refusal) =>
        System.Text.Json.JsonSerializer.SerializeToElement(refusal!.Details, System.Text.Json.JsonSerializerOptions.Web);
}
