using CsCheck;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>The books of the sandbox: what a document moves, and what they never take.</summary>
public sealed class SandboxLedgerTests : IAsyncLifetime
{
    private static readonly DateOnly Today = new(2026, 3, 5);

    private static readonly string[] Accounts = ["goods", "shipping", "discount", "service", "sundry", "stock"];

    private Books books = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        books = await Books.OpenAsync();
        host = await books.Asleep();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await books.DisposeAsync();
    }

    [Fact]
    public async Task Each_kind_of_document_moves_its_accounts_and_gets_a_number_of_its_own_sequence()
    {
        var (invoice, memo) = (Documents.Invoice(discount: 200), Documents.Memo());
        var (shipment, adjustment) = (Documents.Shipment(), Documents.Adjustment());

        await Put(Today, invoice, memo, shipment, adjustment);

        (await Moved(invoice)).Should().Equal("1200 6295", "2200 -1000", "4000 -5000", "4100 -495", "4200 200");
        (await Moved(memo)).Should().Equal("1200 -3000", "2200 500", "4000 2500");
        (await Moved(shipment)).Should().Equal("1400 -1600", "5100 1600", "5210 -1600", "5210 1600");
        (await Moved(adjustment)).Should().Equal("1400 -1600", "5220 1600");
        (await books.All<string>("select number from sandbox_erp.documents order by number")).Should().Equal("ADJ-000001", "CRN-000001", "INV-000001", "SHP-000001");
        (await host.Sandbox().Look(default)).LedgerBalance.Should().Be(0);
    }

    [Fact]
    public void Whatever_a_document_says_its_entries_add_up_to_nothing_or_it_is_refused()
    {
        var line = Gen.Select(Gen.Int[0, 5].Select(i => Accounts[i]), Gen.Int[-3, 3], Gen.Long[-100_000, 100_000], Gen.Long[-9_000, 9_000])
            .Select(t => new ErpLine(t.Item1, new Sku("LAMP"), t.Item2, new(t.Item3, "GBP"), new(t.Item4, "GBP")));
        var documents = Gen.Select(Gen.Int[0, 3].Select(i => DocumentKinds.All[i]), line.List[1, 12])
            .Select(t => new ErpDocument(t.Item1, Guid.NewGuid(), "R", null, Documents.Day, "GBP", t.Item2));

        documents.Sample(
            d =>
            {
                try
                {
                    return SandboxLedger.Entries(d).Sum(e => e.Amount) == 0;
                }
                catch (SandboxRefusalException)
                {
                    return true;
                }
            },
            iter: Effort.Of(20_000, least: 1_000));
    }

    [Fact]
    public async Task A_batch_is_posted_whole_or_not_at_all_and_gives_its_numbers_back()
    {
        var good = Documents.Invoice();
        var bad = Documents.Shipment(quantity: -1);
        await host.Sandbox().Create([good, bad], default);

        var together = () => host.Sandbox().Post([(good.Key, Today), (bad.Key, Today)], default);
        await together.Should().ThrowAsync<SandboxRefusalException>().WithMessage("A shipment takes goods out*");
        var after = await books.All<string>("select state from sandbox_erp.documents");
        await host.Sandbox().Post([(good.Key, Today)], default);

        after.Should().Equal("draft", "draft");
        (await books.One<string>("select number from sandbox_erp.documents where state = 'posted'")).Should().Be("INV-000001");
    }

    [Fact]
    public async Task Posting_twice_is_passed_over_and_numbers_stay_without_gaps_under_rivals()
    {
        var documents = Enumerable.Range(0, Effort.Of(200, least: 24)).Select(_ => Documents.Invoice()).ToList();
        foreach (var chunk in documents.Chunk(20))
        {
            await host.Sandbox().Create(chunk, default);
        }

        await Task.WhenAll(Enumerable.Range(0, 4).Select(async rival =>
        {
            foreach (var chunk in documents.OrderBy(d => d.Key.GetHashCode(StringComparison.Ordinal) * (rival + 1)).Chunk(6))
            {
                await host.Sandbox().Post([.. chunk.Select(d => (d.Key, Today))], default);
            }
        }));

        (await books.All<long>("select sequence_number from sandbox_erp.documents order by 1")).Should().Equal(Enumerable.Range(1, documents.Count).Select(n => (long)n));
        (await books.One<long>("select count(*) from sandbox_erp.moves")).Should().Be(documents.Count);
    }

    [Fact]
    public async Task Numbers_do_not_go_back_in_time_and_closed_periods_stay_closed()
    {
        var (first, late) = (Documents.Invoice(), Documents.Invoice());
        await Put(Today, first);
        await books.Do("insert into sandbox_erp.closed_periods values ('2026-04-01')");
        await host.Sandbox().Create([late], default);

        var before = () => host.Sandbox().Post([(late.Key, Today.AddDays(-1))], default);
        var closed = () => host.Sandbox().Post([(late.Key, new(2026, 4, 30))], default);

        await before.Should().ThrowAsync<SandboxRefusalException>().WithMessage("*accounting date after \"2026-03-05\"*");
        await closed.Should().ThrowAsync<SandboxRefusalException>().WithMessage("*\"2026-04\" is closed*");
    }

    [Fact]
    public async Task Nobody_commits_a_move_that_does_not_balance_or_changes_what_is_posted()
    {
        var invoice = Documents.Invoice();
        await Put(Today, invoice);

        var crooked = () => Ask.Do(
            books.Database.AppConnectionString, "insert into sandbox_erp.move_lines (move_id, account, debit, credit) select id, '4900', 1, 0 from sandbox_erp.moves");
        var changed = () => Ask.Do(books.Database.AppConnectionString, "update sandbox_erp.documents set total = 1, untaxed = 1, tax = 0");
        var forged = () => Ask.Do(books.Database.AppConnectionString, "update sandbox_erp.move_lines set debit = debit + 1 where debit > 0");

        (await crooked.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("SE001");
        (await changed.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("SE002");
        (await forged.Should().ThrowAsync<PostgresException>()).Which.SqlState.Should().Be("42501");
    }

    [Fact]
    public async Task An_unknown_kind_is_refused_and_a_draft_takes_another_content_until_it_is_posted()
    {
        var invoice = Documents.Invoice();
        var stranger = invoice with { Kind = "PurchaseOrder" };
        await host.Sandbox().Create([invoice], default);
        await host.Sandbox().Create([invoice with { Reference = "OTHER" }], default);

        var unknown = () => host.Sandbox().Create([stranger], default);

        await unknown.Should().ThrowAsync<SandboxRefusalException>().WithMessage("*\"PurchaseOrder\"*");
        var draft = await books.One<string>("select reference from sandbox_erp.documents");
        await host.Sandbox().Post([(invoice.Key, Today)], default);
        await host.Sandbox().Create([invoice with { Reference = "LATER" }], default);
        draft.Should().Be("OTHER");
        (await books.One<string>("select reference from sandbox_erp.documents")).Should().Be("OTHER");
    }

    [Fact]
    public async Task The_port_posts_repeats_and_tells_another_content_from_the_same()
    {
        var erp = new SandboxAdapter(host.Sandbox());
        var invoice = Documents.Invoice();

        var first = (await erp.Ensure([invoice], Today, default)).Single();
        var again = (await erp.Ensure([invoice], Today.AddDays(1), default)).Single();
        var other = (await erp.Ensure([invoice with { Reference = "OTHER" }], Today, default)).Single();

        first.Should().Be(new ErpAnswer.Posted("INV-000001", new(5495, 1000)));
        again.Should().Be(first);
        other.Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("another document");
        (await books.One<long>("select count(*) from sandbox_erp.documents")).Should().Be(1);
    }

    [Fact]
    public async Task A_clock_that_went_back_does_not_send_numbers_back()
    {
        var erp = new SandboxAdapter(host.Sandbox());
        var (first, second) = (Documents.Invoice(), Documents.Invoice());
        await erp.Ensure([first], Today, default);

        var answer = (await erp.Ensure([second], Today.AddDays(-3), default)).Single();

        answer.Should().BeOfType<ErpAnswer.Posted>();
        (await books.All<DateOnly>("select posting_date from sandbox_erp.documents")).Should().Equal(Today, Today);
        (await books.All<DateOnly>("select business_date from sandbox_erp.documents")).Should().Equal(Documents.Day, Documents.Day);
    }

    [Fact]
    public async Task One_refused_document_of_a_batch_does_not_take_the_others_along()
    {
        var erp = new SandboxAdapter(host.Sandbox());
        var good = Enumerable.Range(0, 25).Select(_ => Documents.Invoice()).ToList();
        var bad = Documents.Adjustment(quantity: 1, cost: -5);

        var answers = await erp.Ensure([.. good.Take(10), bad, .. good.Skip(10)], Today, default);

        answers[10].Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("sign of its quantity");
        answers.Count(a => a is ErpAnswer.Posted).Should().Be(25);
    }

    private async Task Put(DateOnly date, params ErpDocument[] documents)
    {
        await host.Sandbox().Create(documents, default);
        await host.Sandbox().Post([.. documents.Select(d => (d.Key, date))], default);
    }

    private Task<List<string>> Moved(ErpDocument document) => books.All<string>(
        """
        select l.account || ' ' || (l.debit - l.credit) from sandbox_erp.move_lines l join sandbox_erp.moves m on m.id = l.move_id
        join sandbox_erp.documents d on d.id = m.document_id where d.key = $1 order by 1
        """,
        document.Key);
}
