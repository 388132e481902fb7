using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>Each check of the module sees the damage it is there for.</summary>
public sealed class InvariantTests(LivelyStock stock) : IClassFixture<LivelyStock>
{
    public static TheoryData<string, string> Damages => new()
    {
        { "I1", "update inventory.positions set allocated = allocated + 1 where condition = 'sellable' and on_hand > allocated" },
        { "I1", "update inventory.positions set reserved = reserved - 1 where reserved > 0" },
        { "I1", "update inventory.allocations set released = released + 1 where shipped + released < quantity" },
        { "I1", "delete from inventory.allocations where shipped + released < quantity" },
        { "I1", "update inventory.reservations set status = 'expired' where status = 'open'" },
        { "I1", "update inventory.reservations set status = 'open' where status = 'released'" },
        { "I1", "delete from inventory.reservation_lines" },
        { "I1", "update inventory.positions set reserved = 1 where condition = 'quarantine'" },
        { "I2", "update inventory.positions set on_hand = on_hand + 1 where condition = 'quarantine'" },
        { "I2", "delete from inventory.movements where kind = 'transferred' and quantity > 0" },
        { "I2", "update inventory.movements set condition = 'damaged' where kind = 'transferred' and quantity > 0" },
        { "I2", "alter table inventory.movements drop constraint ck_movements_cause; update inventory.movements set cause = ''" },
        { "I2", "update inventory.movements set cause = 'somewhere else' where kind = 'transferred' and quantity > 0" },
        { "I3", "alter table inventory.positions drop constraint ck_positions_promised; update inventory.positions set short = short - 1 where short > 0" },
        { "I3", "update inventory.positions set short = short + 1" },
        { "I3b", "delete from platform.exceptions" },
        { "I3b", "update platform.exceptions set key = 'item/LAMP/DC-1'" },
        { "I3b", "update platform.exceptions set status = 'healed', closed = now(), closed_by = 'nobody'" },
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_check_that_is_there_for_it(string invariant, string damage)
    {
        (await stock.Broken()).Should().BeEmpty();

        (await stock.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }
}

/// <summary>Stock with a little of everything that the checks look at.</summary>
public sealed class LivelyStock : IAsyncLifetime
{
    private TestDatabase database = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        host = await TestHost.StartAsync(database.AppConnectionString, new() { Engine = new() { Workers = 0 }, Workflows = false });
        var (order, back) = (OrderId.New(), Guid.NewGuid());
        await host.Stock("LAMP", 20);
        await host.Must(new AllocateOrder(order, 1, [new(1, new("LAMP"), 6)], AllowPart: false));
        await host.Must(new ReleaseAllocation(order, [new(1, "DC-1", 1)]));
        await host.Must(new ShipStock(order, Guid.NewGuid(), "DC-1", [new(1, 2)]));
        await host.Must(new ReserveStock("kept", [new(1, new("LAMP"), 2)], 60));
        var gone = await host.Must(new ReserveStock("gone", [new(1, new("LAMP"), 2)], 60));
        await host.Must(new ReleaseReservation(gone.Id));
        await host.Must(new ReceiveReturnedStock(back, Guid.NewGuid(), "DC-1", [new(new("LAMP"), 3)]));
        await host.Must(new DisposeReturnedStock(back, Guid.NewGuid(), "DC-1", new("LAMP"), 1, "restock"));
        await host.Stock("BULB", 2);
        await host.Must(new AllocateOrder(order, 2, [new(2, new("BULB"), 2)], AllowPart: false));
        await host.Must(new RecordMovement("adjusted", new("BULB"), "DC-1", "sellable", -1, "count"));
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    public Task<IReadOnlyList<string>> Broken() => host.Broken();

    public Task<IReadOnlyList<string>> BrokenBy(string damage) => host.BrokenBy(database.OwnerConnectionString, damage);
}
