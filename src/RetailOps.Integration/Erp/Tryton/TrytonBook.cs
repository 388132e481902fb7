using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging;

namespace RetailOps.Integration;

/// <summary>
/// Finds the records that our words mean. What is not known is asked for; parties and products that are not there are made, once each, because
/// Tryton holds their codes unique. Everything else that is missing is a gap, for a person.
/// </summary>
internal sealed partial class TrytonBook(TrytonClient client, TrytonRecords records, ILogger<TrytonBook> log)
{
    private const int Page = 1_000;
    private const int Witnesses = 100;

    private static readonly string[] Large = [TrytonKinds.Party, TrytonKinds.Product];

    private int witnessed;

    /// <summary>The words of some documents.</summary>
    /// <param name="documents">Whose.</param>
    /// <param name="makes">Whether missing parties and products are made; else they are told of.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<TrytonWords> Words(IReadOnlyList<ErpDocument> documents, bool makes, CancellationToken ct)
    {
        var login = await client.Login(ct);
        await Recognise(login, ct);
        var wanted = documents.SelectMany(WordsOf).ToHashSet();
        var mapped = await records.Mapped(wanted, ct);
        var targets = wanted.Select(w => (w.Kind, Code: mapped.GetValueOrDefault(w) ?? TrytonKinds.UsualOf(w.Kind, w.Code))).ToHashSet();
        var known = await records.Known(targets, ct);
        var words = new TrytonWords(mapped, known);
        if (wanted.Any(w => TrytonKinds.Small.Contains(w.Kind) && words.Find(w.Kind, w.Code) is null) || documents.Any(d => !words.KnowsTaxesOf(d)))
        {
            await PullSmall(login, ct);
            words = new(mapped, known = await records.Known(targets, ct));
        }

        foreach (var kind in Large)
        {
            var missing = targets.Where(t => t.Kind == kind && !known.ContainsKey(t)).Select(t => t.Code).ToList();
            if (missing.Count == 0)
            {
                continue;
            }

            var found = await Ask(TrytonKinds.Of(kind), missing, ct);
            var absent = missing.Except(found.Select(f => f.Code), StringComparer.Ordinal).ToList();
            if (absent.Count > 0)
            {
                found = [.. found, .. makes ? await Make(kind, absent, words, ct) : absent.Select(code => new TrytonRecord(kind, code, 0, null, new(Address: 0), null))];
            }

            await records.Keep([.. found.Where(f => f.Id > 0)], ct);
            words.Add(found);
        }

        return words;
    }

    /// <summary>Reads the records anew: the small kinds as they are, of parties and products what was changed since.</summary>
    /// <returns>How many were read, by kind.</returns>
    public async Task<IReadOnlyDictionary<string, int>> Refresh(CancellationToken ct)
    {
        var login = await client.Login(ct);
        await Recognise(login, ct);
        var counts = await PullSmall(login, ct);
        foreach (var kind in Large.Select(TrytonKinds.Of))
        {
            counts[kind.Name] = await PullChanged(kind, ct);
        }

        return counts;
    }

    /// <summary>What a document is made of, as (kind, our word).</summary>
    public static IEnumerable<(string Kind, string Code)> WordsOf(ErpDocument document)
    {
        yield return (TrytonKinds.Account, "receivable");
        yield return (TrytonKinds.Journal, "revenue");
        yield return (TrytonKinds.Currency, document.Currency);
        yield return (TrytonKinds.Party, document.Party ?? TrytonKinds.Sundry);
        foreach (var line in document.Lines)
        {
            yield return (TrytonKinds.Account, line.Account);
            if (line.Sku is { } sku)
            {
                yield return (TrytonKinds.Uom, "unit");
                yield return (TrytonKinds.Product, sku.ToString());
            }
        }

        foreach (var payment in document.Payments ?? [])
        {
            yield return (TrytonKinds.PaymentMethod, payment.Tender);
        }
    }

    /// <summary>
    /// Ids mean nothing in another database, and a restored one looks like the old: at each login the youngest records are compared, and everything is
    /// forgotten when one of them is not what it was.
    /// </summary>
    private async Task Recognise(TrytonLogin login, CancellationToken ct)
    {
        if (witnessed == login.Count)
        {
            return;
        }

        foreach (var kind in Large.Select(TrytonKinds.Of))
        {
            var ours = await records.Youngest(kind.Name, Witnesses, ct);
            if (ours.Count == 0)
            {
                continue;
            }

            // A search leaves out what is not there, where a read would be refused.
            var theirs = await client.Search(kind.Model, [TrytonValues.Where("id", "in", TrytonValues.Ids(ours.Keys)), new JsonArray("OR", Active(true), Active(false))], [kind.CodeField], ct);
            var found = theirs.EnumerateArray().ToDictionary(r => r.Id(), r => r.TextOf(kind.CodeField));
            if (ours.Any(o => found.GetValueOrDefault(o.Key) != o.Value))
            {
                LogOtherBooks(log, client.Settings.Address);
                await records.Keep([], ct, insteadOf: [.. TrytonKinds.All.Select(k => k.Name)]);
                break;
            }
        }

        witnessed = login.Count;
    }

