using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Integration;

/// <summary>
/// Tryton behind the port. Asks by key, writes drafts for what is missing, compares them, posts them together, and one by one when it refuses the lot; then
/// always reads back: its workflow says nothing when it passes a record over, and an answer can be lost after the deed.
/// </summary>
internal sealed class TrytonErp(TrytonClient client, TrytonBook book, TrytonPoster poster, TrytonRefunds refunds) : IErp
{
    public const string SystemName = "tryton";

    /// <summary>A batch is one transaction there; more than 20 documents or 200 lines take longer than one after the other.</summary>
    private const int BatchDocuments = 20;
    private const int BatchLines = 200;
    private const int Page = 500;

    private static readonly string[] Kinds = [DocumentKinds.SalesInvoice, DocumentKinds.CreditMemo];

    public string Name => SystemName;

    public bool Takes(string kind) => Kinds.Contains(kind);

    public TimeSpan Patience(ErpDocument document) => client.Settings.PatienceFor(document.Lines.Count);

    public async Task<IReadOnlyList<ErpAnswer>> Ensure(IReadOnlyList<ErpDocument> documents, DateOnly today, CancellationToken ct)
    {
        var troubles = documents.Where(d => !Takes(d.Kind)).ToDictionary(d => d.Key, d => (ErpAnswer)new ErpAnswer.Refused($"Tryton keeps no {d.Kind} for us."), StringComparer.Ordinal);
        var ours = documents.Where(d => Takes(d.Kind)).ToList();
        var words = await book.Words(ours, makes: true, ct);
        var there = await poster.Find(ours, ct);
        var day = await poster.NotBefore(today, ct);
        if (ours.FindAll(d => there.TryGetValue(d.Key, out var found) && found.IsOutdated(d)) is { Count: > 0 } outdated)
        {
            await poster.Cancel(outdated.ConvertAll(d => there[d.Key]), ct);
            there = await poster.Find(ours, ct);
        }

        if (ours.FindAll(d => !there.ContainsKey(d.Key)) is { Count: > 0 } missing)
        {
            var drafts = Drafts(missing, words, day, await poster.Origins(missing, ct), troubles);
            foreach (var batch in Batches(drafts, d => d.Document))
            {
                await poster.Create(batch, troubles, ct);
            }

            there = await poster.Find(ours, ct);
        }

        var ready = ours.Where(d => there.TryGetValue(d.Key, out var found) && !found.IsPosted && found.Contradicts(d, PartyOf(d, words)) is null).Select(d => (Document: d, Found: there[d.Key])).ToList();
        foreach (var batch in Batches(ready, r => r.Document))
        {
            await poster.Post(batch, day, troubles, ct);
        }

        if (ready.Count > 0)
        {
            there = await poster.Find(ours, ct);
        }

        var memos = ours.Where(d => TrytonInvoice.IsMemo(d) && there.TryGetValue(d.Key, out var found) && found.IsPosted && found.Contradicts(d, PartyOf(d, words)) is null);
        var unpaid = await refunds.Ensure([.. memos.Select(d => (d, there[d.Key]))], words, ct);
        return [.. documents.Select(d => Judge(d, there.GetValueOrDefault(d.Key), troubles.GetValueOrDefault(d.Key), unpaid.GetValueOrDefault(d.Key), words))];
    }

    public async Task<ErpPreview> Preview(ErpDocument document, CancellationToken ct)
    {
        if (!Takes(document.Kind))
        {
            return new([], [$"Tryton keeps no {document.Kind} for us."]);
        }

        var gaps = new List<string>();
        var words = await book.Words([document], makes: false, ct);
        var calls = TrytonBook.WordsOf(document).Distinct()
            .Where(w => words.Find(w.Kind, w.Code) is { Id: 0 })
            .Select(w => new ErpCall(TrytonBook.MethodThatMakes(w.Kind), JsonSerializer.SerializeToElement(TrytonBook.RowOf(w.Kind, words.Target(w.Kind, w.Code), words))))
            .ToList();
        var origins = (await poster.Origins([document], ct)).GetValueOrDefault(document.Corrects ?? "", []);
        // The posting date is that of the day on which it is sent; here the business date stands for it.
        calls.Add(new("model.account.invoice.create", JsonSerializer.SerializeToElement(TrytonInvoice.Payload(document, words, document.BusinessDate, origins, gaps))));
        calls.Add(new("model.account.invoice.post", JsonSerializer.SerializeToElement(new JsonObject { ["reference"] = TrytonInvoice.ReferenceOf(document) })));
        calls.AddRange((document.Payments ?? []).Select(p => new ErpCall("wizard.account.invoice.pay", JsonSerializer.SerializeToElement(TrytonRefunds.Payload(document, p, words, document.BusinessDate, gaps)))));
        return new(calls, gaps);
    }

