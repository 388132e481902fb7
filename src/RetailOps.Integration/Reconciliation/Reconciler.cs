using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>How strict a comparison is.</summary>
/// <param name="ForeignDiffers">Whether a document in the books that is not ours is a difference; else it is only counted, as others may keep these books, too.</param>
internal sealed record ReconciliationOptions(bool ForeignDiffers = false);

/// <summary>Whether invoices, shipments and refunds are promised their documents: where somebody else draws the flows, they are not.</summary>
internal sealed record PromisedDocuments;

/// <summary>What was read with nothing open.</summary>
/// <param name="Since">When the reading began.</param>
/// <param name="Booked">The books.</param>
/// <param name="Keys">Of ours on these days. What became of them is read again when it is compared.</param>
/// <param name="Deeds">What the business did.</param>
internal sealed record BooksRead(DateTimeOffset Since, IReadOnlyList<ErpEntry> Booked, IReadOnlyList<string> Keys, IReadOnlyList<BusinessDeed> Deeds);

/// <summary>
/// Reads the books with nothing open, then compares and writes down what differs in one transaction. A run that is interrupted is read again; a run
/// that has been written is not.
/// </summary>
internal sealed class Reconciler(
    IErp erp, ReconciliationReads reads, UnitOfWork work, ExceptionDesk desk, BusinessZone zone, TimeProvider clock, ReconciliationOptions options, PromisedDocuments? promised = null)
    : IOutboundSubscriber
{
    public const string Name = "integration.reconciliation";

    // How far around the days of a run it is looked for what should stand there and does not.
    private static readonly int FarBack = Reconciliation.MostDays;
    private static readonly int FarAhead = 3 * Reconciliation.MostDays;

    // A flow that has just been told of an invoice has an hour to ask for its document.
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    public static SubscriberDescription Description { get; } = new(Name, ["integration.reconciliation-requested.v1"]);

    /// <summary>One run at a time over all hosts. Given up after ten minutes: the next night tries again.</summary>
    public static LaneOptions Lane { get; } = new()
    {
        Batch = 1,
        Calls = 1,
        Exclusive = true,
        CallTimeout = TimeSpan.FromMinutes(10),
        LongestPause = TimeSpan.FromMinutes(1),
        Attempts = 3,
        GiveUpAfter = TimeSpan.FromMinutes(10),
        Poll = TimeSpan.FromSeconds(2),
    };

    public async Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct)
    {
        var outcomes = new List<OutboundOutcome>();
        foreach (var run in facts.Select(f => (ReconciliationRequested)f.Fact))
        {
            outcomes.Add(new OutboundOutcome.Answered(await Read(run, ct)));
        }

        return outcomes;
    }

    public async Task Record(OutboundFact sent, object answer, CancellationToken ct)
    {
        var (requested, books) = ((ReconciliationRequested)sent.Fact, (BooksRead)answer);
        var context = await work.Join<IntegrationDbContext>(ct);
        var run = await Find(context, requested, ct);
        var comparison = BooksComparison.Of(await Sides(requested, books, ct));
        var all = await WithIdleAdjustments(context, run, comparison, ct);
        var known = await Known(context, run, all, ct);
        var still = new HashSet<string>(StringComparer.Ordinal);
        var n = 0;
        foreach (var found in await WithRevisions(all, ct))
        {
            var key = Difference.KeyOf(found.Kind, run.System, found.Subject);
            still.Add(key);
            if (!known.TryGetValue(key, out var difference))
            {
                known.Add(key, difference = Difference.Of(found, run.System));
                context.Add(difference);
            }

            // What the first adjusting document has mended of it, the books do not say.
            var shown = difference.WasAdjusted && !difference.IsSettledFor(found) ? found with { Proposed = null } : found;
            context.Add(Finding.Of(run.Id, ++n, difference, shown));
            Show(run, n, difference, shown);
        }

        foreach (var healed in known.Values.Where(d => d.Status is DifferenceStatus.Open && !still.Contains(d.Key)))
        {
            work.Raise(healed, healed.Heal(run.Id, work.Now));
            desk.Heal(healed.Subject, DifferenceKinds.CauseOf(healed.Kind));
        }

        desk.Heal(KeyOf(run.System), DifferenceKinds.NoAnswer);
        work.Raise(run, run.Finish(n, comparison, work.Now));
    }

    public async Task GiveUp(OutboundFact sent, string reason, CancellationToken ct)
    {
        var requested = (ReconciliationRequested)sent.Fact;
        var run = await Find(await work.Join<IntegrationDbContext>(ct), requested, ct);
        work.Raise(run, run.Fail(reason, work.Now));
        desk.Open(new(
            KeyOf(run.System), DifferenceKinds.NoAnswer, "medium",
            $"The books of {run.System} could not be read for {run.FromDay:yyyy-MM-dd} to {run.ToDay:yyyy-MM-dd}: {reason} The next night tries again; so can you."));
    }

    private static string KeyOf(string system) => $"books/{system}";

    private static async Task<Reconciliation> Find(IntegrationDbContext context, ReconciliationRequested requested, CancellationToken ct) =>
        await context.Reconciliations.FindAsync([requested.ReconciliationId], ct) ?? throw new InvalidOperationException($"There is no reconciliation {requested.ReconciliationId}.");

    /// <summary>Day by day. Around the days of the run as far as what we hold may stand there.</summary>
    private async Task<BooksRead> Read(ReconciliationRequested run, CancellationToken ct)
    {
        if (run.System != erp.Name)
        {
            throw new InvalidOperationException($"{run.System} does not serve any more; {erp.Name} does.");
        }

        var since = clock.GetUtcNow();
        var deeds = promised is null ? [] : await reads.Deeds(run.From, run.To, since - Patience, ct);
        var keys = await reads.Window(run.System, run.From, run.To, ct);
        var posted = keys.Where(k => k.IsPosted).ToList();
        var first = posted.Count == 0 ? run.From : posted.Min(p => p.RequestedOn);
        first = first > run.From ? run.From : first < run.From.AddDays(-FarBack) ? run.From.AddDays(-FarBack) : first;
        var booked = new List<ErpEntry>();
        await Add(first, run.To);
        var today = zone.DayOf(since);
        if (run.To < today && posted.Select(p => p.Key).Except(booked.Select(b => b.Key)).Any())
        {
            // Something may be dated later than we were told.
            await Add(run.To.AddDays(1), today > run.To.AddDays(FarAhead) ? run.To.AddDays(FarAhead) : today);
        }

        return new(since, booked, [.. keys.Select(k => k.Key)], deeds);

        async Task Add(DateOnly from, DateOnly to)
        {
            for (var day = from; day <= to; day = day.AddDays(1))
            {
                booked.AddRange(await erp.Booked(day, day, ct));
            }
        }
    }

    private async Task<BothSides> Sides(ReconciliationRequested run, BooksRead books, CancellationToken ct)
    {
        var there = books.Booked.Where(b => b.Key is not null && b.PostingDate >= run.From && b.PostingDate <= run.To).Select(b => b.Key!);
        var held = await reads.Held(work, run.System, [.. there.Concat(books.Keys).Concat(books.Deeds.Select(d => d.Key)).Distinct()], ct);
        return new(run.System, run.From, run.To, books.Since, held, books.Booked, books.Deeds, options.ForeignDiffers);
    }

    /// <summary>What was found, and documents that make up for what the books do not show any more: somebody mended it there, too.</summary>
    private static async Task<List<FoundDifference>> WithIdleAdjustments(IntegrationDbContext context, Reconciliation run, BooksComparison comparison, CancellationToken ct)
    {
        var adjusted = await context.Differences
            .Where(d => d.System == run.System && d.Status == DifferenceStatus.Accepted && d.Action == Corrections.Adjust && d.Day >= run.FromDay && d.Day <= run.ToDay)
            .OrderBy(d => d.Key).ToListAsync(ct);
        var found = comparison.Found.Select(f => Difference.KeyOf(f.Kind, run.System, f.Subject)).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. comparison.Found,
            .. adjusted.Where(d => !found.Contains(d.Key)).Select(d => new FoundDifference(
                DifferenceKinds.OverAdjusted, d.AdjustedBy!, d.Day, $"{d.AdjustedBy} makes up for a difference of {d.Subject} that the books do not show any more.")),
        ];
    }

    /// <summary>What is found again, and what is open in these days.</summary>
    private static async Task<Dictionary<string, Difference>> Known(IntegrationDbContext context, Reconciliation run, List<FoundDifference> all, CancellationToken ct)
    {
        var keys = all.Select(f => Difference.KeyOf(f.Kind, run.System, f.Subject)).ToArray();
        return await context.Differences
            .Where(d => keys.Contains(d.Key) || (d.System == run.System && d.Status == DifferenceStatus.Open && d.Day >= run.FromDay && d.Day <= run.ToDay))
            .ToDictionaryAsync(d => d.Key, StringComparer.Ordinal, ct);
    }

    /// <summary>Gives each adjusting document the first revision of its subject that is free.</summary>
    private async Task<List<FoundDifference>> WithRevisions(List<FoundDifference> found, CancellationToken ct)
    {
        var taken = await ReconciliationReads.Revisions(work, [.. found.Select(f => f.Proposed?.Document).OfType<ErpDocument>()], ct);
        var all = new List<FoundDifference>(found.Count);
        foreach (var one in found)
        {
            if (one.Proposed is not { Document: { } document } correction)
            {
                all.Add(one);
                continue;
            }

            var revision = Corrections.FirstRevision;
            while (!taken.Add(ErpDocument.KeyOf(document.Kind, document.Subject, revision)))
            {
                revision++;
            }

            all.Add(one with { Proposed = correction.As(revision) });
        }

        return all;
    }

    private void Show(Reconciliation run, int n, Difference difference, FoundDifference found)
    {
        if (difference.Revision > 0 && difference.IsSettledFor(found))
        {
            return;
        }

        if (difference.Find(found, run.Id, work.Now) is { } news)
        {
            work.Raise(difference, news);
        }

        desk.Open(new(
            found.Subject, DifferenceKinds.CauseOf(found.Kind), DifferenceKinds.SeverityOf(found.Kind), found.Says + Hint(found), found.AtStake,
            found.Proposed is null ? null : new { reconciliationId = run.Id, difference = n, found.Proposed.Action, found.Proposed.Says, found.Proposed.ErpNumber, found.Proposed.Document }));
    }

    private static string Hint(FoundDifference found) => found.Proposed is null
        ? " Mend it where it is wrong, or dismiss the difference with a reason."
        : " Accept what is proposed, mend it in the books, or dismiss the difference with a reason.";
}
