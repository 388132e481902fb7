using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>
/// The sandbox behind the port. Asks by key, writes drafts for what is missing, posts them together, and one by one when the books refuse the
/// lot; then always reads back, because a failure may come after the deed and success may be said without it. Silence ends the whole call: who does
/// not answer cannot be asked, and the next try looks first.
/// </summary>
internal sealed class SandboxAdapter(SandboxErp sandbox) : IErp
{
    public const string SystemName = "sandbox";

    public string Name => SystemName;

    public Task<ErpHealth> Look(CancellationToken ct) => sandbox.Look(ct);

    public bool Takes(string kind) => SandboxLedger.Kinds.Contains(kind);

    // One transaction, however many there are; its lane is less patient than that for 20.
    public TimeSpan Patience(ErpDocument document) => TimeSpan.FromSeconds(30);

    public Task<IReadOnlyList<ErpEntry>> Booked(DateOnly from, DateOnly to, CancellationToken ct) => sandbox.Booked(from, to, ct);

    public Task<ErpPreview> Preview(ErpDocument document, CancellationToken ct)
    {
        try
        {
            var move = SandboxLedger.Entries(document).Select(e => new { account = e.Account, debit = Math.Max(e.Amount, 0), credit = Math.Max(-e.Amount, 0) });
            return Task.FromResult(new ErpPreview(
                [new("create", JsonSerializer.SerializeToElement(document, JsonSerializerOptions.Web)), new("post", JsonSerializer.SerializeToElement(new { key = document.Key, move }, JsonSerializerOptions.Web))],
                []));
        }
        catch (SandboxRefusalException no)
        {
            return Task.FromResult(new ErpPreview([], [no.Message]));
        }
    }

    public async Task<IReadOnlyList<ErpAnswer>> Ensure(IReadOnlyList<ErpDocument> documents, DateOnly today, CancellationToken ct)
    {
        var troubles = new Dictionary<string, ErpAnswer>(StringComparer.Ordinal);
        var there = await sandbox.Find(documents.Select(d => d.Key), ct);
        // A draft that says something else is from before a person mended the document.
        var missing = documents.Where(d => !there.TryGetValue(d.Key, out var found) || (!found.IsPosted && !Same(d, found.Content))).ToList();
        if (missing.Count > 0)
        {
            foreach (var (key, document) in await sandbox.Create(missing, ct))
            {
                there[key] = document;
            }
        }

        foreach (var batch in documents.Where(d => IsOurDraft(d, there)).Chunk(SandboxErp.BatchSize))
        {
            await PostTogether(batch, today, troubles, ct);
        }

        var now = await sandbox.Find(documents.Select(d => d.Key), ct);
        return [.. documents.Select(d => Judge(d, now.GetValueOrDefault(d.Key), troubles.GetValueOrDefault(d.Key)))];
    }

    private static bool IsOurDraft(ErpDocument ours, Dictionary<string, SandboxDocument> there) =>
        there.TryGetValue(ours.Key, out var found) && !found.IsPosted && Same(ours, found.Content);

    private async Task PostTogether(ErpDocument[] batch, DateOnly today, Dictionary<string, ErpAnswer> troubles, CancellationToken ct)
    {
        if (await TryPost(batch, today, ct) is not { } trouble)
        {
            return;
        }

        if (trouble is ErpAnswer.Refused && batch.Length > 1)
        {
            // One of them is refused, and took the others along.
            foreach (var one in batch)
            {
                if (await TryPost([one], today, ct) is { } its)
                {
                    troubles[one.Key] = its;
                }
            }

            return;
        }

        foreach (var one in batch)
        {
            troubles[one.Key] = trouble;
        }
    }

    /// <summary>Null when it answered well.</summary>
    private async Task<ErpAnswer?> TryPost(ErpDocument[] batch, DateOnly today, CancellationToken ct)
    {
        try
        {
            // A clock that went back must not send numbers back in time.
            var last = await sandbox.LastDates(ct);
            await sandbox.Post([.. batch.Select(d => (d.Key, last.TryGetValue(d.Kind, out var date) && date > today ? date : today))], ct);
            return null;
        }
        catch (SandboxRefusalException no)
        {
            return new ErpAnswer.Refused(no.Message);
        }
        catch (SandboxFailureException failure)
        {
            return new ErpAnswer.Unknown(failure.Message);
        }
    }

    /// <summary>What stands there decides; what was heard explains only why it does not.</summary>
    private static ErpAnswer Judge(ErpDocument ours, SandboxDocument? found, ErpAnswer? trouble) => found switch
    {
        null => trouble ?? new ErpAnswer.Unknown("The document is not there after it was written."),
        _ when !Same(ours, found.Content) => new ErpAnswer.Refused($"There is another document with the key {ours.Key}."),
        { IsPosted: false } => trouble ?? new ErpAnswer.Unknown("The document is still a draft."),
        _ when found.Totals != ErpTotals.Of(ours) => new ErpAnswer.Refused(
            $"{found.Number} has the total {new Money(found.Totals.Total, ours.Currency)}, not {new Money(ErpTotals.Of(ours).Total, ours.Currency)}."),
        _ => new ErpAnswer.Posted(found.Number!, found.Totals),
    };

    private static bool Same(ErpDocument ours, ErpDocument theirs) => JsonSerializer.Serialize(ours, JsonSerializerOptions.Web) == JsonSerializer.Serialize(theirs, JsonSerializerOptions.Web);
}
