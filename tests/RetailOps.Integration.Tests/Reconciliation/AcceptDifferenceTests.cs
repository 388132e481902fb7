using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>A person decides about what a run has found.</summary>
public sealed class AcceptDifferenceTests : IAsyncLifetime
{
    private static readonly DateOnly Day = new(2026, 3, 5);

    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 10, 0, 0, TimeSpan.Zero));
    private readonly Caller.Person finance = new(Guid.CreateVersion7(), Permissions.Of([Roles.Finance]));
    private Books books = null!;
    private TestHost host = null!;
    private Guid run;

    public async Task InitializeAsync()
    {
        books = await Books.OpenAsync();
        host = await books.Host(clock: clock, services: s => s.AddSingleton(new OutboundLane(Reconciler.Name, Books.Quick with { Batch = 1, Calls = 1 })));
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await books.DisposeAsync();
    }

    [Fact]
    public async Task What_is_not_in_the_books_is_sent_once_more()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant("delete from sandbox_erp.documents where key = '$'", invoice);
        var found = await Only("missing");

        var accepted = await Accept(found);
        await host.Quiet();

        accepted.Should().BeEquivalentTo(new { Status = "accepted", DecidedBy = finance.Actor, Proposed = new { Action = "send-again" } });
        (await host.Must(new GetPosting(invoice.Key))).Should().BeEquivalentTo(new { Status = "posted", Number = "INV-000002", Attempts = 2 });
        await IsMended();
        (await books.All<string>("select actor from platform.events where type = 'integration.difference-accepted.v1'")).Should().Equal(finance.Actor);
    }

    [Theory]
    [InlineData("update integration.postings set status = 'refused', words = 'No.', number = null where key = '$'", "posted-there")]
    [InlineData("update integration.postings set status = 'requested', number = null, decided_at = null where key = '$'", "posted-there")]
    [InlineData("update integration.postings set number = 'INV-0815' where key = '$'", "other-number")]
    public async Task The_number_that_stands_there_is_recorded(string plant, string kind)
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant(plant, invoice);

        await Accept(await Only(kind));
        await host.Quiet();

        (await host.Must(new GetPosting(invoice.Key))).Should().BeEquivalentTo(new { Status = "posted", Number = "INV-000001", Words = (string?)null });
        await IsMended();
        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("other-amount", 1000, 200, "SalesInvoice", 1000, 200)]
    [InlineData("other-amount", -1000, -200, "CreditMemo", 1000, 200)]
    [InlineData("other-amount", 1000, -200, "SalesInvoice", 1000, -200)]
    [InlineData("other-tax", 300, -300, "SalesInvoice", 300, -300)]
    public async Task An_invoice_that_stands_there_otherwise_is_made_up_for(string kind, long untaxed, long tax, string by, long line, long itsTax)
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant($"update sandbox_erp.documents set untaxed = untaxed - ({untaxed}), tax = tax - ({tax}), total = total - ({untaxed + tax}) where key = '$'", invoice);

        await Accept(await Only(kind));
        await host.Quiet();

        var key = ErpDocument.KeyOf(by, invoice.Subject, 2);
        (await host.Must(new GetPosting(key))).Status.Should().Be("posted");
        (await books.One<string>("select untaxed || ' ' || tax || ' ' || coalesce(origin, '') from sandbox_erp.documents where key = $1", key))
            .Should().Be($"{line} {itsTax} {(by == "CreditMemo" ? invoice.Key : "")}");
        var after = await IsMended(kind);
        after.Should().ContainSingle().Which.Status.Should().Be("accepted", "the books still say of the invoice what they said");
        (await books.One<decimal>(
            "select sum(case kind when 'SalesInvoice' then total else -total end) from sandbox_erp.documents where key like '%' || $1 || '%'", invoice.Subject.ToString()))
            .Should().Be(ErpTotals.Of(invoice).Total, "together they say what we asked for");
    }

    [Fact]
    public async Task A_credit_memo_that_gave_too_little_is_made_up_for_by_another_one()
    {
        var invoice = await Posted(Documents.Invoice());
        var memo = await Posted(Documents.Memo(invoice));
        await Plant("update sandbox_erp.documents set untaxed = untaxed - 100, total = total - 100 where key = '$'", memo);

        await Accept(await Only("other-amount"));
        await host.Quiet();

        (await books.One<string>("select total || ' ' || origin from sandbox_erp.documents where key = $1", ErpDocument.KeyOf("CreditMemo", memo.Subject, 2))).Should().Be($"100 {invoice.Key}");
    }

    [Fact]
    public async Task A_second_copy_is_taken_back()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant(
            """
            alter table sandbox_erp.documents drop constraint ux_documents_key;
            insert into sandbox_erp.documents (key, kind, state, party, reference, business_date, posting_date, currency, untaxed, tax, total, lines, sequence_number, number, posted)
            select key, kind, state, party, reference, business_date, posting_date, currency, untaxed, tax, total, lines, 900, 'INV-Y', posted from sandbox_erp.documents where key = '$'
            """,
            invoice);

        var found = await Only("duplicate");
        found.Proposed.Should().BeEquivalentTo(new { Action = "adjust", Document = new { Kind = "CreditMemo", Revision = 2, Corrects = invoice.Key, invoice.Subject } });
        ErpTotals.Of(found.Proposed!.Document!).Should().Be(ErpTotals.Of(invoice));
        new ErpDocumentValidator().Validate(found.Proposed.Document!).IsValid.Should().BeTrue();
    }

    [Fact]
    public async Task What_has_changed_since_is_not_accepted()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant("update integration.postings set status = 'gave_up', number = null where key = '$'", invoice);
        var found = await Only("posted-there");
        await host.Must(new RetryPosting(invoice.Key));
        await host.Quiet();

        (await Decide(new AcceptDifference(run, found.Number))).Refusal!.Code.Should().Be("integration.difference-changed");

        await Compare();
        (await Decide(new AcceptDifference(run, 1))).Refusal!.Code.Should().Be("integration.difference-unknown");
        (await Decide(new AcceptDifference(Guid.NewGuid(), 1))).Refusal!.Code.Should().Be("integration.reconciliation-unknown");
    }

    [Fact]
    public async Task What_another_run_says_otherwise_is_decided_about_there()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant("update sandbox_erp.documents set untaxed = untaxed - 100, total = total - 100 where key = '$'", invoice);
        await Only("other-amount");
        var old = run;
        await Plant("update sandbox_erp.documents set untaxed = untaxed - 100, total = total - 100 where key = '$'", invoice);
        await Only("other-amount");

        (await Decide(new AcceptDifference(old, 1))).Refusal!.Code.Should().Be("integration.difference-changed");
        (await Decide(new AcceptDifference(run, 1))).IsSuccess.Should().BeTrue();
        (await Decide(new AcceptDifference(run, 1))).Refusal!.Code.Should().Be("integration.difference-decided");
    }

    [Fact]
    public async Task What_was_adjusted_and_changes_again_is_shown_without_a_second_adjustment()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant("update sandbox_erp.documents set untaxed = untaxed - 100, total = total - 100 where key = '$'", invoice);
        await Accept(await Only("other-amount"));
        await host.Quiet();
        await Plant("update sandbox_erp.documents set untaxed = untaxed - 50, total = total - 50 where key = '$'", invoice);

        var first = await Only("other-amount");
        var second = await Only("other-amount");

        first.Should().BeEquivalentTo(new { Status = "open", Proposed = (Correction?)null, AtStake = new Money(150, "GBP") });
        second.Should().BeEquivalentTo(first);
        (await Decide(new AcceptDifference(run, second.Number))).Refusal!.Code.Should().Be("integration.nothing-proposed");
        (await books.One<long>("select count(*) from integration.postings")).Should().Be(2);
    }

    [Fact]
    public async Task An_adjustment_of_what_was_mended_in_the_books_as_well_is_shown_until_it_is_needed_again()
    {
        const string TooLittle = "update sandbox_erp.documents set untaxed = untaxed - 100, total = total - 100 where key = '$'";
        var invoice = await Posted(Documents.Invoice());
        await Plant(TooLittle, invoice);
        await Accept(await Only("other-amount"));
        await host.Quiet();
        await Plant("update sandbox_erp.documents set untaxed = untaxed + 100, total = total + 100 where key = '$'", invoice);

        var idle = (await Compare()).Should().ContainSingle().Subject;
        var again = (await Compare()).Should().ContainSingle().Subject;

        idle.Should().BeEquivalentTo(new { Kind = "over-adjusted", Status = "open", Subject = ErpDocument.KeyOf("SalesInvoice", invoice.Subject, 2), Proposed = (Correction?)null });
        again.Should().BeEquivalentTo(idle);
        (await Open()).Should().Be(1);
        await Plant(TooLittle, invoice);
        await IsMended("other-amount");
    }

    [Fact]
    public async Task What_only_the_books_can_mend_is_not_accepted_and_stays_when_it_is_dismissed_until_it_says_something_else()
    {
        var invoice = await Posted(Documents.Invoice());
        await Plant("update sandbox_erp.documents set currency = 'EUR' where key = '$'", invoice);
        var found = await Only("other-currency");

        (await Decide(new AcceptDifference(run, found.Number))).Refusal!.Code.Should().Be("integration.nothing-proposed");
        (await Decide(new DismissDifference(run, found.Number, ""))).Refusal!.Code.Should().Be("request.invalid");
        (await Decide(new DismissDifference(run, found.Number, "Their test"))).Value.Should().BeEquivalentTo(new { Status = "dismissed", Reason = "Their test", DecidedBy = finance.Actor });
        (await Decide(new DismissDifference(run, found.Number, "Their test"))).IsSuccess.Should().BeTrue();
        (await Decide(new DismissDifference(run, found.Number, "Another one"))).Refusal!.Code.Should().Be("integration.difference-decided");
        (await IsMended("other-currency")).Single().Status.Should().Be("dismissed");

        await Plant("update sandbox_erp.documents set currency = 'USD' where key = '$'", invoice);
        (await Only("other-currency")).Should().BeEquivalentTo(new { Status = "open", Reason = (string?)null });
        (await Open()).Should().Be(1);
    }

    [Fact]
    public async Task One_who_may_only_read_decides_nothing()
    {
        var reader = new Caller.Person(Guid.CreateVersion7(), Permissions.Of([Roles.Auditor]));

        (await host.Requests.Run(reader, new AcceptDifference(Guid.NewGuid(), 1))).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        (await host.Requests.Run(reader, new ReconcileBooks(Day, Day))).Refusal!.Kind.Should().Be(RefusalKind.Forbidden);
        (await host.Requests.Run(reader, new ListReconciliations(null, 1))).IsSuccess.Should().BeTrue();
    }

    private async Task<ErpDocument> Posted(ErpDocument document)
    {
        await host.Post(document);
        await host.Quiet();
        return document;
    }

    private async Task Plant(string sql, ErpDocument document) => await
        Ask.Do(books.Database.AdminConnectionString, "set session_replication_role = replica; " + sql.Replace("$", document.Key, StringComparison.Ordinal));

    private async Task<IReadOnlyList<DifferenceView>> Compare()
    {
        run = (await host.Must(new ReconcileBooks(Day, Day))).Id;
        await host.Quiet();
        return (await host.Must(new GetReconciliation(run, null, 100))).Differences;
    }

    private async Task<DifferenceView> Only(string kind) => (await Compare()).Should().ContainSingle(d => d.Kind == kind).Subject;

    private Task<Result<DifferenceView>> Decide(MediatR.IRequest<Result<DifferenceView>> request) => host.Requests.Run(finance, request);

    private async Task<DifferenceView> Accept(DifferenceView found) => (await Decide(new AcceptDifference(run, found.Number))).Value;

    /// <summary>Nothing is open after another comparison, and nothing shown.</summary>
    private async Task<IReadOnlyList<DifferenceView>> IsMended(params string[] still)
    {
        var after = await Compare();
        after.Select(d => d.Kind).Should().Equal(still);
        after.Should().NotContain(d => d.Status == "open");
        (await Open()).Should().Be(0);
        return after;
    }

    private Task<long> Open() => books.One<long>("select count(*) from platform.exceptions where status in ('open', 'taken')");
}
