using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>
/// Books the money that was paid back with a credit memo, by the wizard that the ERP's people use. A payment's move carries our key, which the ERP holds
/// unique: it is looked for before, and read back after.
/// </summary>
internal sealed class TrytonRefunds(TrytonClient client)
{
    private const string Pay = "wizard.account.invoice.pay";

    public static string KeyOf(ErpDocument document, ErpPayment payment) => $"{TrytonInvoice.ReferenceOf(document)}/{payment.Tender}";

    /// <summary>What a payment would be.</summary>
    public static JsonObject Payload(ErpDocument document, ErpPayment payment, TrytonWords words, DateOnly day, ICollection<string> gaps) => new()
    {
        ["amount"] = TrytonValues.Money(-payment.Amount.MinorUnits, payment.Amount.Currency),
        ["payment_method"] = words.Find(TrytonKinds.PaymentMethod, payment.Tender, gaps)?.Id,
        ["date"] = TrytonValues.Date(day),
        ["description"] = KeyOf(document, payment),
    };

    /// <summary>Makes sure that each payment of the posted memos stands there once.</summary>
    /// <returns>What stands against it, by the document's key.</returns>
    /// <exception cref="TrytonSilenceException">Nothing is known of the rest.</exception>
    public async Task<Dictionary<string, ErpAnswer>> Ensure(IReadOnlyList<(ErpDocument Document, TrytonFound Memo)> memos, TrytonWords words, CancellationToken ct)
    {
        var troubles = new Dictionary<string, ErpAnswer>(StringComparer.Ordinal);
        var paying = memos.Where(m => m.Document.Payments is { Count: > 0 }).ToList();
        if (paying.Count == 0)
        {
            return troubles;
        }

        var keys = paying.SelectMany(m => m.Document.Payments!.Select(p => KeyOf(m.Document, p))).ToList();
        var there = await Find(keys, ct);
        foreach (var (document, memo) in paying)
        {
            foreach (var payment in document.Payments!.Where(p => !there.ContainsKey(KeyOf(document, p))))
            {
                if (await TryPay(document, memo, payment, words, ct) is { } trouble)
                {
                    troubles[document.Key] = trouble;
                    break;
                }
            }
        }

        there = await Find(keys, ct);
        foreach (var (document, memo) in paying.Where(m => !troubles.ContainsKey(m.Document.Key)))
        {
            foreach (var payment in document.Payments!)
            {
                if (!there.TryGetValue(KeyOf(document, payment), out var paid))
                {
                    troubles[document.Key] = new ErpAnswer.Unknown($"The payment by {payment.Tender} of {document.Key} is not there after it was booked.");
                }
                else if (paid != payment.Amount.MinorUnits)
                {
                    troubles[document.Key] = new ErpAnswer.Refused($"The payment by {payment.Tender} of {memo.Number} is {new Money(paid, payment.Amount.Currency)} in Tryton, not {payment.Amount}.");
                }
            }
        }

        return troubles;
    }

    /// <summary>What was paid back, in minor units, by key.</summary>
    private async Task<Dictionary<string, long>> Find(IReadOnlyList<string> keys, CancellationToken ct)
    {
        var rows = await client.Search(
            "account.move.line", [TrytonValues.Where("move.description", "in", TrytonValues.Texts(keys)), TrytonValues.Where("account.type.receivable", "=", true)],
            ["debit", "credit", "amount_second_currency", "second_currency.code", "move.description", "move.company.currency.code"], ct);
        return rows.EnumerateArray().GroupBy(r => r.Nested("move", "description")!).ToDictionary(g => g.Key, g => g.Sum(Paid), StringComparer.Ordinal);
    }

    private static long Paid(JsonElement row) => row.Nested("second_currency", "code") is { } foreign
        ? row.Minor("amount_second_currency", foreign)
        : row.Minor("debit", Own(row)) - row.Minor("credit", Own(row));

    private static string Own(JsonElement row) => row.GetProperty("move.").GetProperty("company.").Nested("currency", "code")!;

    private async Task<ErpAnswer?> TryPay(ErpDocument document, TrytonFound memo, ErpPayment payment, TrytonWords words, CancellationToken ct)
    {
        var gaps = new List<string>();
        var payload = Payload(document, payment, words, memo.Day!.Value, gaps);
        if (gaps.Count > 0)
        {
            return new ErpAnswer.Refused($"{memo.Number} is posted, its payment by {payment.Tender} is not: {string.Join(' ', gaps)}");
        }

        try
        {
            await Step(memo.Id, payload, ct);
            return null;
        }
        catch (TrytonDuplicateException)
        {
            // Somebody was quicker; it is read back.
            return null;
        }
        catch (TrytonBusyException busy)
        {
            return new ErpAnswer.Unknown(busy.Message);
        }
        catch (TrytonTroubleException no)
        {
            return new ErpAnswer.Refused($"{memo.Number} is posted, its payment by {payment.Tender} is not: {no.Message}");
        }
    }

    private async Task Step(int memo, JsonObject payload, CancellationToken ct)
    {
        Task<JsonElement> Call(string method, params JsonNode?[] arguments) => client.Wizard($"{Pay}.{method}", "account.invoice", memo, ct, arguments);

        var wizard = (await Call("create"))[0].GetInt32();
        try
        {
            // Its own proposals first: without them it does not know how many decimals the amount has.
            var start = Proposed(await Call("execute", wizard, new JsonObject(), "start"));
            foreach (var (name, value) in payload)
            {
                start[name] = value?.DeepClone();
            }

            var chosen = await Call("execute", wizard, new JsonObject { ["start"] = start.DeepClone() }, "choice");
            if (chosen.TryGetProperty("view", out var view) && view.GetProperty("state").GetString() == "ask")
            {
                // Less than the whole: the rest stays open.
                var ask = Proposed(chosen);
                ask["type"] = "partial";
                await Call("execute", wizard, new JsonObject { ["start"] = start.DeepClone(), ["ask"] = ask }, "pay");
            }
        }
        finally
        {
            await Leave(wizard, memo, ct);
        }
    }

    /// <summary>Its place there is given back; whether that works does not matter.</summary>
    private async Task Leave(int wizard, int memo, CancellationToken ct)
    {
        try
        {
            await client.Wizard($"{Pay}.delete", "account.invoice", memo, ct, wizard);
        }
        catch (Exception e) when (e is TrytonTroubleException or TrytonSilenceException)
        {
        }
    }

    /// <summary>What a step proposes, without the names of what it points to.</summary>
    private static JsonObject Proposed(JsonElement step) =>
        new(step.GetProperty("view").GetProperty("defaults").EnumerateObject().Where(p => !p.Name.Contains('.', StringComparison.Ordinal)).Select(p => KeyValuePair.Create(p.Name, JsonNode.Parse(p.Value.GetRawText()))));
}
