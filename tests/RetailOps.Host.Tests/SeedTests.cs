using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

public sealed class SeedTests
{
    // Ids and instants differ from one database to the next only where the host itself wrote at its start.
    private const string AllRows =
        """
        select t.table_schema || '.' || t.table_name || ' ' || coalesce((xpath('/row/s/text()', query_to_xml(
            format('select md5(string_agg(%s, '' '' order by %1$s)) as s from %I.%I r %s',
              case t.table_name when 'events' then '(to_jsonb(r) - ''xact'')::text' when 'definitions' then '(r.version_id || r.document || r.is_published)' when 'governed' then 'r.definition_id' else 'r::text' end, t.table_schema, t.table_name,
              case t.table_name when 'events' then 'where aggregate not like ''document/%''' else '' end), false, true, '')))[1]::text, 'empty')
        from information_schema.tables t
        where t.table_type = 'BASE TABLE' and t.table_schema in ('inventory', 'orders', 'returns', 'integration', 'intelligence', 'sandbox_erp', 'workflows', 'platform')
          and (t.table_schema, t.table_name) not in (('workflows', 'hosts'), ('platform', 'documents'), ('platform', 'schema_versions'), ('platform', 'app_login'), ('platform', 'keys'), ('platform', 'chain'))
        order by 1
        """;

    // What a fact is about, and what it says, without the values.
    private const string Facts =
        """
        select string_agg(concat_ws(' ', e.type, split_part(e.aggregate, '/', 1), e.revision, (select string_agg(k, ',' order by k) from jsonb_object_keys(e.data) k)), E'\n' order by e.type, e.revision)
        from platform.events e
        where e.key in (select 'order/' || $1 union all select 'fulfilment/' || f.id from orders.fulfilments f where f.order_id::text = $1
          union all select p.key from integration.postings p where p.document->>'reference' = (select external_id from orders.orders where id::text = $1))
        """;

    [Fact]
    public async Task All_that_was_asked_for_is_there_and_every_invariant_holds()
    {
        await using var shop = await SeededShop.Empty();

        var report = await shop.Seed(SeededShop.Plan);

        await using var host = await shop.Open();
        (await host.Broken()).Should().BeEmpty();
        report.Should().BeEquivalentTo(new { Orders = 300, Returns = 40, Sleeping = 20, Timers = 20, Versions = 3 });
        (await shop.Ask<long>("select count(*) from orders.orders where status = 'closed'")).Should().Be(300);
        (await shop.Ask<long>("select count(*) from orders.lines")).Should().Be(report.Lines).And.BeInRange(500, 800);
        (await shop.Ask<long>("select count(*) from integration.postings where status = 'posted' and kind = 'SalesInvoice'")).Should().Be(300);
        (await shop.Ask<long>("select count(*) from integration.postings where status = 'posted' and kind = 'CreditMemo'")).Should().Be(40);
        (await shop.Ask<long>("select count(*) from returns.refunds where status = 'settled' and tier = 0")).Should().Be(40);
        (await shop.Ask<long>("select count(*) from workflows.bookmarks where kind = 0 and name = 'orders.fulfilment-shipped.v1'")).Should().Be(20);
        (await shop.Ask<long>("select count(*) from workflows.timers where due > now()")).Should().Be(20);
        (await shop.Ask<long>("select count(distinct version_id) from workflows.instances where definition_id = 'seeded-reminder'")).Should().Be(3);
        (await shop.Ask<TimeSpan>("select max(placed_at) - min(placed_at) from orders.orders")).Should().BeGreaterThan(TimeSpan.FromDays(355));
    }

