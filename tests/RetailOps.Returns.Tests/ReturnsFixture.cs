using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
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
        await StandIns.Prepare(database);
        Host = await TestHost.StartAsync(database.AppConnectionString, new()
        {
            Workflows = false,
            Engine = Engine,
            Clock = Clock,
            Assemblies = [typeof(ReturnsFixture).Assembly],
        });
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

    /// <summary>An order whose goods arrived at an instant; nothing of it has when it is null. Prices are of one unit and in pence.</summary>
    public async Task<OrderId> Sold(DateTimeOffset? deliveredAt, string? customer, params (string Sku, int Quantity, long UnitPrice)[] lines)
    {
        var order = OrderId.New();
        await Do("insert into standin.orders values ($1, 'web', $2, 'GBP', $3)", order.Value, (object?)customer ?? DBNull.Value, (object?)deliveredAt ?? DBNull.Value);
        foreach (var (line, i) in lines.Select((l, i) => (l, i + 1)))
        {
            await Do("insert into standin.lines values ($1, $2, $3, $4, $5, 0)", order.Value, i, line.Sku, line.Quantity, line.UnitPrice * line.Quantity);
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

    /// <summary>Sends a request as somebody.</summary>
    public Task<Result<T>> Run<T>(Caller caller, MediatR.IRequest<Result<T>> request) => Host.Requests.Run(caller, request);

    /// <summary>Sends a request that must be granted.</summary>
    public async Task<T> Must<T>(Caller caller, MediatR.IRequest<Result<T>> request) => (await Run(caller, request)).Value;

    /// <summary>What is told of something, oldest first.</summary>
    public async Task<string> Events(string aggregate) =>
        string.Join(", ", await Ask.All<string>(database.OwnerConnectionString, "select type from platform.events where aggregate = $1 order by revision", aggregate));

    /// <summary>One value of the database.</summary>
    public Task<T> One<T>(string sql, params object[] values) => Ask.One<T>(database.OwnerConnectionString, sql, values);

    /// <summary>All values of the database.</summary>
    public Task<List<T>> All<T>(string sql, params object[] values) => Ask.All<T>(database.OwnerConnectionString, sql, values);

    /// <summary>Meddles with the database, past the product.</summary>
    public Task<int> Do(string sql, params object[] values) => Ask.Do(database.OwnerConnectionString, sql, values);

    /// <summary>What a refusal says besides its code.</summary>
    public static System.Text.Json.JsonElement Details(Refusal? refusal) =>
        System.Text.Json.JsonSerializer.SerializeToElement(refusal!.Details, System.Text.Json.JsonSerializerOptions.Web);
}
