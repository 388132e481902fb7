using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

/// <summary>Each invariant sees the damage it is there for, and is content before it.</summary>
public sealed class DamageTests(DamagedShop shop) : IClassFixture<DamagedShop>
{
    public static TheoryData<string, string> Damages => new()
    {
        { "I5r", "update returns.refund_lines set amount_minor = amount_minor + 1" },
        { "I5r", "delete from returns.refund_lines" },
        { "I5s", "update returns.refunds set status = 'granted', settled_at = null, business_date = null where status = 'settled' and order_id is not null" },
        { "I5s", "update returns.refunds set order_id = gen_random_uuid() where order_id is not null" },
        { "I13a", "update returns.decisions d set decided_by = r.requested_by from returns.approvals a join returns.refunds r on r.id = a.refund_id where a.id = d.approval_id and a.tier = 1" },
        { "I13a", "update returns.refunds r set barred = barred || d.decided_by from returns.approvals a join returns.decisions d on d.approval_id = a.id where a.refund_id = r.id" },
        { "I13a", "delete from returns.decisions where number = 2" },
        { "I13a", "update returns.decisions set is_approved = false" },
        { "I13a", "update returns.decisions set decided_by = 'client:robot' where number = 1" },
        { "I13a", "update returns.decisions set decided_at = decided_at + interval '1 second'" },
        { "I13a", "update returns.approvals set status = 'rejected'" },
        { "I13a", "update returns.refunds set amount_minor = amount_minor - 1 where tier > 0" },
        { "I13a", "update returns.refunds set customer_id = 'somebody-else' where tier > 0" },
        { "I13a", "delete from returns.decisions; delete from returns.approvals" },
        { "I13b", "update returns.refunds set tier = 0 where tier = 1" },
        { "I13b", "update returns.refunds set tier = 1 where tier = 2" },
        { "I13b", "update returns.refunds set cumulative_minor = limit_minor + 1 where tier = 0" },
        { "I13c", "update returns.refunds set cumulative_minor = amount_minor where order_id is not null" },
        { "I15a", "alter table returns.lines drop constraint if exists ck_lines_whole; update returns.lines set scrapped = scrapped + 1" },
        { "I15b", "update returns.receipts set quantity = quantity + 1" },
        { "I15b", "update returns.receipts set is_disposed = false" },
        { "I15b", "delete from returns.receipts" },
        { "I15c", "update returns.lines set quarantined = quarantined + restocked, restocked = 0" },
        { "I15c", "update returns.lines set sku = 'GHOST'" },
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage)
    {
        (await shop.Broken()).Should().BeEmpty();

        (await shop.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_invariant_has_its_damage() =>
        ReturnsInvariants.All.Select(i => i.Id).Should().BeEquivalentTo(Damages.Select(d => (string)d[0]).Distinct());
}

/// <summary>A shop with refunds of every tier, paid and not, that can be damaged.</summary>
public sealed class DamagedShop : IAsyncLifetime
{
    private readonly ReturnsFixture shop = new();

    public async Task InitializeAsync()
    {
        await shop.InitializeAsync();
        await Paid(5_000);
        await Paid(20_000);
        await Paid(600_000);
        var order = await shop.Sold("C-1", ("LAMP", 3, 4_900));
        foreach (var units in new[] { 1, 2 })
        {
            await Grant(order, units);
        }

        var asked = (await shop.Request(await shop.Sold("C-2", ("LAMP", 3, 4_900)), (1, 3))).Value;
        await shop.Must(shop.Agent, new ReceiveReturn(asked.Id, Guid.CreateVersion7(), "DC-1", [new(1, 2)]));
    }

    public Task DisposeAsync() => shop.DisposeAsync();

    /// <summary>What is broken of the module's own promises.</summary>
    public async Task<IEnumerable<string>> Broken() => OfReturns(await shop.Host.Broken());

    /// <summary>What would be broken of them.</summary>
    public async Task<IEnumerable<string>> BrokenBy(string damage) => OfReturns(await shop.Host.BrokenBy(shop.Database, damage));

    private static IEnumerable<string> OfReturns(IReadOnlyList<string> broken) => broken.Where(b => ReturnsInvariants.All.Any(i => b.StartsWith(i.Id + ":", StringComparison.Ordinal)));

    private async Task<RefundView> Grant(OrderId order, int units)
    {
        var came = await shop.Inspected(order, (1, units));
        return await shop.Must(new Caller.System("flow"), new GrantRefund(came.Id, Guid.CreateVersion7()));
    }

    private async Task Paid(long amount)
    {
        var refund = await Grant(await shop.Sold(null as string, ("SOFA", 1, amount)), 1);
        if (refund.NeedsApproval)
        {
            var approval = await shop.Must(new Caller.System("flow"), new OpenApproval(refund.Id));
            for (var i = 0; i < approval.Tier; i++)
            {
                await shop.Must(ReturnsFixture.PersonOf(Roles.Finance), new DecideApproval(approval.Id, true));
            }
        }

        await shop.Must(new Caller.System("flow"), new ExecuteRefund(refund.Id));
    }
}
