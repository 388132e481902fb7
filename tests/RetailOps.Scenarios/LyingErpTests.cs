using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>
/// Whole orders, from the sale to the books, before an ERP that is mute, then loses answers, refuses, fails after the deed and is slow. Orders and
/// returns go on; in the end each document stands in the books once.
/// </summary>
public sealed class LyingErpTests : IAsyncLifetime
{
    private static readonly LaneOptions Patient = new()
    {
        Poll = TimeSpan.FromMilliseconds(20),
        FirstPause = TimeSpan.FromMilliseconds(10),
        LongestPause = TimeSpan.FromMilliseconds(100),
        CallTimeout = TimeSpan.FromSeconds(5),
        Grace = TimeSpan.FromSeconds(2),
    };

    // Gives up after some tries, however young a document is: days would pass otherwise.
    private static readonly LaneOptions Impatient = Patient with { Attempts = 12, GiveUpAfter = TimeSpan.Zero };

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero));
    private readonly List<Sale> sales = [];
    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Whole_orders_go_on_while_the_erp_lies_and_each_document_stands_in_the_books_once()
    {
        var wave = Effort.Of(100, least: 25);
        await using (var host = await Serve(Patient))
        {
            await host.DrawWhole();
            await host.Stock("LAMP", 10 * wave);
            await host.Stock("SOFA", 2 * wave);
            await host.Stock("VASE", 2 * wave, "DC-2");
            await Told("('lose', null, 1, null, null, 0, null)");

            await LiveThrough(host, wave);

            (await Count("sandbox_erp.documents where state = 'posted'")).Should().Be(0, "orders and refunds reached their ends beside a mute ERP");
            (await Count("integration.postings where status = 'requested'")).Should().Be(sales.Sum(s => s.Documents));
            (await host.Broken()).Should().BeEmpty();
        }

        // Hours have gone by: one more silence, and a document of the first wave is given up.
        await Ask.Do(database.OwnerConnectionString, "update platform.deliveries set attempts = $1 where subscriber = 'integration.erp' and state = 0", Impatient.Attempts);
        await Told(
            """
            ('refuse', null, 0.2, null, null, 0, 'Missing cost centre.'), ('lose', null, 0.1, null, null, 0, null), ('post_and_lose', null, 0.1, null, null, 0, null),
            ('post_and_lose', null, 0.3, null, 2, 0, null), ('fail_after_posting', null, 0.2, null, 1, 0, null), ('slow', null, 1, 5, 1, 300, null)
            """);
        await using var shop = await Serve(Impatient);
        await LiveThrough(shop, wave);
        await shop.Quiet();
        await EachTroubleIsShownOnce();
        (await shop.Broken()).Should().BeEmpty();

        await Told();
        var mended = await shop.RetryAll();
        await shop.Quiet();

        mended.Should().NotBeEmpty();
        await EverythingIsInTheBooksOnce();
        (await Count("workflows.instances where finished is null")).Should().Be(0, "every flow reached its end");
        (await Count("platform.exceptions where status in ('open', 'taken')")).Should().Be(0, "what was shown has healed");
        (await Count("platform.exceptions where status = 'healed'")).Should().Be(mended.Count);
        (await shop.Broken()).Should().BeEmpty();
    }

    /// <summary>A wave of orders of all kinds, from the sale to the last refund, without waiting for the ERP.</summary>
    private async Task LiveThrough(TestHost host, int wave)
    {
        var mine = new List<Sale>();
        for (var i = 0; i < wave; i++)
        {
            var sale = Sale.Of(i);
            mine.Add(sale with { Order = (await host.Must(sale.Wanted($"W-{sales.Count + i}"))).Id });
        }

        sales.AddRange(mine);
        await Reach("allocated", mine.Where(s => s.HasGoods));
        await Each(mine.Where(s => s.HasGoods), s => host.Must(new ShipOrder(s.Order)));
        await Reach("shipped", mine.Where(s => s.HasGoods));
        await Each(mine, s => host.Deliver(s.Order));
        await Reach("closed", mine);
        await Each(mine.Where(s => s.Back > 0), s => host.SendBack(s.Order, s.Back));
        var (large, all) = (mine.Count(s => s.NeedsApproval), sales.Count(s => s.Back > 0));
        await Eventually.Holds(async () => await Count("returns.approvals where status = 'open'") == large, TimeSpan.FromSeconds(60), "finance is asked for each large refund");
        (await host.ApproveAll()).Should().Be(large);
        await Eventually.Holds(async () => await Count("returns.refunds where status = 'settled'") == all, TimeSpan.FromSeconds(60), "every refund is paid");
        await Eventually.Holds(async () => await Count("integration.postings") == sales.Sum(s => s.Documents), TimeSpan.FromSeconds(60), "every document is asked for");
    }

    private Task Reach(string status, IEnumerable<Sale> orders)
    {
        var ids = orders.Select(s => s.Order.Value).ToArray();
        return Eventually.Holds(
            async () => await Ask.One<long>(database.OwnerConnectionString, "select count(*) from orders.orders where id = any($1) and status = $2", ids, status) == ids.Length,
            TimeSpan.FromSeconds(60),
            $"all orders are {status}");
    }

    private async Task EachTroubleIsShownOnce()
    {
        var troubles = await All(
            "select key || case status when 'refused' then ' integration.refused' else ' integration.no-answer' end || ' 1 ' || total_minor from integration.postings where status in ('refused', 'gave_up')");
        var shown = await All("select key || ' ' || cause || ' ' || count || ' ' || at_stake_minor from platform.exceptions where status = 'open'");

        shown.Should().BeEquivalentTo(troubles, "each is there once, with the money that hangs on it");
        (await Count("integration.postings p where status = 'requested' and not exists (select from integration.postings c where c.key = p.document->>'corrects' and c.status in ('refused', 'gave_up'))"))
            .Should().Be(0, "what is still under way waits for a document that a person must mend");
        (await Count("integration.postings where status = 'refused' and words = 'Missing cost centre.'")).Should().BePositive("an honest ERP proves nothing");
        (await Count("integration.postings p join sandbox_erp.documents d using (key) where p.status = 'gave_up' and d.state = 'posted'")).Should().BePositive("some were posted without our knowing");
        (await Count("integration.postings p join sandbox_erp.documents d using (key) where p.status = 'gave_up' and d.state = 'draft'")).Should().BePositive("some were not");
        (await Count("integration.postings where status = 'posted' and attempts > 1")).Should().BePositive("some were lost and found");
        (await Count("sandbox_erp.mischief m where not exists (select from sandbox_erp.strikes s where s.mischief = m.id)")).Should().Be(0, "each lie was told");
    }

    private async Task EverythingIsInTheBooksOnce()
    {
        var booked = await All("select key || ' ' || total from sandbox_erp.documents where state = 'posted'");
        var wanted = await All(
            """
            select 'sales-invoice/' || id || '/1 ' || total_minor from orders.invoices
            union all select 'shipment/' || id || '/1 0' from orders.fulfilments where shipped_at is not null
            union all select 'credit-memo/' || id || '/1 ' || amount_minor from returns.refunds where status = 'settled'
            """);

        booked.Should().BeEquivalentTo(wanted);
        booked.Should().HaveCount(sales.Sum(s => s.Documents));
        (await All("select distinct origin from sandbox_erp.documents where kind = 'CreditMemo'")).Should().BeEquivalentTo(
            await All("select 'sales-invoice/' || i.id || '/1' from orders.invoices i join returns.refunds r using (order_id)"), "each credit memo names the invoice that it corrects");
        (await Sum("SalesInvoice")).Should().Be(sales.Sum(s => s.Paid));
        (await Sum("CreditMemo")).Should().Be(sales.Sum(s => s.GivenBack));
        (await Count("sandbox_erp.documents where state <> 'posted'")).Should().Be(0);
        (await Count("integration.postings where status <> 'posted'")).Should().Be(0);
        (await Count("orders.orders where status <> 'closed'")).Should().Be(0);
        (await Ask.One<long>(database.OwnerConnectionString, "select sum(debit - credit)::bigint from sandbox_erp.move_lines")).Should().Be(0);
        (await Ask.One<long>(database.OwnerConnectionString, "select sum(debit - credit)::bigint from sandbox_erp.move_lines where account = '1200'"))
            .Should().Be(sales.Sum(s => s.Paid), "what is credited was paid back with it");
        (await Ask.One<long>(database.OwnerConnectionString, "select sum(debit - credit)::bigint from sandbox_erp.move_lines where account = '1100'")).Should().Be(-sales.Sum(s => s.GivenBack));
    }

    private Task<TestHost> Serve(LaneOptions lane) => TestHost.StartAsync(database.AppConnectionString, WholeShop.Options with
    {
        Clock = clock,
        Services = s =>
        {
            WholeShop.Options.Services!(s);
            s.AddSingleton(new OutboundLane("integration.erp", lane));
        },
    });

    /// <summary>Puts the sandbox under these orders and no others: kind, document kind, rate, documents, times, delay and words.</summary>
    private async Task Told(string orders = "") => await Ask.Do(
        database.OwnerConnectionString,
        "delete from sandbox_erp.mischief;" + (orders == "" ? "" : $"insert into sandbox_erp.mischief (kind, document_kind, rate, documents, times, delay_ms, words) values {orders}"));

    private Task<long> Count(string from) => Ask.One<long>(database.OwnerConnectionString, "select count(*) from " + from);

    private Task<long> Sum(string kind) =>
        Ask.One<long>(database.OwnerConnectionString, "select sum(total)::bigint from sandbox_erp.documents where state = 'posted' and kind = $1", kind);

    private Task<List<string>> All(string sql) => Ask.All<string>(database.OwnerConnectionString, sql);

    private static Task Each(IEnumerable<Sale> orders, Func<Sale, Task> deed) =>
        Parallel.ForEachAsync(orders, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (s, _) => await deed(s));

    /// <summary>An order, and what must come of it: counted here, not asked of the product.</summary>
    /// <param name="Lines">Items, units and pence.</param>
    /// <param name="Service">A charge in pence.</param>
    /// <param name="Nodes">How many shipments and invoices it takes.</param>
    /// <param name="Back">Units of the first line that come back.</param>
    private sealed record Sale((string Sku, int Units, long Price)[] Lines, long Service, int Nodes, int Back = 0)
    {
        public OrderId Order { get; init; }

        public bool HasGoods => Lines.Length > 0;

        public long Paid => Service + Lines.Sum(l => l.Units * l.Price);

        public long GivenBack => Back == 0 ? 0 : Back * Lines[0].Price;

        public bool NeedsApproval => GivenBack > 10_000;

        public int Documents => (HasGoods ? 2 * Nodes : 1) + (Back > 0 ? 1 : 0);

        public static Sale Of(int number) => (number % 5) switch
        {
            0 => new([("LAMP", 2, 250)], 395, 1),
            1 => new([("LAMP", 3, 250)], 0, 1, Back: 1),
            2 => new([("SOFA", 1, 30_000)], 4_000, 1, Back: 1),
            3 => new([], 1_999, 1),
            _ => new([("LAMP", 1, 250), ("VASE", 1, 1_200)], 395, 2),
        };

        public PlaceOrder Wanted(string name) => new(
            "web", name, null, "GBP", [.. Lines.Select(l => new NewOrderLine(new(l.Sku), l.Units, new(l.Price, "GBP")))],
            Charges: Service == 0 ? null : [new(HasGoods ? "shipping" : "service", new(Service, "GBP"))]);
    }
}