    public async Task<IReadOnlyList<ErpEntry>> Booked(DateOnly from, DateOnly to, CancellationToken ct)
    {
        // By the move, not by the state: what was credited by the ERP's own wizard is cancelled and stands in the ledger all the same.
        JsonArray where =
        [
            TrytonValues.Where("type", "=", "out"), TrytonValues.Where("move.date", ">=", TrytonValues.Date(from)), TrytonValues.Where("move.date", "<=", TrytonValues.Date(to)),
        ];
        var booked = new List<ErpEntry>();
        for (var offset = 0; ; offset += Page)
        {
            var rows = await client.Search("account.invoice", where, TrytonFound.Fields, ct, offset, Page, [new JsonArray("id", "ASC")]);
            booked.AddRange(rows.EnumerateArray().Select(TrytonFound.Of).Select(Entry));
            if (rows.GetArrayLength() < Page)
            {
                return booked;
            }
        }
    }

    public async Task<ErpHealth> Look(CancellationToken ct)
    {
        var login = await client.Login(ct);
        var accounts = await client.Search("account.account", [TrytonValues.Where("company", "=", login.Company), TrytonValues.Where("type", "!=", null)], ["debit", "credit", "currency.code"], ct);
        var posted = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var kind in Kinds)
        {
            var count = await client.Read(
                "model.account.invoice.search_count", ct,
                new JsonArray(TrytonValues.Where("reference", "like", TrytonInvoice.Prefix + ErpDocument.KeyOf(kind, Guid.Empty).Split('/')[0] + "/%"), TrytonValues.Where("move", "!=", null)));
            posted[kind] = count.GetInt64();
        }

        return new(accounts.EnumerateArray().Sum(a => Balance(a, a.Nested("currency", "code")!)), posted);
    }

    private static long Balance(JsonElement account, string currency) => account.Minor("debit", currency) - account.Minor("credit", currency);

    private static ErpEntry Entry(TrytonFound found)
    {
        var key = found.Reference?.StartsWith(TrytonInvoice.Prefix, StringComparison.Ordinal) == true ? found.Reference[TrytonInvoice.Prefix.Length..] : null;
        var totals = found.Totals(found.IsMemo);
        var open = found.IsMemo ? -found.Open : found.Open;
        return new(
            key, found.IsMemo ? DocumentKinds.CreditMemo : DocumentKinds.SalesInvoice, found.Number ?? "", found.Day!.Value, totals, found.Currency,
            (key is null ? found.Reference ?? found.Description : TrytonInvoice.ReferenceIn(found.Description)) ?? "", totals.Total - open);
    }

    private static string PartyOf(ErpDocument document, TrytonWords words) => words.Target(TrytonKinds.Party, document.Party ?? TrytonKinds.Sundry);

    private static List<TrytonDraft> Drafts(
        List<ErpDocument> documents, TrytonWords words, DateOnly day, Dictionary<string, Dictionary<string, int>> origins, Dictionary<string, ErpAnswer> troubles)
    {
        var drafts = new List<TrytonDraft>();
        foreach (var document in documents)
        {
            var gaps = new List<string>();
            var payload = TrytonInvoice.Payload(document, words, day, origins.GetValueOrDefault(document.Corrects ?? "", []), gaps);
            // A payment that cannot be booked must be known before its memo is.
            foreach (var payment in document.Payments ?? [])
            {
                TrytonRefunds.Payload(document, payment, words, day, gaps);
            }

            if (gaps.Count > 0)
            {
                troubles[document.Key] = new ErpAnswer.Refused(string.Join(' ', gaps));
            }
            else
            {
                drafts.Add(new(document, payload));
            }
        }

        return drafts;
    }

    private static IEnumerable<List<T>> Batches<T>(IEnumerable<T> all, Func<T, ErpDocument> document)
    {
        var (batch, lines) = (new List<T>(), 0);
        foreach (var one in all)
        {
            var more = document(one).Lines.Count;
            if (batch.Count > 0 && (batch.Count == BatchDocuments || lines + more > BatchLines))
            {
                yield return batch;
                (batch, lines) = ([], 0);
            }

            batch.Add(one);
            lines += more;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>What stands there decides; what was heard explains only why it does not.</summary>
    private static ErpAnswer Judge(ErpDocument ours, TrytonFound? found, ErpAnswer? trouble, ErpAnswer? unpaid, TrytonWords words) => found switch
    {
        null => trouble ?? new ErpAnswer.Unknown("The document is not there after it was written."),
        _ when found.Contradicts(ours, PartyOf(ours, words)) is { } contradiction => new ErpAnswer.Refused(contradiction),
        { IsPosted: false } => trouble ?? new ErpAnswer.Unknown("The document is still a draft."),
        _ => unpaid ?? new ErpAnswer.Posted(found.Number!, found.Totals(TrytonInvoice.IsMemo(ours))),
    };
}
