using CsCheck;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>What every ERP behind the port keeps, whichever it is.</summary>
public abstract class ErpContract : IAsyncLifetime
{
    /// <summary>Of the machine: the books have periods for this year.</summary>
    private protected static readonly DateOnly Today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);

    private protected Books Books { get; private set; } = null!;

    private protected TestHost Host { get; private set; } = null!;

    private protected IErp Erp => Host.Services.GetRequiredService<IErp>();

    /// <summary>What makes the ERP the one that serves.</summary>
    private protected abstract void Serve(IServiceCollection services);

    public async Task InitializeAsync()
    {
        Books = await Books.OpenAsync();
        Host = await Books.Host(Books.Quick with { Calls = 0 }, services: Serve);
    }

    public async Task DisposeAsync()
    {
        await Host.DisposeAsync();
        await Books.DisposeAsync();
    }

    [Fact]
    public async Task A_key_is_one_document_however_often_and_by_how_many_at_once_it_is_wanted()
    {
        var invoices = Enumerable.Range(0, 5).Select(_ => Documents.Invoice()).ToList();
        await using var other = await Books.Host(Books.Quick with { Calls = 0 }, services: Serve);
        var erps = new[] { Erp, other.Services.GetRequiredService<IErp>(), Erp };

        await Task.WhenAll(erps.Select(e => e.Ensure(invoices, Today, default)));
        var answers = await Erp.Ensure(invoices, Today, default);
        var again = await Erp.Ensure(invoices, Today.AddDays(-1), default);

        answers.Should().AllBeOfType<ErpAnswer.Posted>().And.Equal(again);
        answers.Select(a => ((ErpAnswer.Posted)a).Number).Should().OnlyHaveUniqueItems();
        (await Booked(invoices)).Select(e => (e.Key, e.Number, e.Totals)).Should().BeEquivalentTo(
            invoices.Zip(answers.Cast<ErpAnswer.Posted>()).Select(p => ((string?)p.First.Key, p.Second.Number, ErpTotals.Of(p.First))));
    }

    [Fact]
    public async Task Another_content_under_a_key_is_refused_and_the_first_stays()
    {
        var invoice = Documents.Invoice();
        await Ensure(invoice);

        var others = await Task.WhenAll(
            Ensure(invoice with { Reference = "OTHER" }), Ensure(invoice with { BusinessDate = invoice.BusinessDate.AddDays(1) }),
            Ensure(invoice with { Lines = [.. invoice.Lines.Take(1)] }));

        others.Should().AllBeOfType<ErpAnswer.Refused>().Which.Select(a => ((ErpAnswer.Refused)a).Words).Should().AllSatisfy(w => w.Should().Contain("another document"));
        (await Booked([invoice])).Should().ContainSingle().Which.Totals.Should().Be(ErpTotals.Of(invoice));
    }

    [Fact]
    public async Task A_bad_document_of_a_batch_is_refused_alone()
    {
        var good = Enumerable.Range(0, 12).Select(_ => Documents.Invoice()).ToList();
        var bad = Documents.Invoice() with { Lines = [new("nonsense", null, 1, new(100, "GBP"), new(0, "GBP"))] };

        var answers = await Erp.Ensure([.. good.Take(5), bad, .. good.Skip(5)], Today, default);

        answers[5].Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("nonsense");
        answers.Where(a => a is ErpAnswer.Posted).Should().HaveCount(12);
        (await Booked([.. good, bad])).Should().HaveCount(12);
    }

    [Fact]
    public async Task A_credit_memo_and_what_was_paid_back_with_it_stand_there_once()
    {
        var invoice = Documents.Invoice();
        var (whole, part, unpaid) = (
            Documents.Memo(invoice) with { Payments = [new("card", new(2000, "GBP")), new("cash", new(1000, "GBP"))] },
            Documents.Memo(invoice, goods: 999, tax: 200) with { Payments = [new("card", new(500, "GBP"))] }, Documents.Memo());
        await Ensure(invoice);

        var first = await Erp.Ensure([whole, part, unpaid], Today, default);
        var again = await Erp.Ensure([whole, part, unpaid], Today, default);

        first.Should().AllBeOfType<ErpAnswer.Posted>().And.Equal(again);
        (await Booked([whole, part, unpaid])).Select(e => (e.Key, e.Kind, e.Totals, e.Settled)).Should().BeEquivalentTo(
            new[] { (whole, 3000L), (part, 500L), (unpaid, 0L) }.Select(x => ((string?)x.Item1.Key, DocumentKinds.CreditMemo, ErpTotals.Of(x.Item1), x.Item2)));
    }

    [Fact]
    public async Task Amounts_and_taxes_are_ours_to_the_last_penny()
    {
        await Taxed.Array[Effort.Of(600, least: 30)].SampleAsync(
            async documents =>
            {
                // Each time they are other documents: a failure is looked for again with the same contents.
                documents = [.. documents.Select(d => d with { Subject = Guid.CreateVersion7() })];
                var answers = new List<ErpAnswer>();
                foreach (var batch in documents.Chunk(20))
                {
                    answers.AddRange(await Erp.Ensure(batch, Today, default));
                }

                answers.OfType<ErpAnswer.Refused>().Should().BeEmpty();
                answers.Cast<ErpAnswer.Posted>().Select(a => a.Totals).Should().Equal(documents.Select(ErpTotals.Of));
            },
            iter: 1,
            threads: 1);
        (await Erp.Look(default)).LedgerBalance.Should().Be(0);
    }

    [Fact]
    public async Task A_very_long_invoice_is_posted_whole()
    {
        var longest = Documents.Invoice() with { Lines = [.. Enumerable.Range(1, 705).Select(i => new ErpLine("goods", new Sku($"SKU-{i % 7}"), 1 + (i % 3), new(i * 7, "GBP"), new(0, "GBP")))] };

        var answers = await Erp.Ensure([Documents.Invoice(), longest, Documents.Invoice()], Today, default);

        answers.Should().AllBeOfType<ErpAnswer.Posted>();
        ((ErpAnswer.Posted)answers[1]).Totals.Should().Be(ErpTotals.Of(longest));
        Erp.Patience(longest).Should().BeGreaterThanOrEqualTo(Erp.Patience(Documents.Invoice()));
    }

    [Fact]
    public async Task A_clock_that_went_back_does_not_send_numbers_back()
    {
        var (first, second) = (Documents.Invoice(), Documents.Invoice());
        await Ensure(first);

        var answer = (await Erp.Ensure([second], Today.AddDays(-3), default)).Single();

        answer.Should().BeOfType<ErpAnswer.Posted>();
        (await Booked([first, second])).Select(e => e.PostingDate).Distinct().Should().Equal(Today);
    }

    [Fact]
    public async Task A_preview_says_what_would_be_sent_and_leaves_nothing()
    {
        var (invoice, bad) = (Documents.Invoice(party: $"NEW-{Guid.NewGuid():N}"), Documents.Invoice() with { Lines = [new("nonsense", null, 1, new(100, "GBP"), new(0, "GBP"))] });

        var (good, gaps) = (await Erp.Preview(invoice, default), await Erp.Preview(bad, default));

        good.Gaps.Should().BeEmpty();
        good.Calls.Should().HaveCountGreaterThan(1).And.Contain(c => c.Payload.GetRawText().Contains(invoice.Subject.ToString()));
        gaps.Gaps.Should().ContainSingle().Which.Should().Contain("nonsense");
        (await Booked([invoice, bad])).Should().BeEmpty();
    }

    private protected async Task<ErpAnswer> Ensure(ErpDocument document) => (await Erp.Ensure([document], Today, default)).Single();

    private protected async Task<List<ErpEntry>> Booked(IReadOnlyList<ErpDocument> documents)
    {
        var keys = documents.Select(d => d.Key).ToHashSet();
        return [.. (await Erp.Booked(Today.AddDays(-40), Today.AddDays(1), default)).Where(e => e.Key is { } key && keys.Contains(key))];
    }

    /// <summary>Invoices with taxes that were shared out: each line's is its rate's, a penny up or down; quantities whose unit prices have no end.</summary>
    private static Gen<ErpDocument> Taxed { get; } =
        from rate in Gen.Int[0, 3].Select(i => new[] { 0m, 0.05m, 0.175m, 0.20m }[i])
        from lines in (from quantity in Gen.Int[1, 1_500]
                       from amount in Gen.Long[0, 2_000_000]
                       from penny in Gen.Long[-1, 1]
                       from untaxed in Gen.Int[0, 4]
                       select (quantity, amount, tax: untaxed == 0 || rate == 0 || amount < 100 ? 0 : (long)(amount * rate) + penny)).Array[1, 6]
        from discount in Gen.Long[0, 50]
        select Documents.Invoice() with
        {
            Lines =
            [
                .. lines.Select((l, i) => new ErpLine("goods", new Sku($"GEN-{i}"), l.quantity, new(l.amount, "GBP"), new(l.tax, "GBP"))),
                .. discount > 25 ? [new ErpLine("discount", null, 1, new(-Math.Min(discount * 10, lines.Sum(l => l.amount)), "GBP"), new(0, "GBP"))] : Array.Empty<ErpLine>(),
            ],
        };
}

public sealed class SandboxContractTests : ErpContract
{
    private protected override void Serve(IServiceCollection services)
    {
    }
}
