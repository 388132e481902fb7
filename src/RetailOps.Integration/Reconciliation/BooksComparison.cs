using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A document as we hold it.</summary>
/// <param name="Document">What should stand in the books.</param>
/// <param name="Status">What became of it.</param>
/// <param name="Number">The ERP's; null before it is posted.</param>
/// <param name="RequestedOn">The day on which it was asked for first.</param>
/// <param name="DecidedOn">The day on which we learned what became of it; null for not yet.</param>
/// <param name="DecidedAt">The instant of that.</param>
/// <param name="IsUnderWay">Whether the connector is to bring it.</param>
internal sealed record HeldDocument(
    ErpDocument Document, PostingStatus Status, string? Number, DateOnly RequestedOn, DateOnly? DecidedOn, DateTimeOffset? DecidedAt, bool IsUnderWay)
{
    public string Key => Document.Key;

    public ErpTotals Totals { get; } = ErpTotals.Of(Document);

    public long Settled { get; } = ErpTotals.PaidWith(Document);

    public BookedSide ToSide() => new(
        Number, Posting.Word(Status), Status is PostingStatus.Posted ? DecidedOn : null, new(Totals.Untaxed, Document.Currency), new(Totals.Tax, Document.Currency),
        new(Settled, Document.Currency));
}

/// <summary>Something that the business did and that asks for a document.</summary>
/// <param name="Kind">Of the document.</param>
/// <param name="Subject">The invoice, the shipment, the refund.</param>
/// <param name="Day">When.</param>
/// <param name="Total">With tax, where the fact says it; null where it does not.</param>
internal sealed record BusinessDeed(string Kind, Guid Subject, DateOnly Day, Money? Total)
{
    public string Key => ErpDocument.KeyOf(Kind, Subject);
}

/// <summary>What differs, before anybody has decided about it.</summary>
internal sealed record FoundDifference(
    string Kind, string Subject, DateOnly Day, string Says, BookedSide? Ours = null, BookedSide? Theirs = null, Money? AtStake = null, Correction? Proposed = null);

/// <summary>Both sides of a comparison.</summary>
/// <param name="System">The ERP.</param>
/// <param name="From">First day of posting.</param>
/// <param name="To">Last day of posting.</param>
/// <param name="Since">When the reading of the books began: what was decided later may have been posted behind the reader's back.</param>
/// <param name="Held">What we hold of these days, and of whatever has a key that stands in the books.</param>
/// <param name="Booked">What stands in the books on these days; and on others, as far as they were read to look for what we hold.</param>
/// <param name="Deeds">What the business did on these days; empty where nobody promises documents for it.</param>
/// <param name="ForeignDiffers">Whether a document that is not ours is a difference; else it is only counted.</param>
internal sealed record BothSides(
    string System, DateOnly From, DateOnly To, DateTimeOffset Since, IReadOnlyList<HeldDocument> Held, IReadOnlyList<ErpEntry> Booked, IReadOnlyList<BusinessDeed> Deeds, bool ForeignDiffers);

/// <summary>Compares what we hold with what stands in the books. Pure: the same sides give the same differences in the same order.</summary>
internal sealed class BooksComparison
{
    private readonly BothSides sides;
    private readonly Dictionary<string, HeldDocument> held;
    private readonly ILookup<string, ErpEntry> booked;
    private readonly List<FoundDifference> found = [];

    private BooksComparison(BothSides sides)
    {
        this.sides = sides;
        held = sides.Held.ToDictionary(h => h.Key, StringComparer.Ordinal);
        booked = sides.Booked.Where(b => b.Key is not null).ToLookup(b => b.Key!, StringComparer.Ordinal);
    }

    /// <summary>By subject and kind.</summary>
    public IReadOnlyList<FoundDifference> Found => found;

    /// <summary>Documents that are on their way.</summary>
    public int UnderWay { get; private set; }

    public IReadOnlyList<ReconciliationTotal> Totals { get; private set; } = [];

    public static BooksComparison Of(BothSides sides)
    {
        var comparison = new BooksComparison(sides);
        comparison.Books();
        comparison.Postings();
        comparison.Business();
        comparison.found.Sort((a, b) => string.CompareOrdinal($"{a.Subject} {a.Kind}", $"{b.Subject} {b.Kind}"));
        comparison.Totals = comparison.Sum();
        return comparison;
    }

    private bool IsMine(DateOnly? day) => day >= sides.From && day <= sides.To;

