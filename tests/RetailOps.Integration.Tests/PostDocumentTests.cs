using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>From the wish to the answer.</summary>
public sealed class PostDocumentTests : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 3, 5, 23, 30, 0, TimeSpan.Zero));
    private Books books = null!;

    public async Task InitializeAsync() => books = await Books.OpenAsync();

    public async Task DisposeAsync() => await books.DisposeAsync();

    [Theory]
    [InlineData(null, "2026-03-29T00:30:00Z", "2026-03-29")]
    [InlineData(null, "2026-03-28T23:30:00Z", "2026-03-28")]
    [InlineData(null, "2026-03-29T23:30:00Z", "2026-03-30")]
    [InlineData(null, "2026-10-24T23:30:00Z", "2026-10-25")]
    [InlineData(null, "2026-10-25T23:30:00Z", "2026-10-25")]
    [InlineData("America/New_York", "2026-03-09T03:30:00Z", "2026-03-08")]
    [InlineData("America/New_York", "2026-03-09T04:30:00Z", "2026-03-09")]
    public async Task A_document_is_dated_with_the_day_at_the_retailers_in_summer_and_in_winter(string? zone, string now, string day)
    {
        clock.SetUtcNow(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        await using var host = await books.Host(clock: clock, services: s => _ = zone is null ? s : s.AddSingleton(BusinessZone.Of(zone)));

        await host.Post(Documents.Invoice());
        await host.Quiet();

        (await books.One<DateOnly>("select posting_date from sandbox_erp.documents")).ToString("O").Should().Be(day);
    }

    [Fact]
    public async Task A_document_is_asked_for_posted_and_answered()
    {
        await using var host = await books.Host(clock: clock);
        var invoice = Documents.Invoice();

        var asked = await host.Post(invoice);
        await host.Quiet();
        var posting = await host.Must(new GetPosting(invoice.Key));

        asked.Should().BeEquivalentTo(new { Key = invoice.Key, Status = "requested", Number = (string?)null, Words = (string?)null, Attempts = 0 });
        posting.Should().BeEquivalentTo(new { Key = invoice.Key, Status = "posted", Number = "INV-000001", Words = (string?)null, Attempts = 1 });
        (await books.All<string>("select type from platform.events where key = $1 order by revision", invoice.Key))
            .Should().Equal("integration.posting-requested.v1", "integration.document-posted.v1");
        (await books.One<DateOnly>("select posting_date from sandbox_erp.documents")).Should().Be(new DateOnly(2026, 3, 5));
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_second_wish_gets_the_first_answer_and_another_content_is_refused()
    {
        await using var host = await books.Host(clock: clock);
        var invoice = Documents.Invoice();
        await host.Post(invoice);
        await host.Quiet();

        var again = await host.Send(new PostDocument(invoice));
        var other = await host.Send(new PostDocument(invoice with { Reference = "OTHER" }));
        var next = await host.Send(new PostDocument(invoice with { Reference = "OTHER", Revision = 2 }));
        await host.Quiet();

        again.Value.Number.Should().Be("INV-000001");
        other.Refusal!.Code.Should().Be("integration.other-document");
        next.IsSuccess.Should().BeTrue();
        (await books.One<long>("select count(*) from sandbox_erp.documents")).Should().Be(2);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task In_a_group_the_second_wish_sees_the_first()
    {
        await using var host = await books.Asleep();
        await using var scope = host.Services.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
        work.Begin(host.Services.GetRequiredService<Database>().Engine, WorkMode.Group);
        work.Act(new Caller.System("test"), null, null, clock.GetUtcNow());
        var sender = scope.ServiceProvider.GetRequiredService<ISender>();
        var invoice = Documents.Invoice();

        var first = await sender.Send(new PostDocument(invoice));
        var second = await sender.Send(new PostDocument(invoice));
        var other = await sender.Send(new PostDocument(Documents.Invoice()));
        await work.Flush(default);
        await work.Commit();

        (first.IsSuccess, other.IsSuccess).Should().Be((true, true));
        second.Value.Should().Be(first.Value);
        (await books.One<long>("select count(*) from platform.events where type = 'integration.posting-requested.v1'")).Should().Be(2);
    }

    [Fact]
    public async Task Rivals_for_one_key_ask_once()
    {
        await using var host = await books.Asleep();
        var invoice = Documents.Invoice();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => host.Send(new PostDocument(invoice))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await books.One<long>("select count(*) from integration.postings")).Should().Be(1);
        (await books.One<long>("select count(*) from platform.deliveries")).Should().Be(1);
    }

    [Theory]
    [InlineData("integration.kind")]
    [InlineData("integration.lines")]
    [InlineData("integration.line-currency")]
    [InlineData("integration.account")]
    [InlineData("integration.reference")]
    [InlineData("integration.payments")]
    [InlineData("integration.node")]
    [InlineData("integration.to-node")]
    public async Task A_document_of_the_wrong_shape_is_not_asked_for(string code)
    {
        await using var host = await books.Asleep();
        var invoice = Documents.Invoice();
        var wrong = code switch
        {
            "integration.kind" => invoice with { Kind = "Quotation" },
            "integration.payments" => invoice with { Payments = [new("card", new(1, "GBP"))] },
            "integration.node" => invoice with { Kind = DocumentKinds.GoodsReceipt, Lines = Documents.Shipment().Lines },
            "integration.to-node" => invoice with { Kind = DocumentKinds.Transfer, Lines = Documents.Shipment().Lines, Node = "DC-1", ToNode = "DC-1" },
            "integration.lines" => invoice with { Lines = [] },
            "integration.line-currency" => invoice with { Lines = [invoice.Lines[0] with { Amount = new(1, "EUR") }] },
            "integration.account" => invoice with { Lines = [invoice.Lines[0] with { Account = "stock" }] },
            _ => invoice with { Reference = "" },
        };

        var answer = await host.Send(new PostDocument(wrong));

        answer.Refusal!.Code.Should().Be("request.invalid");
        ((IEnumerable<RequestFault>)answer.Refusal.Details!).Select(f => f.Code).Should().Contain(code);
    }

    [Fact]
    public async Task A_refused_document_is_sent_again_by_a_person_once_it_can_be_posted()
    {
        await using var host = await books.Host(clock: clock);
        await books.Do("insert into sandbox_erp.closed_periods values ('2026-03-01')");
        var invoice = Documents.Invoice();
        await host.Post(invoice);
        await host.Quiet();

        var refused = await host.Must(new GetPosting(invoice.Key));
        await books.Do("delete from sandbox_erp.closed_periods");
        var retried = await host.Must(new RetryPosting(invoice.Key));
        await host.Quiet();
        var posted = await host.Must(new GetPosting(invoice.Key));
        var late = await host.Send(new RetryPosting(invoice.Key));

        refused.Should().BeEquivalentTo(new { Key = invoice.Key, Status = "refused", Number = (string?)null, Words = "The period \"2026-03\" is closed.", Attempts = 1 });
        retried.Status.Should().Be("requested");
        posted.Should().BeEquivalentTo(new { Key = invoice.Key, Status = "posted", Number = "INV-000001", Words = (string?)null, Attempts = 2 });
        late.Refusal!.Code.Should().Be("integration.already-posted");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_credit_memo_waits_for_the_invoice_that_it_credits()
    {
        await using var host = await books.Host(clock: clock);
        var invoice = Documents.Invoice();
        await host.Told(new Misbehaviour("lose", KeyLike: "sales-invoice/%"));
        await host.Post(invoice);
        var memo = Documents.Memo(invoice);
        await host.Post(memo);
        await Eventually.Holds(
            async () => (await host.Must(new GetPosting(memo.Key))).Trouble is not null, TimeSpan.FromSeconds(20), "somebody has looked at the memo");
        var waiting = await host.Must(new GetPosting(memo.Key));
        var early = await books.All<string>("select key from sandbox_erp.documents where state = 'posted'");

        await host.Told();
        await host.Quiet();

        early.Should().BeEmpty();
        waiting.Should().BeEquivalentTo(new { Status = "requested", WaitsFor = invoice.Key });
        waiting.Attempts.Should().BeLessThan(2, "to look whether it can go costs no try");
        (await books.All<string>("select key from sandbox_erp.documents order by posted, id")).Should().Equal(invoice.Key, memo.Key);
        (await books.One<string>("select origin from sandbox_erp.documents where key = $1", memo.Key)).Should().Be(invoice.Key);
    }

    [Fact]
    public async Task Postings_are_listed_by_status_and_page()
    {
        await using var host = await books.Host(clock: clock);
        await host.Told(new Misbehaviour("refuse", KeyLike: "shipment/%", Words: "No."));
        foreach (var document in new[] { Documents.Invoice(), Documents.Invoice(), Documents.Shipment() })
        {
            await host.Post(document);
        }

        await host.Quiet();

        (await host.Must(new ListPostings("refused", null, 10))).Should().ContainSingle().Which.Words.Should().Be("No.");
        var first = await host.Must(new ListPostings("posted", null, 1));
        (await host.Must(new ListPostings("posted", first[0].Key, 10))).Should().ContainSingle();
        (await host.Must(new ListPostings(null, null, 10))).Should().HaveCount(3);
        (await host.Send(new ListPostings("lost", null, 10))).IsSuccess.Should().BeFalse();
    }

    [Fact]
    public async Task The_system_says_how_it_is_and_what_waits_for_it()
    {
        await using var host = await books.Host(clock: clock);
        await host.Post(Documents.Invoice());
        await host.Quiet();
        await host.Told(new Misbehaviour("lose"));
        await host.Post(Documents.Memo());

        var system = (await host.Must(new ListSystems())).Single(s => s.Name == "sandbox");

        system.Should().BeEquivalentTo(new { Name = "sandbox", Purpose = "erp", Answers = true, Backlog = 1L, LedgerBalance = 0L, LastAnswer = clock.GetUtcNow(), OldestWait = clock.GetUtcNow() });
        system.Posted.Should().BeEquivalentTo(new Dictionary<string, long> { ["SalesInvoice"] = 1 });
    }

    [Fact]
    public async Task Only_the_demo_tells_the_sandbox_to_lie()
    {
        await using var demo = await books.Host(services: s => s.AddSingleton(new SecurityPosture(true)));
        await using var real = await books.Host(services: s => s.AddSingleton(new SecurityPosture(false)));

        var told = await demo.Send(new TellSandbox([new("slow", DelayMs: 5)]));
        var refused = await real.Send(new TellSandbox([]));
        var nonsense = await demo.Send(new TellSandbox([new("dance"), new("refuse")]));

        told.IsSuccess.Should().BeTrue();
        refused.Refusal!.Code.Should().Be("integration.no-sandbox");
        ((IEnumerable<RequestFault>)nonsense.Refusal!.Details!).Select(f => f.Code).Should().Equal("integration.misbehaviour", "integration.words");
        (await books.One<long>("select count(*) from sandbox_erp.mischief")).Should().Be(1);
    }
}
