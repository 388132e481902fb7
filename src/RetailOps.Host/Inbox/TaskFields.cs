using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>A task's form: each field drawn by its type, and what was typed read back as the answer that the engine measures. What cannot be read is sent as it is, and refused there.</summary>
internal static class TaskFields
{
    private const string Prefix = "field-";

    public static string Draw(TaskField field, IFormCollection? typed, string? fault)
    {
        var id = Prefix + field.Name;
        var given = typed?[id].ToString() ?? "";
        var notes = $"{(field.Hint is null ? "" : $"{id}-hint ")}{(fault is null ? "" : $"{id}-fault")}".Trim();
        var tells = (notes.Length > 0 ? $" aria-describedby=\"{notes}\"" : "") + (fault is null ? "" : " aria-invalid=\"true\"");
        var required = field.Required ? " required" : "";
        var label = $"{InboxWords.Text(field.Label)}{(field.Required ? "" : " <span class=\"soft\">(not needed)</span>")}";
        var below = (field.Hint is null ? "" : $"<p class=\"hint\" id=\"{id}-hint\">{InboxWords.Text(field.Hint)}</p>") + (fault is null ? "" : $"<p class=\"field-error\" id=\"{id}-fault\">{InboxWords.Text(fault)}</p>");
        return field.Type switch
        {
            "boolean" => $"<label class=\"check\"><input type=\"checkbox\" id=\"{id}\" name=\"{id}\" value=\"yes\"{(given == "yes" ? " checked" : "")}{tells}>{InboxWords.Text(field.Label)}</label>{below}",
            "choice" when field.Choices!.Count <= 5 => $"<fieldset{tells}><legend>{label}</legend>{string.Concat(field.Choices.Select(c => $"<label><input type=\"radio\" name=\"{id}\" value=\"{InboxWords.Text(c)}\"{(given == c ? " checked" : "")}{required}>{InboxWords.Text(c)}</label>"))}</fieldset>{below}",
            "choice" => $"<label for=\"{id}\">{label}</label><select id=\"{id}\" name=\"{id}\"{required}{tells}><option value=\"\">Choose</option>{string.Concat(field.Choices!.Select(c => $"<option{(given == c ? " selected" : "")}>{InboxWords.Text(c)}</option>"))}</select>{below}",
            "string" when field.Lines > 1 => $"<label for=\"{id}\">{label}</label><textarea id=\"{id}\" name=\"{id}\" rows=\"{field.Lines}\" maxlength=\"2000\"{required}{tells}>\n{InboxWords.Text(given)}</textarea>{below}",
            _ => $"<label for=\"{id}\">{label}{(field.Type == "money" ? $" <span class=\"soft\">in {InboxWords.Text(field.Currency)}</span>" : "")}</label><input id=\"{id}\" name=\"{id}\" {Kind(field.Type)} value=\"{InboxWords.Text(given)}\"{required}{tells}>{below}",
        };
    }

    /// <summary>Empty fields are left out; a box that is not ticked says no.</summary>
    public static JsonObject? Read(IReadOnlyList<TaskField> fields, IFormCollection typed)
    {
        var answer = new JsonObject();
        foreach (var field in fields)
        {
            var text = typed[Prefix + field.Name].ToString().Trim();
            if (field.Type == "boolean")
            {
                answer[field.Name] = text == "yes";
            }
            else if (text.Length > 0)
            {
                answer[field.Name] = field.Type switch
                {
                    "number" when Number(text) is { } number => number,
                    "money" when Number(text) is { } amount => new JsonObject { ["amount"] = Whole(amount, field.Currency!), ["currency"] = field.Currency },
                    _ => text,
                };
            }
        }

        return answer.Count > 0 ? answer : null;
    }

    /// <summary>What an object says as money; null when it is none.</summary>
    public static Money? MoneyOf(JsonElement value)
    {
        try
        {
            return value.TryGetProperty("amount", out _) && value.TryGetProperty("currency", out _) && value.EnumerateObject().Count() == 2 ? value.Deserialize<Money>() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>With the decimals of its currency; with more where more were typed.</summary>
    private static string Whole(decimal amount, string currency) =>
        Money.Decimals(currency) is var places && decimal.Round(amount, places) == amount ? amount.ToString("F" + places, CultureInfo.InvariantCulture) : amount.ToString(CultureInfo.InvariantCulture);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Kind(string type) => type switch
    {
        "date" => "type=\"date\"",
        "number" or "money" => "inputmode=\"decimal\" maxlength=\"30\"",
        _ => "maxlength=\"2000\"",
    };
}