    /// <summary>What stands there.</summary>
    private void Books()
    {
        foreach (var foreign in sides.Booked.Where(b => b.Key is null && sides.ForeignDiffers && IsMine(b.PostingDate)))
        {
            found.Add(new(
                DifferenceKinds.Foreign, $"books/{sides.System}/{foreign.Number}", foreign.PostingDate, $"{foreign.Number}, a {foreign.Kind} of {Total(foreign)}, was not written by us.",
                Theirs: Side(foreign), AtStake: Total(foreign)));
        }

        foreach (var entries in booked)
        {
            var ours = held.GetValueOrDefault(entries.Key);
            var first = entries.FirstOrDefault(e => e.Number == ours?.Number) ?? entries.First();
            foreach (var again in entries.Where(e => !ReferenceEquals(e, first) && IsMine(e.PostingDate)))
            {
                found.Add(new(
                    DifferenceKinds.Duplicate, $"{entries.Key}/{again.Number}", again.PostingDate, $"{entries.Key} stands in the books twice: as {first.Number} and as {again.Number} of {Total(again)}.",
                    ours?.ToSide(), Side(again), Total(again), ours is null ? null : Corrections.TakeBack(ours.Document, again)));
            }

            if (IsMine(first.PostingDate))
            {
                Entry(first, ours);
            }
        }
    }

    private void Entry(ErpEntry there, HeldDocument? ours)
    {
        switch (ours?.Status)
        {
            case null:
                Differs(DifferenceKinds.Unknown, there, null, $"{there.Number} of {Total(there)} stands in the books with the key {there.Key}, and nobody asked for it.", Total(there));
                break;
            case PostingStatus.Requested when ours.IsUnderWay:
                UnderWay++;
                break;
            case PostingStatus.Posted:
                Content(there, ours);
                break;
            default:
                Differs(
                    DifferenceKinds.PostedThere, there, ours, $"{there.Number} of {Total(there)} stands in the books, and here {there.Key} is {Posting.Word(ours.Status)}.", Total(there),
                    SaysTheSame(there, ours) ? Corrections.Record(there.Number) : null);
                break;
        }
    }

    private void Content(ErpEntry there, HeldDocument ours)
    {
        if (there.Kind != ours.Document.Kind)
        {
            Differs(DifferenceKinds.OtherKind, there, ours, $"{there.Number} is a {there.Kind} in the books; we asked for a {ours.Document.Kind}.", Total(there));
        }
        else if (there.Currency != ours.Document.Currency)
        {
            Differs(DifferenceKinds.OtherCurrency, there, ours, $"{there.Number} is in {there.Currency} in the books; we asked for {ours.Document.Currency}.", Total(there));
        }
        else
        {
            Amounts(there, ours);
        }

        if (there.Number != ours.Number)
        {
            Differs(DifferenceKinds.OtherNumber, there, ours, $"{there.Key} stands in the books as {there.Number}; we hold {ours.Number}.", null, Corrections.Record(there.Number));
        }

        if (there.PostingDate < ours.RequestedOn || there.PostingDate > ours.DecidedOn)
        {
            Differs(
                DifferenceKinds.OtherDay, there, ours,
                $"{there.Number} is posted on {there.PostingDate:yyyy-MM-dd}; we asked for it on {ours.RequestedOn:yyyy-MM-dd} and heard of it on {ours.DecidedOn:yyyy-MM-dd}.");
        }
    }

    private void Amounts(ErpEntry there, HeldDocument ours)
    {
        if (there.Totals.Total != ours.Totals.Total)
        {
            Differs(
                DifferenceKinds.OtherAmount, there, ours, $"{there.Number} is of {Total(there)} in the books; we asked for {new Money(ours.Totals.Total, there.Currency)}.",
                Gap(there.Totals.Total, ours.Totals.Total, there.Currency), Corrections.MakeUp(ours, there));
        }
        else if (there.Totals != ours.Totals)
        {
            Differs(
                DifferenceKinds.OtherTax, there, ours, $"{there.Number} has a tax of {new Money(there.Totals.Tax, there.Currency)} in the books; we asked for {new Money(ours.Totals.Tax, there.Currency)}.",
                Gap(there.Totals.Tax, ours.Totals.Tax, there.Currency), Corrections.MakeUp(ours, there));
        }

        if (there.Settled != ours.Settled)
        {
            Differs(
                DifferenceKinds.OtherSettled, there, ours,
                $"Of {there.Number} {new Money(there.Settled, there.Currency)} is settled in the books; with us {new Money(ours.Settled, there.Currency)} changed hands.",
                Gap(there.Settled, ours.Settled, there.Currency));
        }
    }

