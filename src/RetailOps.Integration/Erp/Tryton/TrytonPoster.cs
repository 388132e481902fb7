using System.Globalization;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging;

namespace RetailOps.Integration;

/// <summary>A document that is not there yet, and what is sent for it.</summary>
internal sealed record TrytonDraft(ErpDocument Document, JsonObject Payload);

/// <summary>Invoices of Tryton's: found by our key, created, posted.</summary>
internal sealed partial class TrytonPoster(TrytonClient client, ILogger<TrytonPoster> log)
{
    private const string Model = "account.invoice";
    private const int Confirmations = 3;

    /// <summary>What Tryton asks back and may go on with: that a due date lies in the past. Everything else is for a person.</summary>
    private static readonly string[] Harmless = ["invoice_payment_term_"];

    /// <summary>What stands there under the keys.</summary>
    public async Task<Dictionary<string, TrytonFound>> Find(IReadOnlyList<ErpDocument> documents, CancellationToken ct)
    {
        if (documents.Count == 0)
        {
            return [];
        }

        // A cancelled draft is as good as none, and its key is free again. A cancelled posting stands in the ledger.
        var rows = await client.Search(
            Model,
            [
                TrytonValues.Where("type", "=", "out"), TrytonValues.Where("reference", "in", TrytonValues.Texts(documents.Select(TrytonInvoice.ReferenceOf))),
                new JsonArray("OR", TrytonValues.Where("state", "!=", "cancelled"), TrytonValues.Where("move", "!=", null)),
            ],
            TrytonFound.Fields, ct, order: [new JsonArray("id", "ASC")]);
        return rows.EnumerateArray().Select(TrytonFound.Of).GroupBy(f => f.Reference![TrytonInvoice.Prefix.Length..]).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    }

    /// <summary>The posting date: today, or the day of the last posting when the clock went back. Numbers must not.</summary>
    public async Task<DateOnly> NotBefore(DateOnly today, CancellationToken ct)
    {
        var later = await client.Search(
            Model,
            [
                TrytonValues.Where("type", "=", "out"), TrytonValues.Where("move.date", ">", TrytonValues.Date(today)), TrytonValues.Where("move.date", "<=", TrytonValues.Date(today.AddMonths(1))),
            ],
            ["invoice_date", "accounting_date"], ct, limit: 1, order: [new JsonArray("invoice_date", "DESC")]);
        return later.GetArrayLength() == 0 ? today : later[0].Day("accounting_date") ?? later[0].Day("invoice_date") ?? today;
    }

    /// <summary>The lines that credit memos give back: by the key of the document that they stand on, by SKU.</summary>
    public async Task<Dictionary<string, Dictionary<string, int>>> Origins(IReadOnlyList<ErpDocument> documents, CancellationToken ct)
    {
        var keys = documents.Where(TrytonInvoice.IsMemo).Select(d => d.Corrects).OfType<string>().Distinct().ToList();
        var origins = new Dictionary<string, Dictionary<string, int>>(StringComparer.Ordinal);
        if (keys.Count == 0)
        {
            return origins;
        }

        var rows = await client.Search(
            "account.invoice.line",
            [
                TrytonValues.Where("invoice.reference", "in", TrytonValues.Texts(keys.Select(k => TrytonInvoice.Prefix + k))), TrytonValues.Where("invoice.move", "!=", null),
                TrytonValues.Where("product", "!=", null),
            ],
            ["invoice.reference", "product.code"], ct, order: [new JsonArray("id", "ASC")]);
        foreach (var row in rows.EnumerateArray())
        {
            var key = row.Nested("invoice", "reference")![TrytonInvoice.Prefix.Length..];
            origins.TryAdd(key, new(StringComparer.Ordinal));
            origins[key].TryAdd(row.Nested("product", "code")!, row.Id());
        }

        return origins;
    }

