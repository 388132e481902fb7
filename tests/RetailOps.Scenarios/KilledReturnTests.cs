using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>
/// A host is killed at each point of a transaction's life somewhere on the way of returns from the request to the credit memo, with an approval and
/// children on it; another one goes on. Whoever gives money back gives it once.
/// </summary>
public sealed class KilledReturnTests(MortalReturns shop) : IClassFixture<MortalReturns>
{
    // No timer falls due on this way, and its facts are heard by flows and the ERP alone, not by subscribers of the relay.
    public static TheoryData<FaultPoint> Points => [.. Effort.Some(Enum.GetValues<FaultPoint>().Except([FaultPoint.AfterTimers, FaultPoint.AfterDeliveryClaim, FaultPoint.AfterDelivery]))];

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_of_a_return_there_is_one_approval_one_refund_and_one_credit_memo(FaultPoint point)
    {
        for (var round = 0; round < Effort.Of(100 / Points.Count); round++)
        {
            var orders = await shop.Sell(2);
            await shop.SendBack(orders);
            var nth = 1 + ((((int)point * 3) + (round * 5)) % MostOf(point));
            await using var child = shop.Serve($"{point}:{nth}");
            await shop.RefundUntil(() => child.IsGone);

            await child.Ends(TimeSpan.FromSeconds(60));
            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
            await shop.GoOn();
            await shop.EachIsRefundedOnce(orders);
        }
    }

    /// <summary>How often the point is reached for sure, from early to late.</summary>
    private static int MostOf(FaultPoint point) => point switch
    {
        FaultPoint.AfterClaim or FaultPoint.AfterRun or FaultPoint.BeforeFlush or FaultPoint.AfterFlush or FaultPoint.BeforeCommit or FaultPoint.AfterCommit => 8,
        FaultPoint.AfterSend => 4,
        _ => 1,
    };
}

/// <summary>A shop that pays large refunds, whose hosts are processes that are killed.</summary>
public sealed class MortalReturns : IAsyncLifetime
{
    private const long Price = 30_000;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll");

    // Takes requests, and leaves all work to others.
    private static readonly TestHostOptions Asleep = WholeShop.Options with { Engine = new() { Workers = 0 }, Services = s => Lane(s, new() { Calls = 0 }) };

    private static readonly TestHostOptions Alive = WholeShop.Options with
    {
        Services = s => Lane(s, new() { Poll = TimeSpan.FromMilliseconds(50), FirstPause = TimeSpan.FromMilliseconds(20) }),
    };

    private TestDatabase database = null!;
    private int number;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        await host.DrawWhole();
        await host.Stock("SOFA", 10_000);
    }

    public async Task DisposeAsync() => await database.DisposeAsync();

    public ChildHost Serve(string fault) => ChildHost.Start(Program, fault, "serve", database.AppConnectionString);

    /// <summary>Orders that have arrived and stand in the books.</summary>
    public async Task<List<OrderId>> Sell(int count)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Alive);
        var orders = new List<OrderId>();
        for (var i = 0; i < count; i++)
        {
            orders.Add((await host.Must(Shop.Order($"S-{++number}") with { Lines = [new(new("SOFA"), 1, new(Price, "GBP"))] })).Id);
        }

        await host.Quiet();
        foreach (var order in orders)
        {
            await host.Must(new ShipOrder(order));
            await host.Deliver(order);
        }

        await host.Quiet();
        return orders;
    }

    /// <summary>All of it comes back; what follows from that is left to others.</summary>
    public async Task SendBack(IEnumerable<OrderId> orders)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        foreach (var order in orders)
        {
            await host.SendBack(order, 1);
        }
    }

    /// <summary>Finance agrees to what it is asked, until it is over.</summary>
    public async Task RefundUntil(Func<bool> over)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        await Eventually.Holds(
            async () =>
            {
                await host.ApproveAll();
                return over();
            },
            TimeSpan.FromSeconds(60),
            "the host dies on the way to the credit memo");
    }

    /// <summary>A host without faults does what is left.</summary>
    public async Task GoOn()
    {
        // Machine time goes on: the leases of the dead are over.
        await Ask.Do(database.OwnerConnectionString, "update platform.deliveries set due = clock_timestamp() where state = 0");
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Alive);
        do
        {
            await host.Quiet();
        }
        while (await host.ApproveAll() > 0);
        (await host.Broken()).Should().BeEmpty();
    }

    public async Task EachIsRefundedOnce(IReadOnlyCollection<OrderId> orders)
    {
        foreach (var order in orders)
        {
            (await All("select status || ' ' || amount_minor from returns.refunds where order_id = $1", order)).Should().Equal($"settled {Price}");
            (await All("select a.status || ' ' || (select count(*) from returns.decisions d where d.approval_id = a.id) from returns.approvals a join returns.refunds r on r.id = a.refund_id where r.order_id = $1", order))
                .Should().Equal("approved 1");
            (await All("select d.state || ' ' || d.total from sandbox_erp.documents d join returns.refunds r on d.key = 'credit-memo/' || r.id || '/1' where r.order_id = $1", order)).Should().Equal($"posted {Price}");
            (await All("select t.status || ' ' || t.outcome from workflows.tasks t join returns.refunds r on t.key = 'refund/' || r.id where r.order_id = $1", order)).Should().HaveCount(1, "a person was asked once");
            (await All("select refunding_minor || ' ' || refunded_minor from orders.tenders where order_id = $1", order)).Should().Equal($"0 {Price}");
        }

        (await All("select count(*)::text from sandbox_erp.documents where kind = 'CreditMemo'")).Should().Equal($"{number}");
        (await All("select definition_id || ' ' || key from workflows.instances where finished is null")).Should().BeEmpty("every flow reached its end");
        (await All("select key || ' ' || message from platform.exceptions where status in ('open', 'taken')")).Should().BeEmpty();
        (await All("select message from workflows.incidents where status < 2")).Should().BeEmpty();
    }

    private Task<List<string>> All(string sql) => Ask.All<string>(database.OwnerConnectionString, sql);

    private Task<List<string>> All(string sql, OrderId order) => Ask.All<string>(database.OwnerConnectionString, sql, order.Value);

    private static void Lane(IServiceCollection services, LaneOptions lane)
    {
        WholeShop.Options.Services!(services);
        services.AddSingleton(new OutboundLane("integration.erp", lane));
    }
}
