using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>What holds between the business and the books sees the damage it is there for, in a shop that has sold, taken back and paid.</summary>
public sealed class BusinessDamageTests(SettledShop shop) : IClassFixture<SettledShop>
{
    // Past triggers and foreign keys, which would not let it happen.
    private const string Unlock = "set session_replication_role = replica; ";

    public static TheoryData<string, string, string> Damages => new()
    {
        { "I6g", Unlock + "delete from integration.postings where kind = 'SalesInvoice'", "has 0 postings" },
        { "I6g", Again("SalesInvoice", "split_part(key, '/', 2)"), "has 2 postings" },
        { "I6g", Again("SalesInvoice", "gen_random_uuid()"), "is no invoice of an order" },
        { "I6g", Unlock + "delete from orders.invoices", "is no invoice of an order" },
        { "I6h", Unlock + "delete from integration.postings where kind = 'CreditMemo'", "has 0 postings" },
        { "I6h", Again("CreditMemo", "split_part(key, '/', 2)"), "has 2 postings" },
        { "I6h", Again("CreditMemo", "gen_random_uuid()"), "credits no refund" },
        { "I6h", Unlock + "delete from returns.refunds", "credits no refund" },
    };

    [Theory, MemberData(nameof(Damages))]
    public async Task Damage_is_found_by_the_invariant_that_is_there_for_it(string invariant, string damage, string words)
    {
        (await shop.Broken()).Should().BeEmpty();

        (await shop.BrokenBy(damage)).Should().Contain(b => b.StartsWith(invariant + ":", StringComparison.Ordinal) && b.EndsWith(words, StringComparison.Ordinal));
    }

    /// <summary>A second posting of a kind, about the same or about nothing.</summary>
    private static string Again(string kind, string subject) =>
        $"create temporary table again as select * from integration.postings where kind = '{kind}'; update again set key = split_part(key, '/', 1) || '/' || {subject} || '/2'; insert into integration.postings select * from again";
}

/// <summary>A shop that has sold, taken back and paid; nobody works in it any more.</summary>
public sealed class SettledShop : IAsyncLifetime
{
    private TestDatabase database = null!;
    private TestHost watcher = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        await using (var host = await TestHost.StartAsync(database.AppConnectionString, WholeShop.Options))
        {
            await host.DrawWhole();
            await host.Stock("LAMP", 10);
            var order = await host.Place("A-1", ("LAMP", 3));
            await host.Quiet();
            await host.Must(new ShipOrder(order));
            await host.Deliver(order);
            await host.SendBack(order, 1);
            await host.Quiet();
        }

        watcher = await TestHost.StartAsync(database.AppConnectionString, WholeShop.Options with { Engine = new() { Workers = 0 } });
    }

    public async Task DisposeAsync()
    {
        await watcher.DisposeAsync();
        await database.DisposeAsync();
    }

    public Task<IReadOnlyList<string>> Broken() => watcher.Broken();

    public Task<IReadOnlyList<string>> BrokenBy(string damage) => watcher.BrokenBy(database.AdminConnectionString, damage);
}
