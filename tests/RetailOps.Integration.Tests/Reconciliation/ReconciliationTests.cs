using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>Our postings against the sandbox's books, with differences planted there past every guard.</summary>
public sealed class ReconciliationTests : IAsyncLifetime
{
    private static readonly DateOnly First = new(2026, 3, 1);
    private static readonly DateOnly Today = new(2026, 3, 5);

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 10, 0, 0, TimeSpan.Zero));
    private Books books = null!;
    private TestHost host = null!;

    /// <summary>What is done to one posted document, and what must be found by it. $ stands for its key.</summary>
    public static TheoryData<string, string, string> Plants => new()
    {
        { "missing", "delete from sandbox_erp.documents where key = '$'", "is not in the books; we hold it to be posted as INV-000002" },
        { "unknown", "delete from integration.postings where key = '$'", "and nobody asked for it" },
        { "foreign", "delete from integration.postings where key = '$'; update sandbox_erp.documents set key = 'MANUAL-7' where key = '$'", "INV-000002, a SalesInvoice of 64.95 GBP, was not written by us" },
        { "other-kind", "update sandbox_erp.documents set kind = 'CreditMemo', sequence_number = 900 where key = '$'", "is a CreditMemo in the books; we asked for a SalesInvoice" },
        { "other-currency", "update sandbox_erp.documents set currency = 'EUR' where key = '$'", "is in EUR in the books; we asked for GBP" },
        { "other-amount", "update sandbox_erp.documents set untaxed = untaxed + 100, total = total + 100 where key = '$'", "is of 65.95 GBP in the books; we asked for 64.95 GBP" },
        { "other-tax", "update sandbox_erp.documents set untaxed = untaxed + 100, tax = tax - 100 where key = '$'", "has a tax of 9.00 GBP in the books; we asked for 10.00 GBP" },
        { "other-settled", "update sandbox_erp.documents set paid = 500 where key = '$'", "5.00 GBP is settled in the books; with us 0.00 GBP changed hands" },
        { "other-number", "update sandbox_erp.documents set number = 'INV-X' where key = '$'", "stands in the books as INV-X; we hold INV-000002" },
        { "other-day", "update sandbox_erp.documents set posting_date = '2026-03-03' where key = '$'", "is posted on 2026-03-03; we asked for it on 2026-03-05" },
        { "duplicate", Copy, "stands in the books twice: as INV-000002 and as INV-Y of 64.95 GBP" },
        { "posted-there", "update integration.postings set status = 'refused', words = 'No.', number = null where key = '$'", "and here $ is refused" },
        { "posted-there", "update integration.postings set status = 'gave_up', number = null where key = '$'", "and here $ is gave-up" },
        { "posted-there", "update integration.postings set status = 'requested', number = null, decided_at = null where key = '$'", "and here $ is requested" },
        { "not-asked", Billed, "No SalesInvoice was asked for" },
        { "other-than-billed", BilledOtherwise, "was asked for with 64.95 GBP; the business says 70.00 GBP" },
    };

    private const string Copy =
        """
        alter table sandbox_erp.documents drop constraint ux_documents_key;
        insert into sandbox_erp.documents (key, kind, state, party, reference, business_date, posting_date, currency, untaxed, tax, total, lines, sequence_number, number, posted)
        select key, kind, state, party, reference, business_date, posting_date, currency, untaxed, tax, total, lines, 900, 'INV-Y', posted from sandbox_erp.documents where key = '$'
        """;

    private const string Billed =
        """
        insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values (gen_random_uuid(), 'orders.invoice-issued.v1', '2026-03-05 08:00Z', 'test', 'order/x', 1, 'order/x',
          '{"invoiceId":"01890000-0000-7000-8000-000000000001","total":{"amount":"70.00","currency":"GBP"}}')
        """;

    private const string BilledOtherwise =
        """
        insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values (gen_random_uuid(), 'orders.invoice-issued.v1', '2026-03-05 08:00Z', 'test', 'order/x', 1, 'order/x',
          jsonb_build_object('invoiceId', split_part('$', '/', 2), 'total', jsonb_build_object('amount', '70.00', 'currency', 'GBP')))
        """;

    public async Task InitializeAsync()
    {
        books = await Books.OpenAsync();
        host = await Open();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await books.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Plants))]
    public async Task A_planted_difference_is_found_once_shown_once_and_heals(string kind, string plant, string says)
    {
        var key = await FiveDocuments();
        var clean = await Reconcile();
        await Plant(plant, key);

        var first = await Reconcile();
        var second = await Reconcile();

        clean.Differences.Should().BeEmpty();
        var difference = first.Differences.Should().ContainSingle().Subject;
        difference.Should().BeEquivalentTo(new { Number = 1, Kind = kind, Status = "open" });
        difference.Says.Should().Contain(says.Replace("$", key, StringComparison.Ordinal));
        second.Differences.Should().BeEquivalentTo(first.Differences, o => o.WithStrictOrdering());
        (await Shown()).Should().Equal($"{difference.Subject} reconciliation.{kind} open 2");
        (await books.All<string>("select distinct kind from integration.differences")).Should().Equal(kind);

        await Unplant();
        (await Reconcile()).Differences.Should().BeEmpty();

        (await Shown()).Should().Equal($"{difference.Subject} reconciliation.{kind} healed 2");
        (await books.All<string>("select status from integration.differences")).Should().Equal("healed");
        (await books.All<string>("select type from platform.events where key like 'difference/%' order by revision")).Should().Equal("integration.difference-found.v1", "integration.difference-healed.v1");
    }

    [Fact]
    public void Each_kind_of_difference_is_planted() =>
        Plants.Select(p => (string)p[0]).Distinct().Should().BeEquivalentTo(
            typeof(DifferenceKinds).GetFields().Where(f => f.IsLiteral && f.Name is not (nameof(DifferenceKinds.NoAnswer) or nameof(DifferenceKinds.OverAdjusted))).Select(f => (string)f.GetRawConstantValue()!));

    [Fact]
    public async Task All_of_them_at_once_are_found_each_once()
    {
        var plants = Plants.Select(p => ((string)p[0], (string)p[1])).Where(p => p.Item1 is not ("foreign" or "not-asked" or "other-than-billed")).ToList();
        var keys = new List<string>();
        foreach (var _ in plants)
        {
            var invoice = Documents.Invoice();
            await host.Post(invoice);
            keys.Add(invoice.Key);
        }

        await host.Quiet();
        foreach (var ((_, plant), i) in plants.Select((p, i) => (p, i)))
        {
            await Plant(plant.Replace("900", $"{900 + i}", StringComparison.Ordinal), keys[i]);
        }

        var report = await Reconcile();

        report.Differences.Select(d => (d.Kind, d.Subject.Split("/INV")[0])).Should().BeEquivalentTo(plants.Select((p, i) => (p.Item1, keys[i])));
        (await Shown()).Should().HaveCount(plants.Count).And.OnlyContain(e => e.EndsWith(" open 1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Both_sides_are_summed_and_foreign_documents_only_counted_where_others_keep_the_books_too()
    {
        await host.DisposeAsync();
        host = await Open(foreignDiffers: false);
        var key = await FiveDocuments();
        await Plant("delete from integration.postings where key = '$'; update sandbox_erp.documents set key = 'MANUAL-7' where key = '$'", key);

        var report = await Reconcile();

        report.Differences.Should().BeEmpty();
        report.Run.Should().BeEquivalentTo(new { System = "sandbox", From = First, To = Today, Status = "done", Found = 0, UnderWay = 0 });
        report.Run.Totals.Select(t => (t.Kind, t.Ours.Documents, t.Theirs.Documents, t.Foreign.Documents)).Should().Equal(("CreditMemo", 1, 1, 0), ("SalesInvoice", 2, 2, 1), ("Shipment", 1, 1, 0));
        report.Run.Totals.Should().OnlyContain(t => t.Ours == t.Theirs);
        report.Run.Totals.Single(t => t.Kind == "SalesInvoice").Ours.Should().Be(new BookSum(2, new(2 * 5495, "GBP"), new(2000, "GBP"), new(0, "GBP")));
        report.Run.Totals.Single(t => t.Kind == "CreditMemo").Ours.Settled.Should().Be(new Money(1000, "GBP"));
    }

    [Fact]
    public async Task What_is_under_way_is_no_difference()
    {
        await FiveDocuments();
        await Sleep();
        var (posted, waiting) = (Documents.Invoice(), Documents.Memo());
        await host.Post(posted);
        await host.Post(waiting);
        await PostPastUs(posted);

        var report = await Report((await host.Must(new ReconcileBooks(First, Today))).Id);
        await Wake();

        report.Differences.Should().BeEmpty();
        report.Run.UnderWay.Should().Be(2);
        (await Reconcile()).Run.Should().BeEquivalentTo(new { Found = 0, UnderWay = 0 });
    }

    [Fact]
    public async Task A_document_that_was_tried_over_midnight_belongs_to_the_day_on_which_it_stands_there()
    {
        await Sleep();
        var invoice = Documents.Invoice();
        await host.Post(invoice);
        await PostPastUs(invoice);
        clock.Advance(TimeSpan.FromDays(2));
        await Wake();

        (await books.One<DateTime>("select decided_at from integration.postings")).Should().Be(new(2026, 3, 7, 10, 0, 0, DateTimeKind.Utc));
        (await Reconcile(Today, Today)).Run.Totals.Should().ContainSingle().Which.Should().Match<ReconciliationTotal>(t => t.Ours.Documents == 1 && t.Theirs.Documents == 1);
        (await Reconcile(Today.AddDays(1), Today.AddDays(2))).Run.Should().BeEquivalentTo(new { Found = 0, UnderWay = 0, Totals = Array.Empty<ReconciliationTotal>() });
        (await Reconcile(First, Today.AddDays(2))).Run.Found.Should().Be(0);
    }

    [Fact]
    public async Task A_document_that_is_dated_later_than_we_were_told_is_found_there_and_not_missing()
    {
        var key = await FiveDocuments();
        clock.Advance(TimeSpan.FromDays(10));
        await Plant("update sandbox_erp.documents set posting_date = '2026-03-11' where key = '$'", key);

        (await Reconcile(Today, Today)).Differences.Should().BeEmpty();
        (await Reconcile(Today, Today.AddDays(10))).Differences.Should().ContainSingle().Which.Kind.Should().Be("other-day");
    }

    [Fact]
    public async Task Books_that_cannot_be_read_end_a_run_and_the_next_one_heals_what_was_shown()
    {
        await books.Do("alter table sandbox_erp.documents rename to hidden");
        var failed = await Reconcile();
        await books.Do("alter table sandbox_erp.hidden rename to documents");
        clock.Advance(TimeSpan.FromMinutes(1));

        failed.Run.Should().BeEquivalentTo(new { Status = "failed", Found = 0 });
        failed.Run.Trouble.Should().Contain("sandbox_erp.documents");
        (await Shown()).Should().Equal("books/sandbox reconciliation.no-answer open 1");
        (await host.Broken()).Should().BeEmpty();

        await Night();

        (await books.All<string>("select status from integration.reconciliations order by id")).Should().Equal("failed", "done");
        (await Shown()).Should().Equal("books/sandbox reconciliation.no-answer healed 1");
    }

    [Fact]
    public async Task A_night_looks_at_what_is_new_and_at_what_is_open_and_never_twice_at_once()
    {
        var key = await FiveDocuments();
        clock.Advance(TimeSpan.FromDays(1));
        await Night();
        clock.Advance(TimeSpan.FromMinutes(1));
        await Plant("update sandbox_erp.documents set number = 'INV-X' where key = '$'", key);
        await Reconcile(First, Today);
        clock.Advance(TimeSpan.FromDays(10));
        await Unplant();
        await Night();

        (await books.All<string>("select from_day || ' ' || to_day || ' ' || status from integration.reconciliations order by id")).Should().Equal(
            "2026-02-03 2026-03-05 done", "2026-03-01 2026-03-05 done", "2026-03-05 2026-03-15 done");
        (await Shown()).Should().Equal($"{key} reconciliation.other-number healed 1");
    }

    [Fact]
    public async Task Days_are_refused_that_no_run_can_take()
    {
        (await host.Send(new ReconcileBooks(Today, First))).Refusal!.Code.Should().Be("request.invalid");
        (await host.Send(new ReconcileBooks(Today.AddDays(-31), Today))).Refusal!.Code.Should().Be("request.invalid");
        (await host.Send(new ReconcileBooks(Today, Today.AddDays(1)))).Refusal!.Code.Should().Be("integration.future-day");
        (await host.Send(new ReconcileBooks(Today, Today, "abacus"))).Refusal!.Code.Should().Be("integration.system-unknown");
        (await host.Send(new GetReconciliation(Guid.NewGuid(), null, 10))).Refusal!.Code.Should().Be("integration.reconciliation-unknown");
    }

    [Fact]
    public async Task Runs_and_what_they_found_are_listed_in_pages()
    {
        var key = await FiveDocuments();
        await Plant("update sandbox_erp.documents set number = 'INV-X', posting_date = '2026-03-02' where key = '$'", key);
        var older = (await Reconcile()).Run;
        clock.Advance(TimeSpan.FromMinutes(1));
        var newer = (await Reconcile()).Run;

        (await host.Must(new ListReconciliations(null, 1))).Should().ContainSingle().Which.Id.Should().Be(newer.Id);
        (await host.Must(new ListReconciliations(newer.Id, 10))).Should().ContainSingle().Which.Id.Should().Be(older.Id);
        (await host.Must(new GetReconciliation(newer.Id, null, 1))).Differences.Should().ContainSingle().Which.Kind.Should().Be("other-day");
        (await host.Must(new GetReconciliation(newer.Id, 1, 10))).Differences.Should().ContainSingle().Which.Kind.Should().Be("other-number");
    }

    private Task<TestHost> Open(bool foreignDiffers = true, bool callsTheErp = true) => books.Host(callsTheErp ? null : Books.Quick with { Calls = 0 }, clock, services: s =>
    {
        s.AddSingleton<PromisedDocuments>();
        s.AddSingleton(new ReconciliationOptions(foreignDiffers));
        s.AddSingleton(new OutboundLane(Reconciler.Name, Books.Quick with { Batch = 1, Calls = 1, Attempts = 2, GiveUpAfter = TimeSpan.Zero }));
    });

    /// <summary>Three invoices, a shipment and a credit memo that was paid back in part; one of the invoices is to be damaged.</summary>
    private async Task<string> FiveDocuments()
    {
        var invoice = Documents.Invoice();
        foreach (var document in new[] { Documents.Invoice(), invoice, Documents.Shipment(), Documents.Memo() with { Payments = [new("card", new(1000, "GBP"))] }, Documents.Invoice() })
        {
            await host.Post(document);
            await host.Quiet();
        }

        return invoice.Key;
    }

    /// <summary>Documents are asked for, and nobody brings them.</summary>
    private async Task Sleep()
    {
        await host.DisposeAsync();
        host = await Open(callsTheErp: false);
    }

    private async Task Wake()
    {
        await host.DisposeAsync();
        host = await Open();
        await host.Quiet();
    }

    /// <summary>As by a call whose answer is lost.</summary>
    private async Task PostPastUs(ErpDocument document) => await new SandboxAdapter(host.Sandbox()).Ensure([document], Today, default);

    private async Task Night()
    {
        await using (var scope = host.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetServices<IRecurringJob>().OfType<NightlyReconciliation>().Single().RunAsync(default);
        }

        await host.Quiet();
    }

    private Task<ReconciliationReport> Reconcile() => Reconcile(First, Today);

    private async Task<ReconciliationReport> Reconcile(DateOnly from, DateOnly to)
    {
        var run = await host.Must(new ReconcileBooks(from, to));
        await host.Quiet();
        return await host.Must(new GetReconciliation(run.Id, null, 100));
    }

    private async Task<ReconciliationReport> Report(Guid id)
    {
        await Eventually.Holds(
            async () => (await host.Must(new GetReconciliation(id, null, 100))).Run.Status != "requested", TimeSpan.FromSeconds(20), "the run has ended");
        return await host.Must(new GetReconciliation(id, null, 100));
    }

    private Task<List<string>> Shown() => books.All<string>("select key || ' ' || cause || ' ' || status || ' ' || count from platform.exceptions order by id");

    /// <summary>What both sides said before; past triggers, which would not let it be changed.</summary>
    private async Task Plant(string sql, string key)
    {
        await books.Do("create schema if not exists before");
        await books.Do("create table if not exists before.documents as select * from sandbox_erp.documents; create table if not exists before.postings as select * from integration.postings");
        await Ask.Do(books.Database.AdminConnectionString, "set session_replication_role = replica; " + sql.Replace("$", key, StringComparison.Ordinal));
    }

    private async Task Unplant() => await Ask.Do(
        books.Database.AdminConnectionString,
        """
        set session_replication_role = replica;
        delete from sandbox_erp.documents; insert into sandbox_erp.documents overriding system value select * from before.documents;
        delete from integration.postings; insert into integration.postings select * from before.postings;
        delete from platform.events where aggregate = 'order/x'
        """);
}