    /// <summary>What does not stand there.</summary>
    private void Postings()
    {
        foreach (var ours in held.Values.Where(h => !booked.Contains(h.Key)))
        {
            if (ours.Status is PostingStatus.Requested ? ours.IsUnderWay && IsMine(ours.RequestedOn) : ours.Status is PostingStatus.Posted && ours.DecidedAt > sides.Since && IsMine(ours.DecidedOn))
            {
                UnderWay++;
            }
            else if (ours.Status is PostingStatus.Posted && IsMine(ours.DecidedOn))
            {
                found.Add(new(
                    DifferenceKinds.Missing, ours.Key, ours.DecidedOn!.Value, $"{ours.Key} is not in the books; we hold it to be posted as {ours.Number}.", ours.ToSide(),
                    AtStake: new Money(ours.Totals.Total, ours.Document.Currency), Proposed: Corrections.Again));
            }
        }
    }

    /// <summary>What the business did without a document, or with another one than it bills.</summary>
    private void Business()
    {
        foreach (var deed in sides.Deeds.Where(d => IsMine(d.Day)))
        {
            if (held.GetValueOrDefault(deed.Key) is not { } ours)
            {
                found.Add(new(DifferenceKinds.NotAsked, deed.Key, deed.Day, $"No {deed.Kind} was asked for: {deed.Key} does not exist. Look at the workflow that should have done so.", AtStake: deed.Total));
            }
            else if (deed.Total is { } total && (total.Currency != ours.Document.Currency || total.MinorUnits != ours.Totals.Total))
            {
                found.Add(new(
                    DifferenceKinds.OtherThanBilled, deed.Key, deed.Day, $"{deed.Key} was asked for with {new Money(ours.Totals.Total, ours.Document.Currency)}; the business says {total}.",
                    ours.ToSide(), AtStake: total));
            }
        }
    }

    private List<ReconciliationTotal> Sum()
    {
        // What stands there counts on the day on which it stands there; what does not, on the day on which we were told that it does.
        var ours = held.Values.Where(h => h.Status is PostingStatus.Posted && IsMine(booked[h.Key].FirstOrDefault()?.PostingDate ?? (h.DecidedAt > sides.Since ? null : h.DecidedOn)))
            .ToLookup(h => (h.Document.Kind, h.Document.Currency));
        var theirs = sides.Booked.Where(b => b.Key is not null && IsMine(b.PostingDate)).ToLookup(b => (b.Kind, b.Currency));
        var foreign = sides.Booked.Where(b => b.Key is null && IsMine(b.PostingDate)).ToLookup(b => (b.Kind, b.Currency));
        return [.. ours.Select(g => g.Key).Union(theirs.Select(g => g.Key)).Union(foreign.Select(g => g.Key)).Order().Select(key => new ReconciliationTotal(
            key.Kind, Sum(key.Currency, ours[key].Select(h => (h.Totals, h.Settled))), Sum(key.Currency, theirs[key].Select(b => (b.Totals, b.Settled))),
            Sum(key.Currency, foreign[key].Select(b => (b.Totals, b.Settled)))))];
    }

    private static BookSum Sum(string currency, IEnumerable<(ErpTotals Totals, long Settled)> documents)
    {
        var all = documents.ToList();
        return new(
            all.Count, new(all.Sum(d => d.Totals.Untaxed), currency), new(all.Sum(d => d.Totals.Tax), currency), new(all.Sum(d => d.Settled), currency));
    }

    private void Differs(string kind, ErpEntry there, HeldDocument? ours, string says, Money? atStake = null, Correction? proposed = null) =>
        found.Add(new(kind, there.Key!, there.PostingDate, says, ours?.ToSide(), Side(there), atStake, proposed));

    private static bool SaysTheSame(ErpEntry there, HeldDocument ours) => there.Kind == ours.Document.Kind && there.Currency == ours.Document.Currency && there.Totals == ours.Totals;

    private static BookedSide Side(ErpEntry there) =>
        new(there.Number, null, there.PostingDate, new(there.Totals.Untaxed, there.Currency), new(there.Totals.Tax, there.Currency), new(there.Settled, there.Currency));

    private static Money Total(ErpEntry there) => new(there.Totals.Total, there.Currency);

    private static Money Gap(long there, long ours, string currency) => new(Math.Abs(there - ours), currency);
}
