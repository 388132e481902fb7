using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>Each invariant sees the damage it is there for: a check that never turned red proves nothing.</summary>
public sealed class DamageTests(QuietShop shop) : IClassFixture<QuietShop>
{
    public static TheoryData<string, string> Damages => new()
    {
        { "I1", "update inventory.positions set allocated = allocated + 1 where on_hand > allocated" },
        { "I1", "delete from inventory.allocations" },
        { "I2", "update inventory.positions set on_hand = on_hand + 1" },
        { "I2", "delete from inventory.movements" },
        { "I2", "insert into inventory.movements (id, item_id, node, condition, kind, quantity, cause, occurred) values (gen_random_uuid(), gen_random_uuid(), 'DC-9', 'sellable', 'received', 1, 'test', now())" },
        { "I3", "alter table inventory.positions drop constraint ck_positions_promised; update inventory.positions set allocated = on_hand + 1" },
        { "I3b", "update inventory.positions set allocated = on_hand + 1, short = 1" },
        { "I4a", "truncate orders.orders cascade" },
        { "I4a", "update orders.orders set revision = revision + 1" },
        { "I4b", "alter table orders.lines drop constraint ck_lines_whole; update orders.lines set shipped = shipped + 1" },
        { "I4c", "update orders.lines set pending = allocated + backordered, allocated = 0, backordered = 0; delete from workflows.instances" },
        { "I4d", "delete from orders.fulfilment_lines" },
        { "I4d", "update orders.fulfilments set status = 'cancelled'" },
        { "I4e", "update orders.orders set status = 'shipped'" },
        { "I4f", "update orders.people set ship_to = 'somewhere else'" },
        { "I4f", "update orders.people set name = null, email = null, ship_to = null, salt = null, erased = now()" },
        { "I5a", "update orders.tenders set refunding_minor = 1" },
        { "I5a", "delete from orders.tenders" },
        { "I5b", "alter table orders.lines drop constraint ck_lines_returned; update orders.lines set return_open = shipped + 1" },
        { "I5c", "insert into orders.invoices (id, order_id, issued_at, total_minor) select gen_random_uuid(), id, placed_at, 1 from orders.orders" },
        { "I7a", "update platform.events set revision = revision + 1 where type = 'orders.order-allocated.v1'" },
        { "I7a", "delete from platform.events where type = 'orders.order-placed.v1'" },
        { "I7b", "delete from platform.deliveries" },
        { "I7c", "delete from platform.inbox" },
        { "I7c", "update platform.deliveries set event_id = gen_random_uuid()" },
        { "I7d", "update workflows.instances set start_key = gen_random_uuid()::text" },
        { "I7e", "update platform.documents set revision = revision + 1" },
        { "I7f", "insert into intelligence.decisions values (gen_random_uuid(), 'order-risk', 1, 'order/1', gen_random_uuid(), '{}', 1, '[]', now())" },
        { "I8a", "delete from workflows.bookmarks; delete from workflows.timers" },
        { "I8b", "insert into workflows.bookmarks (id, instance_id, key, name, activity_id, hash, created) values (gen_random_uuid(), gen_random_uuid(), 'k', 'n', 'a', 'h', now())" },
        { "I8b", "insert into workflows.timers (id, instance_id, key, kind, due) values (gen_random_uuid(), gen_random_uuid(), 'k', 0, now() + interval '100 years')" },
        { "I8b", "delete from workflows.timers" },
        { "I8b", "insert into workflows.incidents (id, instance_id, key, activity_id, activity_type, error, message, attempt, status, opened) values (gen_random_uuid(), gen_random_uuid(), 'k', 'a', 't', 'e', 'm', 1, 1, now())" },
        { "I8c", "insert into workflows.bookmarks (id, instance_id, key, kind, name, activity_id, hash, created) select gen_random_uuid(), id, key, 2, 'n', 'a', 'h', now() from workflows.instances limit 1" },
        { "I8d", "insert into workflows.bookmarks (id, instance_id, key, kind, name, activity_id, hash, created) select gen_random_uuid(), id, key, 3, 'n', 'a', 'h', now() from workflows.instances limit 1" },
        { "I8d", "insert into workflows.tasks (id, instance_id, key, kind, title, candidates, outcomes, opened, status, revision) values (gen_random_uuid(), gen_random_uuid(), 'k', 'k', 't', '[]', '[]', now(), 0, 1)" },
        { "I8e", "insert into workflows.bookmarks (id, instance_id, key, kind, name, activity_id, hash, created) select gen_random_uuid(), id, key, 4, 'Elsa.SendHttpRequest', 'a', 'h', now() from workflows.instances limit 1" },
        { "I9a", "update workflows.instances set revision = revision + 1" },
        { "I9b", "delete from workflows.journal where sequence = 2" },
        { "I9c", "insert into workflows.journal select instance_id, 1000 + sequence, activity_id, activity_type, execution_id, event, message, occurred from workflows.journal where event = 'Completed'" },
        { "I10", "insert into platform.idempotency select client, key || '-2', operation, '\\x00', answer, created from platform.idempotency" },
        // The index is what keeps it; without the index it is still seen.
        { "I11", "drop index workflows.ux_instances_start, workflows.ux_instances_singleton; insert into workflows.instances select gen_random_uuid(), definition_id, version_id, key, start_key, singleton_key, parent_id, status, revision, bursts, state, created, updated, finished from workflows.instances" },
        // A host that rests and will be back says nothing of a timer that is late.
        { "I12", "insert into workflows.hosts (id, idle, seen) values (gen_random_uuid(), true, now() + interval '1 hour'); update workflows.timers set due = due - interval '1 hour'" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        (await shop.Broken()).Should().BeEmpty();

        (await shop.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }
}

/// <summary>A shop with an order that goes on and one that waits for stock; nobody works in it any more.</summary>
public sealed class QuietShop : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private TestDatabase database = null!;
    private TestHost watcher = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using (var host = await TestHost.StartAsync(database.AppConnectionString, new() { Clock = clock }))
        {
            await host.Stock("LAMP", 10);
            await host.Send(Shop.Order("A-1", ("LAMP", 3)), new IdempotencyKey("client:web", "key", "POST /api/v1/orders", [1]));
            await host.Place("A-2", ("GONE", 1));
            await host.Quiet();
        }

        watcher = await TestHost.StartAsync(database.AppConnectionString, new() { Clock = clock, Engine = new() { Workers = 0 }, Workflows = false });
    }

    public async Task DisposeAsync()
    {
        await watcher.DisposeAsync();
        await database.DisposeAsync();
    }

    public Task<IReadOnlyList<string>> Broken() => watcher.Broken();

    public Task<IReadOnlyList<string>> BrokenBy(string damage) => watcher.BrokenBy(database.OwnerConnectionString, damage);
}
