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

    private ILookup<string, string> dependents = Array.Empty<string>().ToLookup(k => k);

    /// <summary>
    /// What is done at the ERP, and how it is served. A real one by one call at a time over all hosts: it numbers in one row, and more connections only
    /// wait for each other there. The bound on the rate is for the backlog after a time in which it did not answer.
    /// </summary>
    public static ConnectorOperation OperationAt(string system, double? rate = null) => new(
        "post documents", "the document's: kind, subject, revision", RetryClass.AsksFirst, new(Name, ["integration.posting-requested.v1"]),
        system == SandboxAdapter.SystemName
            ? new() { Rate = rate ?? 500 }
            : new() { Calls = 1, Exclusive = true, CallTimeout = TimeSpan.FromMinutes(10), Rate = rate ?? 50 });

    public async Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct)
    {
        var wanted = await postings.Read([.. facts.Select(f => ((PostingRequested)f.Fact).DocumentKey)], ct);
        var outcomes = new Dictionary<string, OutboundOutcome>(StringComparer.Ordinal);
        var ready = new List<ErpDocument>();
        foreach (var one in wanted)
        {
            if (one.Waits)
            {
                outcomes[one.Document.Key] = new OutboundOutcome.NotYet($"{one.Before!.Key} must stand before it, and is {Posting.Word(one.Before.Status)}.");
            }
            else if (one.Before is { Status: PostingStatus.Posted } before && before.System != erp.Name)
            {
                outcomes[one.Document.Key] = new OutboundOutcome.Answered(new ErpAnswer.Refused($"{before.Key} stands in the books of {before.System}; what corrects it belongs there."));
            }
            else
            {
                ready.Add(one.Document);
            }
        }

        if (ready.Count > 0)
        {
            foreach (var (document, answer) in ready.Zip(await Ensure(ready, ct)))
            {
                outcomes[document.Key] = answer is ErpAnswer.Unknown unknown ? new OutboundOutcome.Again(unknown.Why) : new OutboundOutcome.Answered(answer);
            }
        }

        return [.. facts.Select(f => outcomes[((PostingRequested)f.Fact).DocumentKey])];
    }

    private async Task<IReadOnlyList<ErpAnswer>> Ensure(List<ErpDocument> documents, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var patience = documents.Aggregate(TimeSpan.Zero, (sum, d) => sum + erp.Patience(d));
        limit.CancelAfter(patience);
        try
        {
            return await erp.Ensure(documents, zone.DayOf(clock.GetUtcNow()), limit.Token).WaitAsync(limit.Token);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Of those only: what waits for something else was not tried.
            var why = e is OperationCanceledException ? $"{erp.Name} did not answer within {patience.TotalSeconds:0.#} s." : $"{e.GetType().Name}: {e.Message}";
            return [.. documents.Select(_ => new ErpAnswer.Unknown(why))];
        }
    }

    public async Task Prepare(IReadOnlyList<OutboundFact> sent, CancellationToken ct)
    {
        var keys = sent.Select(f => ((PostingRequested)f.Fact).DocumentKey).ToList();
        await (await work.Join<IntegrationDbContext>(ct)).Postings.Where(p => keys.Contains(p.Key)).LoadAsync(ct);
        dependents = await PostingReads.Dependents(work, [.. keys], ct);
    }

    public async Task Record(OutboundFact sent, object answer, CancellationToken ct)
    {
        var posting = await Find(sent, ct);
        switch (answer)
        {
            case ErpAnswer.Posted posted:
                work.Raise(posting, posting.Post(erp.Name, posted.Number, sent.Attempts, work.Now));
                foreach (var next in dependents[posting.Key])
                {
                    work.Write(new WokenDelivery(Name, next));
                }

                desk.Heal(posting.Key, NoAnswer);
                desk.Heal(posting.Key, Refused);
                break;
            case ErpAnswer.Refused refused:
                work.Raise(posting, posting.Refuse(erp.Name, refused.Words, sent.Attempts, work.Now));
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
        work.Raise(posting, posting.GiveUp(erp.Name, sent.Attempts, work.Now));
        Show(posting, NoAnswer, $"{erp.Name} did not say whether it posted {posting.Key}: {reason} When it answers again, send the document once more; it looks before it posts.");
    }

    // Here and not in the flow: whoever sends a document once more, long after its flow has ended, is told in the same way.
    private void Show(Posting posting, string cause, string message) =>
        desk.Open(new(posting.Key, cause, "high", message, new Money(posting.TotalMinor, posting.Currency)));

    private async Task<Posting> Find(OutboundFact sent, CancellationToken ct) =>
        await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([((PostingRequested)sent.Fact).DocumentKey], ct)
        ?? throw new InvalidOperationException($"There is no posting {sent.Fact.Key}.");
}
