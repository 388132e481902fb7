using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

/// <summary>Each check of the module sees the damage it is there for.</summary>
public sealed class InvariantTests
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
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_check_that_is_there_for_it(string invariant, string damage)
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, new() { Engine = new() { Workers = 0 }, Workflows = false });
        await Live(host);

        // Stands in where the platform keeps no exceptions yet.
        await Ask.Do(
            database.OwnerConnectionString, "create table if not exists platform.exceptions (key text, cause text, status text); grant select on platform.exceptions to public");
        (await Broken(host)).Where(b => !b.StartsWith("I3b", StringComparison.Ordinal)).Should().BeEmpty();
        await Ask.Do(database.OwnerConnectionString, damage);

        (await Broken(host)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }

    /// <summary>A little of everything that the checks look at.</summary>
    private static async Task Live(TestHost host)
    {
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

    private static async Task<List<string>> Broken(TestHost host)
    {
        var broken = new List<string>();
        var checks = new Verification(
            host.Services.GetRequiredService<Database>(), [new InvariantSource([.. InventoryInvariants.All, InventoryInvariants.EachShortIsKnown])], TimeProvider.System);
        await foreach (var result in checks.Check(null, null))
        {
            broken.AddRange(result.Examples.Select(e => $"{result.Id}: {e}"));
        }

        return broken;
    }
}
