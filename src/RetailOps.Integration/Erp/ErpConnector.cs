using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Brings documents to the ERP and its answers back.</summary>
internal sealed class ErpConnector(IErp erp, PostingReads postings, UnitOfWork work, ExceptionDesk desk, BusinessZone zone, TimeProvider clock) : IOutboundSubscriber
{
    public const string Name = "integration.erp";

    public const string NoAnswer = "integration.no-answer";

    public const string Refused = "integration.refused";

    public static SubscriberDescription Description { get; } = new(Name, ["integration.posting-requested.v1"]);

    public async Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct)
    {
        var wanted = await postings.Read([.. facts.Select(f => ((PostingRequested)f.Fact).DocumentKey)], ct);
        var ready = wanted.Where(w => !w.AwaitsWhatItCorrects).ToList();
        var answers = ready.Count == 0 ? [] : await erp.Ensure(ready.ConvertAll(w => w.Document), zone.DayOf(clock.GetUtcNow()), ct);
        var byKey = ready.Zip(answers).ToDictionary(p => p.First.Document.Key, p => p.Second);
        return [.. facts.Select(f => byKey.GetValueOrDefault(((PostingRequested)f.Fact).DocumentKey) switch
        {
            ErpAnswer.Unknown unknown => new OutboundOutcome.Again(unknown.Why),
            { } answer => (OutboundOutcome)new OutboundOutcome.Answered(answer),
            null => new OutboundOutcome.Again("The document that it corrects is not posted yet."),
        })];
    }

    public async Task Prepare(IReadOnlyList<OutboundFact> sent, CancellationToken ct)
    {
        var keys = sent.Select(f => ((PostingRequested)f.Fact).DocumentKey).ToList();
        await (await work.Join<IntegrationDbContext>(ct)).Postings.Where(p => keys.Contains(p.Key)).LoadAsync(ct);
    }

    public async Task Record(OutboundFact sent, object answer, CancellationToken ct)
    {
        var posting = await Find(sent, ct);
        switch (answer)
        {
            case ErpAnswer.Posted posted:
                work.Raise(posting, posting.Post(posted.Number, sent.Attempts, work.Now));
                desk.Heal(posting.Key, NoAnswer);
                desk.Heal(posting.Key, Refused);
                break;
            case ErpAnswer.Refused refused:
                work.Raise(posting, posting.Refuse(refused.Words, sent.Attempts, work.Now));
                desk.Heal(posting.Key, NoAnswer);
                Show(posting, Refused, $"{erp.Name} refuses {posting.Key}: {refused.Words} Mend what stands against it there, then send the document once more.");
                break;
            default:
                throw new InvalidOperationException($"{answer} is no answer of an ERP.");
        }
    }

    public async Task GiveUp(OutboundFact sent, string reason, CancellationToken ct)
    {
        var posting = await Find(sent, ct);
        work.Raise(posting, posting.GiveUp(sent.Attempts, work.Now));
        Show(posting, NoAnswer, $"{erp.Name} did not say whether it posted {posting.Key}: {reason} When it answers again, send the document once more; it looks before it posts.");
    }

    // Here and not in the flow: whoever sends a document once more, long after its flow has ended, is told in the same way.
    private void Show(Posting posting, string cause, string message) =>
        desk.Open(new(posting.Key, cause, "high", message, new Money(posting.TotalMinor, posting.Currency)));

    private async Task<Posting> Find(OutboundFact sent, CancellationToken ct) =>
        await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([((PostingRequested)sent.Fact).DocumentKey], ct)
        ?? throw new InvalidOperationException($"There is no posting {sent.Fact.Key}.");
}