    /// <summary>Writes drafts, all or one by one.</summary>
    /// <param name="drafts">Of one batch.</param>
    /// <param name="troubles">Gets what stood against one.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="TrytonSilenceException">Nothing is known of any.</exception>
    public async Task Create(IReadOnlyList<TrytonDraft> drafts, Dictionary<string, ErpAnswer> troubles, CancellationToken ct)
    {
        try
        {
            await client.Write($"model.{Model}.create", drafts.Sum(d => d.Document.Lines.Count), ct, new JsonArray([.. drafts.Select(d => d.Payload.DeepClone())]));
        }
        catch (TrytonBusyException busy)
        {
            Explain(drafts.Select(d => d.Document), new ErpAnswer.Unknown(busy.Message), troubles);
        }
        catch (TrytonTroubleException) when (drafts.Count > 1)
        {
            // One of them took the others along: somebody else has written it meanwhile, or it is refused.
            foreach (var one in drafts)
            {
                await Create([one], troubles, ct);
            }
        }
        catch (TrytonDuplicateException)
        {
            // It is there, and found.
        }
        catch (TrytonTroubleException no)
        {
            Explain(drafts.Select(d => d.Document), new ErpAnswer.Refused(no.Message), troubles);
        }
    }

    /// <summary>Cancels drafts, which frees their keys. One that was posted meanwhile is passed over.</summary>
    public Task Cancel(IReadOnlyList<TrytonFound> drafts, CancellationToken ct) => client.Write($"model.{Model}.cancel", 0, ct, TrytonValues.Ids(drafts.Select(d => d.Id)));

    /// <summary>Posts drafts, all or one by one. Whether it worked is read, not believed.</summary>
    /// <param name="drafts">Of one batch.</param>
    /// <param name="day">The posting date.</param>
    /// <param name="troubles">Gets what was heard.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Post(IReadOnlyList<(ErpDocument Document, TrytonFound Found)> drafts, DateOnly day, Dictionary<string, ErpAnswer> troubles, CancellationToken ct)
    {
        try
        {
            await Date(drafts, day, ct);
            await Confirmed(drafts, ct);
        }
        catch (TrytonSilenceException silence)
        {
            Explain(drafts.Select(d => d.Document), new ErpAnswer.Unknown(silence.Message), troubles);
        }
        catch (TrytonBusyException busy)
        {
            Explain(drafts.Select(d => d.Document), new ErpAnswer.Unknown(busy.Message), troubles);
        }
        catch (TrytonTroubleException) when (drafts.Count > 1)
        {
            foreach (var one in drafts)
            {
                await Post([one], day, troubles, ct);
            }
        }
        catch (TrytonTroubleException no)
        {
            Explain(drafts.Select(d => d.Document), new ErpAnswer.Refused(no.Message), troubles);
        }
    }

    /// <summary>A draft of another day is posted today.</summary>
    private async Task Date(IReadOnlyList<(ErpDocument Document, TrytonFound Found)> drafts, DateOnly day, CancellationToken ct)
    {
        if (drafts.Where(d => d.Found.Day != day).Select(d => d.Found.Id).ToList() is { Count: > 0 } old)
        {
            await client.Write($"model.{Model}.write", LinesOf(drafts), ct, TrytonValues.Ids(old), new JsonObject { ["invoice_date"] = TrytonValues.Date(day) });
        }
    }

    private async Task Confirmed(IReadOnlyList<(ErpDocument Document, TrytonFound Found)> drafts, CancellationToken ct)
    {
        for (var confirmed = 0; ; confirmed++)
        {
            try
            {
                await client.Write($"model.{Model}.post", LinesOf(drafts), ct, TrytonValues.Ids(drafts.Select(d => d.Found.Id)));
                return;
            }
            catch (TrytonWarningException warning) when (confirmed < Confirmations && Harmless.FirstOrDefault(h => warning.Name.StartsWith(h, StringComparison.Ordinal)) is { } kind)
            {
                LogConfirmed(log, warning.Name, warning.Message);
                var user = (await client.Login(ct)).User;
                // What is asked of one will be asked of its neighbours. An answer holds for one time.
                var answers = drafts.Select(d => new JsonObject { ["user"] = user, ["name"] = kind + d.Found.Id.ToString(CultureInfo.InvariantCulture), ["always"] = false });
                await client.Write("model.res.user.warning.create", 0, ct, new JsonArray([.. answers]));
            }
        }
    }

    private static int LinesOf(IReadOnlyList<(ErpDocument Document, TrytonFound Found)> drafts) => drafts.Sum(d => d.Document.Lines.Count);

    private static void Explain(IEnumerable<ErpDocument> documents, ErpAnswer trouble, Dictionary<string, ErpAnswer> troubles)
    {
        foreach (var document in documents)
        {
            troubles[document.Key] = trouble;
        }
    }

    [LoggerMessage(5303, LogLevel.Information, "Tryton asked back and was answered ({Name}): {Words}")]
    private static partial void LogConfirmed(ILogger log, string name, string words);
}