    private async Task<Dictionary<string, int>> PullSmall(TrytonLogin login, CancellationToken ct)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var pulled = new List<TrytonRecord>();
        foreach (var kind in TrytonKinds.All.Where(k => !k.IsLarge))
        {
            var rows = await client.Search(kind.Model, kind.Where(login.Company), kind.Fields, ct);
            var found = rows.EnumerateArray().Select(kind.Of).OfType<TrytonRecord>().ToList();
            pulled.AddRange(found);
            counts[kind.Name] = found.Count;
        }

        await records.Keep(pulled, ct, insteadOf: TrytonKinds.Small);
        return counts;
    }

    private async Task<int> PullChanged(TrytonKind kind, CancellationToken ct)
    {
        // Inclusive: two changes of one moment may be seen in two pulls.
        JsonArray where = await records.LastChange(kind.Name, ct) is { } since
            ? [new JsonArray("OR", TrytonValues.Where("write_date", ">=", TrytonValues.Time(since)), TrytonValues.Where("create_date", ">=", TrytonValues.Time(since))), new JsonArray("OR", Active(true), Active(false))]
            : [];
        var count = 0;
        for (var offset = 0; ; offset += Page)
        {
            var rows = await client.Search(kind.Model, where, kind.Fields, ct, offset, Page, [new JsonArray("id", "ASC")]);
            var alive = rows.EnumerateArray().ToLookup(r => r.GetProperty("active").ValueKind is JsonValueKind.True || (r.GetProperty("active") is { ValueKind: JsonValueKind.Number } n && n.GetInt32() != 0));
            await records.Keep([.. alive[true].Select(kind.Of).OfType<TrytonRecord>()], ct, insteadOf: [kind.Name], ids: [.. rows.EnumerateArray().Select(r => r.Id())]);
            count += rows.GetArrayLength();
            if (rows.GetArrayLength() < Page)
            {
                return count;
            }
        }
    }

    private async Task<List<TrytonRecord>> Ask(TrytonKind kind, IReadOnlyList<string> codes, CancellationToken ct)
    {
        var found = new List<TrytonRecord>();
        foreach (var some in codes.Chunk(Page))
        {
            var rows = await client.Search(kind.Model, [TrytonValues.Where(kind.CodeField, "in", TrytonValues.Texts(some))], kind.Fields, ct);
            found.AddRange(rows.EnumerateArray().Select(kind.Of).OfType<TrytonRecord>());
        }

        return found;
    }

    /// <summary>Makes parties or products. Somebody else may make one at the same time: then all are refused, and made one by one.</summary>
    private async Task<List<TrytonRecord>> Make(string kind, List<string> codes, TrytonWords words, CancellationToken ct)
    {
        var rows = codes.ConvertAll(code => (Code: code, Row: RowOf(kind, code, words)));
        var whole = rows.FindAll(r => r.Row is not null);
        if (whole.Count > 0 && !await TryMake(kind, whole.ConvertAll(r => r.Row!), ct))
        {
            foreach (var one in whole)
            {
                await TryMake(kind, [one.Row!], ct);
            }
        }

        return await Ask(TrytonKinds.Of(kind), codes, ct);
    }

    private async Task<bool> TryMake(string kind, List<JsonObject> rows, CancellationToken ct)
    {
        try
        {
            await client.Write(MethodThatMakes(kind), rows.Count, ct, new JsonArray([.. rows.Select(r => r.DeepClone())]));
            return true;
        }
        catch (TrytonTroubleException e) when (e is TrytonRefusalException or TrytonDuplicateException)
        {
            LogNotMade(log, kind, rows.Count, e.Message);
            return false;
        }
    }

    public static string MethodThatMakes(string kind) => kind is TrytonKinds.Party ? "model.party.party.create" : "model.product.template.create";

    /// <summary>A party carries the customer's number and nothing else of a person.</summary>
    public static JsonObject? RowOf(string kind, string code, TrytonWords words)
    {
        if (kind is TrytonKinds.Party)
        {
            return new() { ["code"] = code, ["name"] = code, ["addresses"] = TrytonValues.Made([[]]) };
        }

        return words.Find(TrytonKinds.Uom, "unit") is { } unit && words.Find(TrytonKinds.Category, "goods") is { } category
            ? new()
            {
                ["code"] = code,
                ["name"] = code,
                ["type"] = "goods",
                ["default_uom"] = unit.Id,
                ["list_price"] = TrytonValues.Decimal(0),
                ["cost_price_method"] = "fixed",
                ["account_category"] = category.Id,
                ["products"] = TrytonValues.Made([[]]),
            }
            : null;
    }

    private static JsonArray Active(bool value) => TrytonValues.Where("active", "=", value);

    [LoggerMessage(5301, LogLevel.Warning, "Tryton at {Address} has other records than it had; what was known of them is forgotten")]
    private static partial void LogOtherBooks(ILogger log, Uri address);

    [LoggerMessage(5302, LogLevel.Information, "Tryton made none of {Count} records ({Kind}): {Words}")]
    private static partial void LogNotMade(ILogger log, string kind, int count, string words);
}
