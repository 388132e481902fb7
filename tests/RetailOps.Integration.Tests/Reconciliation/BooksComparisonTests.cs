using RetailOps.Kernel;

namespace RetailOps.Integration.Tests;

/// <summary>The comparison by itself, where the sandbox cannot be brought to it.</summary>
public sealed class BooksComparisonTests
{
    private static readonly DateOnly Day = new(2026, 3, 5);
    private static readonly DateTimeOffset Noon = new(2026, 3, 5, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_posted_behind_the_readers_back_is_under_way()
    {
        var ours = Held(Documents.Invoice()) with { DecidedAt = Noon.AddSeconds(1) };

        var comparison = Compare([ours], []);

        (comparison.Found.Count, comparison.UnderWay, comparison.Totals.Count).Should().Be((0, 1, 0));
    }

    [Fact]
    public void What_lies_outside_the_days_is_only_looked_at_to_find_what_belongs_into_them()
    {
        var (before, after, inside) = (Held(Documents.Invoice()), Held(Documents.Invoice()), Held(Documents.Invoice()));
        var stranger = Booked(Held(Documents.Invoice())) with { PostingDate = Day.AddDays(1) };

        var comparison = Compare(
            [before with { RequestedOn = Day.AddDays(-1) }, after with { DecidedOn = Day.AddDays(1) }, inside],
            [Booked(before) with { PostingDate = Day.AddDays(-1) }, Booked(after) with { PostingDate = Day.AddDays(1) }, Booked(inside), stranger, stranger with { Key = null }]);

        comparison.Found.Should().BeEmpty();
        comparison.Totals.Should().ContainSingle().Which.Should().Match<ReconciliationTotal>(t => t.Ours.Documents == 1 && t.Ours == t.Theirs && t.Foreign.Documents == 0);
    }

    [Fact]
    public void One_document_can_differ_in_several_ways_and_each_is_said()
    {
        var ours = Held(Documents.Memo() with { Payments = [new("card", new(3000, "GBP"))] });

        var found = Compare([ours], [Booked(ours) with { Number = "CRN-9", Settled = 0, Totals = new(2400, 600) }]).Found;

        found.Select(f => f.Kind).Should().Equal("other-number", "other-settled", "other-tax");
        found.Select(f => f.AtStake).Should().Equal(null, new Money(3000, "GBP"), new Money(100, "GBP"));
    }

    [Theory]
    [InlineData("SalesInvoice", 100, 20, "SalesInvoice", 100, 20)]
    [InlineData("SalesInvoice", -100, -20, "CreditMemo", 100, 20)]
    [InlineData("SalesInvoice", -100, 20, "CreditMemo", 100, -20)]
    [InlineData("SalesInvoice", -50, 50, "SalesInvoice", -50, 50)]
    [InlineData("CreditMemo", 100, 20, "CreditMemo", 100, 20)]
    [InlineData("CreditMemo", -100, -20, "SalesInvoice", 100, 20)]
    [InlineData("CreditMemo", -50, 50, "CreditMemo", -50, 50)]
    public void What_makes_up_for_a_difference_is_a_document_of_exactly_that(string kind, long untaxed, long tax, string by, long line, long itsTax)
    {
        var ours = Held(kind == "CreditMemo" ? Documents.Memo(Documents.Invoice()) : Documents.Invoice());
        var there = Booked(ours) with { Totals = new(ours.Totals.Untaxed - untaxed, ours.Totals.Tax - tax) };

        var document = Compare([ours], [there]).Found.Single().Proposed!.Document!;

        (document.Kind, document.Subject, document.Revision).Should().Be((by, ours.Document.Subject, 2));
        (document.Lines.Single().Amount.MinorUnits, document.Lines.Single().Tax.MinorUnits).Should().Be((line, itsTax));
        document.Corrects.Should().Be(by == "SalesInvoice" ? null : kind == "CreditMemo" ? ours.Document.Corrects : ours.Key);
        new ErpDocumentValidator().Validate(document).IsValid.Should().BeTrue();
        SandboxLedger.Entries(document).Sum(e => e.Amount).Should().Be(0);
    }

    [Fact]
    public void Goods_are_not_made_up_for_by_money()
    {
        var ours = Held(Documents.Shipment());

        Compare([ours], [Booked(ours) with { Totals = new(1, 0) }]).Found.Should().ContainSingle().Which.Should().BeEquivalentTo(new { Kind = "other-amount", Proposed = (Correction?)null });
    }

    [Fact]
    public void What_stands_there_with_another_content_is_not_taken_for_ours()
    {
        var ours = Held(Documents.Invoice()) with { Status = PostingStatus.Refused, Number = null };

        Compare([ours], [Booked(ours) with { Number = "INV-1" }]).Found.Single().Proposed!.Action.Should().Be("record-number");
        Compare([ours], [Booked(ours) with { Number = "INV-1", Totals = new(1, 1) }]).Found.Single().Proposed.Should().BeNull();
    }

    [Fact]
    public void The_same_sides_in_another_order_say_the_same_in_the_same_order()
    {
        var held = Enumerable.Range(0, 20).Select(_ => Held(Documents.Invoice())).ToList();
        var booked = held.Select((h, i) => Booked(h) with { Number = i % 3 == 0 ? "INV-X" : h.Number!, Settled = i % 2 }).ToList();

        var one = Compare(held, booked);
        var other = Compare([.. Enumerable.Reverse(held)], [.. Enumerable.Reverse(booked)]);

        other.Found.Should().BeEquivalentTo(one.Found, o => o.WithStrictOrdering());
        one.Found.Should().HaveCount(17);
    }

    [Theory]
    [InlineData(null, "", "2026-02-02 2026-03-04")]
    [InlineData("2026-03-03", "", "2026-03-03 2026-03-04")]
    [InlineData("2026-03-04", "", "2026-03-04 2026-03-04")]
    [InlineData("2026-03-05", "2026-03-05", "2026-03-04 2026-03-04")]
    [InlineData("2026-03-04", "2025-12-31 2026-01-01 2026-02-28", "2025-12-31 2026-01-01, 2026-02-28 2026-02-28, 2026-03-04 2026-03-04")]
    [InlineData("2026-01-01", "", "2026-01-01 2026-01-31, 2026-02-01 2026-03-03, 2026-03-04 2026-03-04")]
    public void A_night_looks_at_the_days_since_the_last_one_and_at_those_of_what_is_open(string? done, string open, string ranges) =>
        string.Join(", ", NightlyReconciliation.Ranges(done is null ? null : Date(done), [.. open.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Date)], Day.AddDays(-1)).Select(r => $"{r.From:yyyy-MM-dd} {r.To:yyyy-MM-dd}"))
            .Should().Be(ranges);

    private static DateOnly Date(string day) => DateOnly.ParseExact(day, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private static BooksComparison Compare(IReadOnlyList<HeldDocument> held, IReadOnlyList<ErpEntry> booked) =>
        BooksComparison.Of(new("sandbox", Day, Day, Noon, held, booked, [], ForeignDiffers: true));

    private static HeldDocument Held(ErpDocument document) => new(document, PostingStatus.Posted, "NO-" + document.Subject, Day, Day, Noon.AddHours(-1), false);

    private static ErpEntry Booked(HeldDocument ours) =>
        new(ours.Key, ours.Document.Kind, ours.Number ?? "NO-1", Day, ours.Totals, ours.Document.Currency, ours.Document.Reference, ours.Settled);
}
