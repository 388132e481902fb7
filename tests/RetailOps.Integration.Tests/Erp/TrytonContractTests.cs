using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>One ERP for all tests that need it, one after the other: it does one thing at a time itself.</summary>
public sealed class TrytonFixture : IAsyncLifetime
{
    public TrytonServer Server { get; private set; } = null!;

    internal TrytonSettings Settings => new(Server.Address, TrytonServer.User, TrytonServer.Password);

    public async Task InitializeAsync() => Server = await TrytonServer.StartAsync();

    public async Task DisposeAsync() => await Server.DisposeAsync();
}

[CollectionDefinition("tryton")]
public sealed class TrytonCollection : ICollectionFixture<TrytonFixture>;

[Collection("tryton"), Trait("needs", "erp")]
public sealed class TrytonContractTests(TrytonFixture tryton) : ErpContract
{
    private protected override void Serve(IServiceCollection services) => TrytonPart.AddTryton(services, tryton.Settings);

    private TrytonClient Client => Host.Services.GetRequiredService<TrytonClient>();

    [Fact]
    public async Task The_ledger_moves_our_accounts_by_our_amounts()
    {
        var invoice = Documents.Invoice(goods: 10_007, tax: 2_003, shipping: 495, discount: 300);

        await Ensure(invoice);

        (await Moved(invoice)).Should().BeEquivalentTo([("1200", 12_205m), ("2200", -2_003m), ("4000", -10_007m), ("4100", -495m), ("4200", 300m)]);
    }

    [Fact]
    public async Task Units_whose_price_has_no_end_keep_quantity_and_amount()
    {
        var invoice = Documents.Invoice() with { Lines = [new("goods", new Sku("PIN"), 1_000, new(1_001, "GBP"), new(200, "GBP"))] };

        await Ensure(invoice);

        var lines = await Client.Search("account.invoice.line", [TrytonValues.Where("invoice.reference", "=", TrytonInvoice.ReferenceOf(invoice))], ["quantity", "amount"], default);
        lines.EnumerateArray().Sum(l => l.GetProperty("quantity").GetDecimal()).Should().Be(1_000);
        lines.EnumerateArray().Sum(l => l.Minor("amount", "GBP")).Should().Be(1_001);
    }

    [Fact]
    public async Task A_credit_memo_points_to_the_lines_that_it_gives_back()
    {
        var invoice = Documents.Invoice();
        var memo = Documents.Memo(invoice);
        await Ensure(invoice);

        await Ensure(memo);

        var lines = await Client.Search("account.invoice.line", [TrytonValues.Where("invoice.reference", "=", TrytonInvoice.ReferenceOf(memo))], ["origin", "quantity"], default);
        var origin = lines.EnumerateArray().Single().TextOf("origin");
        var origins = await Client.Search("account.invoice.line", [TrytonValues.Where("invoice.reference", "=", TrytonInvoice.ReferenceOf(invoice)), TrytonValues.Where("product.code", "=", "LAMP")], ["id"], default);
        origin.Should().Be($"account.invoice.line,{origins[0].Id()}");
    }

    [Fact]
    public async Task A_party_and_an_item_that_are_not_there_are_made_once_by_whoever_is_first()
    {
        var (party, sku) = ($"C-{Guid.NewGuid():N}", $"SKU-{Guid.NewGuid():N}".ToUpperInvariant());
        var documents = Enumerable.Range(0, 2).Select(_ => Documents.Invoice(party: party) with { Lines = [new("goods", new Sku(sku), 1, new(100, "GBP"), new(0, "GBP"))] }).ToList();
        await using var other = await Books.Host(Books.Quick with { Calls = 0 }, services: Serve);

        await Task.WhenAll(Erp.Ensure([documents[0]], Today, default), other.Services.GetRequiredService<IErp>().Ensure([documents[1]], Today, default));
        var answers = await Erp.Ensure(documents, Today, default);

        answers.Should().AllBeOfType<ErpAnswer.Posted>();
        (await Client.Search("party.party", [TrytonValues.Where("code", "=", party)], ["id"], default)).GetArrayLength().Should().Be(1);
        (await Client.Search("product.product", [TrytonValues.Where("code", "=", sku)], ["id"], default)).GetArrayLength().Should().Be(1);
    }

    [Fact]
    public async Task A_refusal_has_the_words_of_the_erp_and_a_closed_period_is_one()
    {
        var answer = (await Erp.Ensure([Documents.Invoice()], new(1999, 5, 5), default)).Single();

        answer.Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("period");
    }

    [Fact]
    public async Task A_document_that_was_mended_after_a_refusal_takes_the_place_of_its_draft()
    {
        var invoice = Documents.Invoice();
        var mended = invoice with { Reference = "WEB-1001 cost centre 7" };

        var refused = (await Erp.Ensure([invoice], new(1999, 5, 5), default)).Single();
        var answer = await Ensure(mended);

        refused.Should().BeOfType<ErpAnswer.Refused>();
        answer.Should().BeOfType<ErpAnswer.Posted>();
        (await Booked([mended])).Should().ContainSingle().Which.Reference.Should().Be("WEB-1001 cost centre 7");
    }

    [Fact]
    public async Task What_it_asks_back_about_due_dates_is_answered_for_the_whole_batch()
    {
        await Host.Must(new SetMapping(TrytonKinds.PaymentTerm, "usual", "Immediate"));
        var invoices = Enumerable.Range(0, 3).Select(_ => Documents.Invoice()).ToList();

        var answers = await Erp.Ensure(invoices, new(2010, 12, 1), default);

        answers.Should().AllBeOfType<ErpAnswer.Posted>().And.AllSatisfy(a => ((ErpAnswer.Posted)a).Number.Should().StartWith("INV-2010-"));
    }