    [Fact]
    public async Task A_new_order_goes_through_to_the_books_behind_the_seeded_ones()
    {
        await using var shop = await SeededShop.Make();
        await using var host = await shop.Open();
        var next = await shop.Ask<long>("select next from sandbox_erp.sequences where kind = 'SalesInvoice'");

        var order = await host.Place("N-1", ("ITEM-00001", 2), ("ITEM-00002", 1));
        await Ship(host, order);
        await Deliver(host, order);

        (await host.Order(order)).Status.Should().Be("closed");
        (await shop.AskAll<string>("select number from integration.postings where document->>'reference' = 'N-1' and status = 'posted' order by kind")).Should()
            .Equal($"INV-{next:000000}", $"SHP-{next:000000}");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_seeded_order_left_the_facts_that_a_real_one_leaves()
    {
        await using var shop = await SeededShop.Make();
        await using var host = await shop.Open();
        var seeded = await shop.Ask<Guid>("select id from orders.orders o where status = 'closed' and not exists (select from orders.return_claims c where c.order_id = o.id) limit 1");

        var real = await host.Place("N-1", ("ITEM-00001", 2), ("ITEM-00002", 1));
        await Ship(host, real);
        await Deliver(host, real);

        (await shop.Ask<string>(Facts, seeded.ToString())).Should().Be(await shop.Ask<string>(Facts, real.ToString()));
        foreach (var table in (string[])["lines", "tenders", "fulfilments", "sourcing_decisions", "invoices"])
        {
            (await shop.Ask<bool>($"select exists (select from orders.{table} where order_id = $1) and exists (select from orders.{table} where order_id = $2)", seeded, real.Value)).Should().BeTrue(table);
        }
    }

    [Fact]
    public async Task A_sleeping_order_wakes_when_its_goods_leave_and_ends_when_they_arrive()
    {
        await using var shop = await SeededShop.Make();
        await using var host = await shop.Open();
        var order = new OrderId(await shop.Ask<Guid>("select id from orders.orders where status = 'allocated' order by id limit 1"));

        await Ship(host, order);
        await Deliver(host, order);

        (await shop.AskAll<long>("select bursts::bigint from workflows.instances where key = 'order/' || $1 and finished is not null", order.Value)).Should().ContainSingle().Which.Should().BeGreaterThan(1);
        (await shop.Ask<long>("select count(*) from workflows.instances where definition_id = 'order-fulfilment' and finished is null")).Should().Be(19);
        (await shop.Ask<long>("select count(*) from integration.postings p join orders.orders o on o.external_id = p.document->>'reference' where o.id = $1 and p.status = 'posted'", order.Value)).Should().Be(2);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Seeded_timers_fire_when_they_are_due_and_not_before()
    {
        await using var shop = await SeededShop.Make();
        await using var host = await shop.Open();
        await host.Quiet();
        var before = await shop.Ask<long>("select count(*) from workflows.instances where definition_id = 'seeded-reminder' and finished is null");

        shop.Clock.Advance(TimeSpan.FromDays(10));
        await Eventually.Holds(
            async () => await shop.Ask<long>("select count(*) from workflows.instances where definition_id = 'seeded-reminder' and finished is null") == 0, TimeSpan.FromSeconds(30), "all timers have fired");

        before.Should().Be(20);
        (await shop.Ask<long>("select count(*) from workflows.timers")).Should().Be(0);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_seeded_order_can_come_back()
    {
        await using var shop = await SeededShop.Make();
        await using var host = await shop.Open();
        var order = new OrderId(await shop.Ask<Guid>("select id from orders.orders where status = 'closed' order by id desc limit 1"));

        var back = await host.Must(new RequestReturn(order, [new(1, null, 1, "Too large")], "R-NEW"));
        await host.Must(new ReceiveReturn(back.Id, back.Id, "DC-NORTH"));
        await host.Must(new InspectReturnLine(back.Id, 1, "new"));
        await host.Must(new DisposeReturnLine(back.Id, 1, "restock"));
        await host.Quiet();

        (await host.Must(new GetReturn(back.Id))).Status.Should().Be("refunded");
        (await shop.Ask<long>("select count(*) from integration.postings where kind = 'CreditMemo' and status = 'posted' and document->>'reference' = 'R-NEW'")).Should().Be(1);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_same_seed_is_the_same_rows_and_another_one_is_not()
    {
        await using var one = await SeededShop.Make();
        await using var same = await SeededShop.Make();
        await using var other = await SeededShop.Make(SeededShop.Plan with { Seed = 8 });

        var rows = await one.AskAll<string>(AllRows);

        rows.Should().Contain(r => r.StartsWith("orders.lines ", StringComparison.Ordinal)).And.NotContain("orders.lines empty").And.NotContain("platform.events empty");
        (await same.AskAll<string>(AllRows)).Should().Equal(rows);
        (await other.AskAll<string>(AllRows)).Where(r => !r.EndsWith(" empty", StringComparison.Ordinal)).Intersect(rows).Should().OnlyContain(
            r => r.StartsWith("inventory.nodes ", StringComparison.Ordinal) || r.StartsWith("sandbox_erp.accounts ", StringComparison.Ordinal) || r.StartsWith("workflows.", StringComparison.Ordinal)
                || r.StartsWith("platform.", StringComparison.Ordinal) || r.StartsWith("sandbox_erp.parties ", StringComparison.Ordinal) || r.StartsWith("sandbox_erp.sequences ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_copied_before_an_interruption_holds_together()
    {
        await using var shop = await SeededShop.Empty();
        using var interruption = new CancellationTokenSource();
        await using var progress = new Interrupting("200 of", interruption);

        var run = () => shop.Seed(SeededShop.Plan, progress, batch: 100, interruption.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();
        await using var host = await shop.Open();
        (await shop.Ask<long>("select count(*) from orders.orders")).Should().BeInRange(200, 300).And.Match(n => n % 100 == 0);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_database_that_holds_a_business_is_not_seeded()
    {
        await using var shop = await SeededShop.Make(SeededShop.Plan with { Orders = 20, Returns = 0, Sleeping = 0, Timers = 0, Versions = 0 });

        var again = () => shop.Seed(SeededShop.Plan);

        await again.Should().ThrowAsync<SetupException>().WithMessage("*seed an empty database*");
        (await shop.Ask<long>("select count(*) from orders.orders")).Should().Be(20);
    }

    [Theory]
    [InlineData("needs --orders")]
    [InlineData("--orders takes a number from 1", "--orders", "0")]
    [InlineData("--returns takes a number from 0", "--orders", "10", "--returns", "11")]
    [InlineData("--until takes a day", "--orders", "10", "--until", "2999-01-01")]
    [InlineData("--seed takes a number", "--orders", "10", "--seed", "x")]
    public void What_makes_no_sense_is_said_at_once(string words, params string[] arguments)
    {
        VerbOptions.TryRead(arguments, SeedVerb.Verb.Options, out var options, out _).Should().BeTrue();

        var plan = () => SeedVerb.PlanOf(options, TimeProvider.System.GetUtcNow());

        plan.Should().Throw<SetupException>().WithMessage($"*{words}*");
    }

    [Fact]
    public void Options_left_out_have_their_usual_values()
    {
        VerbOptions.TryRead(["--orders", "1000", "--timers", "5", "--until", "2026-03-01"], SeedVerb.Verb.Options, out var options, out _).Should().BeTrue();

        var plan = SeedVerb.PlanOf(options, new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero));

        plan.Should().Be(new SeedPlan(1_000, 100, 0, 5, 1, 1, new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero)));
    }

    private static async Task Ship(TestHost host, OrderId order)
    {
        await host.Quiet();
        foreach (var fulfilment in (await host.Order(order)).Fulfilments)
        {
            await host.Must(new ShipFulfilment(fulfilment.Id, "parcel-post", "PP1"));
        }

        await host.Quiet();
    }

    private static async Task Deliver(TestHost host, OrderId order)
    {
        foreach (var fulfilment in (await host.Order(order)).Fulfilments)
        {
            await host.Must(new DeliverFulfilment(fulfilment.Id));
        }

        await host.Quiet();
    }

    /// <summary>Interrupts when a line begins with certain words.</summary>
    private sealed class Interrupting(string words, CancellationTokenSource source) : StringWriter
    {
        public override void WriteLine(string? value)
        {
            if (value!.TrimStart().StartsWith(words, StringComparison.Ordinal))
            {
                source.Cancel();
            }
        }
    }
}
