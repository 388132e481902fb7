using System.Collections.Concurrent;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>Everybody at once on a few hot positions: whatever the order of events, the counters add up and nothing is promised twice.</summary>
public sealed class StockRaceTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    private static readonly string[] Skus = ["HOT-1", "HOT-2"];
    private static readonly string[] Nodes = ["RACE-1", "RACE-2"];

    // What a caller may be told; anything else is a fault of ours.
    private static readonly string[] Lawful =
    [
        "inventory.short", "inventory.not-allocated", "inventory.reservation-closed", "inventory.not-in-quarantine", "inventory.nothing-allocated", "request.contended",
    ];

    private readonly ConcurrentBag<(OrderId Order, GrantedStock Line)> promised = [];
    private readonly ConcurrentBag<Guid> reserved = [];
    private readonly Guid back = Guid.NewGuid();

    [Fact]
    public async Task Whatever_happens_at_once_the_counters_add_up()
    {
        foreach (var (sku, node) in Skus.SelectMany(s => Nodes.Select(n => (s, n))))
        {
            await inventory.Stock(sku, 20, node);
        }

        var seed = Random.Shared.Next();
        var refused = new ConcurrentBag<string>();
        for (var round = 0; round < Effort.Of(30, least: 2); round++)
        {
            await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (n, _) =>
            {
                if (await Act(new Random(HashCode.Combine(seed, round, n))) is { } refusal)
                {
                    refused.Add(refusal.Code);
                }
            });
            inventory.Clock.Advance(TimeSpan.FromSeconds(20));

            (await inventory.Host.Broken()).Where(b => !b.StartsWith("I3b", StringComparison.Ordinal)).Should().BeEmpty($"seed {seed}, round {round}");
        }

        refused.Distinct().Except(Lawful).Should().BeEmpty($"seed {seed}");
        promised.Should().NotBeEmpty();
    }

    [Fact]
    public async Task One_of_conversion_release_and_time_has_a_reservation()
    {
        await inventory.Stock("HOT-3", 40);
        for (var round = 0; round < Effort.Of(100, least: 5); round++)
        {
            var held = (await inventory.Reserve($"race-{round}", "HOT-3", 1)).Value;
            inventory.Clock.Advance(TimeSpan.FromSeconds(round % 2 == 0 ? 60 : 59));

            var converting = inventory.Host.Send(new ConvertReservation(held.Id, OrderId.New()));
            var releasing = inventory.Host.Send(new ReleaseReservation(held.Id));
            await Task.WhenAll(inventory.Sweep(), converting, releasing);

            // A run leaves alone what somebody has in hand; the next one comes back to it.
            await inventory.Sweep();

            var won = ((await converting).IsSuccess ? 1 : 0) + ((await releasing).IsSuccess ? 1 : 0);
            won.Should().Be(round % 2 == 0 ? 0 : 1);
            (await inventory.Ask<long>("select count(*) from platform.events where key = $1", $"reservation/{held.Id}")).Should().Be(2);
        }

        (await inventory.Host.Broken()).Where(b => !b.StartsWith("I3b", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Groups_and_single_requests_share_a_hot_position()
    {
        await inventory.Stock("HOT-4", 60);
        var given = 0;

        await Parallel.ForAsync(0, Effort.Of(300, least: 30), new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (n, _) =>
        {
            if (n % 3 == 0)
            {
                Interlocked.Add(ref given, (await inventory.Allocate("HOT-4", 2)) is { IsSuccess: true } alone ? alone.Value.Granted.Sum(g => g.Quantity) : 0);
                return;
            }

            await using var group = inventory.Begin(WorkMode.Group);
            try
            {
                var (order, other) = (OrderId.New(), OrderId.New());
                var first = await group.Send(InventoryFixture.Wish(order, true, ("HOT-4", 3)));
                var second = await group.Send(InventoryFixture.Wish(other, true, ("HOT-4", 1)));
                var back = first.IsSuccess ? (await group.Send(new ReleaseAllocation(order, [first.Value.Granted[0] with { Quantity = 1 }]))).Value.Units : 0;
                await group.Commit();
                Interlocked.Add(ref given, Units(first) + Units(second) - back);
            }
            catch (RedoException)
            {
                // Somebody was faster: nothing of this group is left.
            }
        });

        (await inventory.Host.Position("HOT-4")).Allocated.Should().Be(given).And.BeLessThanOrEqualTo(60);
        (await inventory.Host.Broken()).Where(b => !b.StartsWith("I3b", StringComparison.Ordinal)).Should().BeEmpty();
    }

    private static int Units(Result<OrderAllocation> answer) => answer.IsSuccess ? answer.Value.Granted.Sum(g => g.Quantity) : 0;

    private async Task<Refusal?> Act(Random dice)
    {
        var (sku, node) = (new Sku(dice.GetItems(Skus, 1)[0]), dice.GetItems(Nodes, 1)[0]);
        switch (dice.Next(10))
        {
            case 0 or 1 or 2:
                var allocated = await inventory.Host.Send(new AllocateOrder(
                    OrderId.New(), 1, [new(1, new(Skus[0]), dice.Next(1, 4)), new(2, new(Skus[1]), dice.Next(1, 4), dice.Next(2) == 0 ? node : null)], dice.Next(2) == 0));
                foreach (var line in allocated.IsSuccess ? allocated.Value.Granted : [])
                {
                    promised.Add((allocated.Value.OrderId, line));
                }

                return allocated.Refusal;
            case 3 when promised.TryPeek(out var given):
                return (await inventory.Host.Send(new ReleaseAllocation(given.Order, [given.Line with { Quantity = 1 }]))).Refusal;
            case 4 or 5 when promised.TryTake(out var leaving):
                return (await inventory.Host.Send(new ShipStock(leaving.Order, Guid.NewGuid(), leaving.Line.Node, [new(leaving.Line.LineId, 1)]))).Refusal;
            case 6:
                var held = await inventory.Host.Send(new ReserveStock($"{Guid.NewGuid()}", [new(1, sku, dice.Next(1, 3), node), new(2, new(Skus[1]), 1)], dice.Next(1, 40)));
                if (held.IsSuccess)
                {
                    reserved.Add(held.Value.Id);
                }

                return held.Refusal;
            case 7 when reserved.TryTake(out var id):
                return dice.Next(2) == 0
                    ? (await inventory.Host.Send(new ConvertReservation(id, OrderId.New()))).Refusal
                    : (await inventory.Host.Send(new ReleaseReservation(id))).Refusal;
            case 8:
                await inventory.Sweep();
                return dice.Next(2) == 0
                    ? (await inventory.Host.Send(new ReceiveReturnedStock(back, Guid.NewGuid(), node, [new(sku, 2)]))).Refusal
                    : (await inventory.Host.Send(new DisposeReturnedStock(back, Guid.NewGuid(), node, sku, 1, "restock"))).Refusal;
            default:
                return dice.Next(2) == 0
                    ? (await inventory.Host.Send(new RecordMovement("adjusted", sku, node, "sellable", dice.Next(2) == 0 ? -dice.Next(1, 8) : dice.Next(1, 8), "count"))).Refusal
                    : (await inventory.Host.Send(new AdjustStock(sku, dice.Next(2) == 0 ? -3 : 3, "count", $"{Guid.NewGuid()}"))).Refusal;
        }
    }
}