    [Fact]
    public async Task A_tax_that_no_rate_gives_is_a_gap_and_nothing_is_written()
    {
        var invoice = Documents.Invoice(goods: 10_000, tax: 3_300);

        var answer = await Ensure(invoice);

        answer.Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("33.00 GBP on 100.00 GBP").And.Contain("20, 17.5, 5 %");
        (await Client.Search("account.invoice", [TrytonValues.Where("reference", "=", TrytonInvoice.ReferenceOf(invoice))], ["id"], default)).GetArrayLength().Should().Be(0);
    }

    [Fact]
    public async Task A_draft_that_somebody_has_changed_there_is_not_posted()
    {
        var invoice = Documents.Invoice();
        var words = await Host.Services.GetRequiredService<TrytonBook>().Words([invoice], makes: true, default);
        var payload = TrytonInvoice.Payload(invoice, words, Today, new Dictionary<string, int>(), []);
        var id = (await Client.Write("model.account.invoice.create", 2, default, new JsonArray(payload)))[0].GetInt32();
        var line = (await Client.Search("account.invoice.line", [TrytonValues.Where("invoice", "=", id)], ["id"], default))[0].Id();
        await Client.Write("model.account.invoice.line.write", 1, default, TrytonValues.Ids([line]), new JsonObject { ["unit_price"] = TrytonValues.Decimal(1) });

        var answer = await Ensure(invoice);

        answer.Should().BeOfType<ErpAnswer.Refused>().Which.Words.Should().Contain("has the total");
        (await Client.Search("account.invoice", [TrytonValues.Where("id", "=", id)], ["state"], default))[0].TextOf("state").Should().Be("draft");
    }

    [Fact]
    public async Task What_its_own_people_wrote_is_booked_without_a_key()
    {
        var invoice = Documents.Invoice();
        var words = await Host.Services.GetRequiredService<TrytonBook>().Words([invoice], makes: true, default);
        var payload = TrytonInvoice.Payload(invoice, words, Today, new Dictionary<string, int>(), []);
        (payload["reference"], payload["description"]) = ("PO 7 of a neighbour", null);
        var id = (await Client.Write("model.account.invoice.create", 2, default, new JsonArray(payload)))[0].GetInt32();
        await Client.Write("model.account.invoice.post", 2, default, TrytonValues.Ids([id]));

        var entries = await Erp.Booked(Today, Today, default);

        entries.Should().ContainSingle(e => e.Reference == "PO 7 of a neighbour").Which.Should().BeEquivalentTo(
            new { Key = (string?)null, Kind = DocumentKinds.SalesInvoice, PostingDate = Today, Totals = ErpTotals.Of(invoice), Currency = "GBP", Settled = 0L });
    }

    [Fact]
    public async Task Records_of_other_books_are_forgotten_at_the_next_login()
    {
        await Ensure(Documents.Invoice());
        await Books.Do("update integration.erp_records set id = id + 1 where kind = 'party'");
        await using var other = await Books.Host(Books.Quick with { Calls = 0 }, services: Serve);
        var invoice = Documents.Invoice();

        var answer = (await other.Services.GetRequiredService<IErp>().Ensure([invoice], Today, default)).Single();

        answer.Should().BeOfType<ErpAnswer.Posted>();
        (await Client.Search("account.invoice", [TrytonValues.Where("reference", "=", TrytonInvoice.ReferenceOf(invoice))], ["party.code"], default))[0].Nested("party", "code").Should().Be("C-1");
    }

    [Fact]
    public async Task People_see_what_words_mean_what_is_missing_and_say_what_is_meant()
    {
        var refreshed = await Host.Must(new RefreshMappings());
        var before = await Host.Must(new ListMappings(null, false, null, 500));
        var moved = await Host.Must(new SetMapping(TrytonKinds.Account, "shipping", "4300"));
        var wrong = await Host.Must(new SetMapping(TrytonKinds.Account, "service", "4711"));
        var gaps = await Host.Must(new ListMappings(null, true, null, 500));
        var invoice = Documents.Invoice();
        await Ensure(invoice);
        await Host.Must(new SetMapping(TrytonKinds.Account, "service", null));

        refreshed.Records.Should().Contain(TrytonKinds.Tax, 3).And.ContainKey(TrytonKinds.Party);
        before.Should().Contain(m => m.Key == "account/goods" && m.Target == "4000" && m.Name == "Main Revenue" && !m.IsSet).And.Contain(m => m.Key == "tax/17.5" && m.Target == "VAT175");
        before.Should().OnlyContain(m => m.Gap == null);
        moved.Should().BeEquivalentTo(new { IsSet = true, Name = "Services", Gap = (string?)null });
        gaps.Should().Equal(wrong);
        (await Moved(invoice)).Should().Contain(("4300", -495m)).And.NotContain(m => m.Account == "4100");
        (await Host.Must(new ListMappings(null, true, null, 500))).Should().BeEmpty();
        (await Books.All<string>("select type || ' ' || revision from platform.events where key = 'mapping/account/service' order by revision")).Should().Equal("integration.mapping-set.v1 1", "integration.mapping-set.v1 2");
    }

    /// <summary>What the ledger moved for a document, in minor units, debits above 0.</summary>
    private async Task<List<(string Account, decimal Amount)>> Moved(ErpDocument document)
    {
        var lines = await Client.Search(
            "account.move.line", [new JsonArray("move.origin.reference", "=", TrytonInvoice.ReferenceOf(document), "account.invoice")], ["account.code", "debit", "credit"], default);
        return [.. lines.EnumerateArray().Select(l => (l.Nested("account", "code")!, (decimal)(l.Minor("debit", "GBP") - l.Minor("credit", "GBP"))))];
    }
}
