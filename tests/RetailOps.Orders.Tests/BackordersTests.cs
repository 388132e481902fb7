using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Orders.Tests;

public sealed class BackordersTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task The_oldest_who_wait_are_woken_until_what_is_free_is_spoken_for()
    {
        var (first, second, third) = (await Waiting("KITE", 2), await Waiting("KITE", 3), await Waiting("KITE", 1));
        var (held, cancelled) = (await Waiting("BALL", 1), await Waiting("BALL", 1));
        await orders.Host.Must(new HoldOrder(held, "manual", "wait"));
        await orders.Host.Must(new CancelOrder(cancelled, "no"));
        var last = await Waiting("BALL", 1);
        await orders.Host.Stock("KITE", 4);
        await orders.Host.Stock("BALL", 9);

        await Hear(new StockFreed(Guid.NewGuid(), orders.Clock.GetUtcNow(), new("KITE"), "DC-1", 4));
        await Hear(new StockFreed(Guid.NewGuid(), orders.Clock.GetUtcNow(), new("BALL"), "DC-1", 9));

        (await Woken()).Should().Equal(OrderKey.Of(first), OrderKey.Of(second), OrderKey.Of(last));
        (await Woken()).Should().NotContain([OrderKey.Of(third), OrderKey.Of(held), OrderKey.Of(cancelled)]);
    }

    private async Task<OrderId> Waiting(string sku, int quantity)
    {
        orders.Clock.Advance(TimeSpan.FromSeconds(1));
        var id = await orders.Host.Place(orders.NewNumber(), (sku, quantity));
        await orders.Host.Must(new RecordAllocation(id, []));
        return id;
    }

    // Through the relay: the fact is committed as Inventory commits it, and the subscriber hears of it.
    private async Task Hear(StockFreed freed)
    {
        await using var scope = orders.Host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        var execution = scope.ServiceProvider.GetRequiredService<WorkExecution>();
        execution.Begin(scope.ServiceProvider.GetRequiredService<Database>().Requests, WorkMode.Request);
        execution.Act(new Caller.System("test"), null, null, orders.Clock.GetUtcNow());
        work.Raise(freed);
        await execution.Flush(default);
        await execution.Commit();
        await Eventually.Holds(
            async () => await orders.Ask<long>("select count(*) from platform.deliveries where event_id = $1 and subscriber = 'orders.backorders' and state = 1", freed.EventId) == 1,
            TimeSpan.FromSeconds(20),
            "the subscriber heard of it");
    }

    private Task<List<string>> Woken() => Ask.All<string>(orders.Database, "select key from platform.events where type = 'orders.stock-arrived.v1' order by recorded, id");
}
