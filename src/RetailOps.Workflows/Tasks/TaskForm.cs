using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What a task wants to know: drawn as a list of fields, kept with the task, and what every answer is measured by, whichever door it came through.</summary>
internal static partial class TaskForm
{
    private const int MostFields = 40;
    private const int LongestText = 2_000;

    private static readonly string[] Types = ["string", "number", "boolean", "choice", "date", "money"];

    /// <summary>Reads a form that was drawn.</summary>
    /// <returns>As it is stored.</returns>
    /// <exception cref="FormatException">It makes no sense to a person.</exception>
    public static string Write(JsonElement drawn)
    {
        List<TaskField>? fields;
        try
        {
            fields = drawn.ValueKind is JsonValueKind.String ? JsonSerializer.Deserialize<List<TaskField>>(drawn.GetString()!, JsonReading.Web) : drawn.Deserialize<List<TaskField>>(JsonReading.Web);
        }
        catch (JsonException e)
        {
            throw new FormatException("The form of a task is a list of fields with name, label and type.", e);
        }

        if (fields is not { Count: > 0 and <= MostFields } || fields.DistinctBy(f => f?.Name).Count() < fields.Count || fields.Find(f => !MakesSense(f)) is not null || fields.Contains(null!))
        {
            throw new FormatException(
                $"The form of a task has 1 to {MostFields} fields, each with a name of its own (a letter, then letters and digits), a label and one of the types {string.Join(", ", Types)}; "
                + "a choice has choices, money a currency.");
        }

        return JsonSerializer.Serialize(fields, JsonReading.Web);
    }

    public static IReadOnlyList<TaskField>? Read(string? stored) => stored is null ? null : JsonSerializer.Deserialize<List<TaskField>>(stored, JsonReading.Web);

    /// <summary>What is wrong with an answer, field by field; nothing for a task without a form.</summary>
    public static IReadOnlyList<RequestFault> Faults(IReadOnlyList<TaskField>? form, JsonElement? answer)
    {
        var faults = new List<RequestFault>();
        if (form is null)
        {
            return faults;
        }

        var given = answer is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } said ? said : (JsonElement?)null;
        if (given is { ValueKind: not JsonValueKind.Object })
        {
            return [new("answer", "workflows.task-form", "An object with the fields of the form.")];
        }

        var members = given?.EnumerateObject().ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal) ?? [];
        foreach (var stranger in members.Keys.Except(form.Select(f => f.Name)))
        {
            faults.Add(new("answer." + stranger, "workflows.task-form", "The form has no such field."));
        }

        foreach (var field in form)
        {
            var wrong = members.TryGetValue(field.Name, out var value) && value.ValueKind is not JsonValueKind.Null ? Wrong(field, value) : field.Required ? "This must be said." : null;
            if (wrong is not null)
            {
                faults.Add(new("answer." + field.Name, "workflows.task-form", wrong));
            }
        }

        return faults;
    }

    private static string? Wrong(TaskField field, JsonElement value) => field.Type switch
    {
        "string" => value.ValueKind is not JsonValueKind.String || value.GetString()!.Length > LongestText ? $"A text of at most {LongestText} characters."
            : field.Required && string.IsNullOrWhiteSpace(value.GetString()) ? "This must be said."
            : null,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? null : "Yes or no: true or false.",
        "choice" => value.ValueKind is JsonValueKind.String && field.Choices!.Contains(value.GetString()!) ? null : "One of: " + string.Join(", ", field.Choices!) + ".",
        "date" => value.ValueKind is JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _) ? null : "A day like 2026-11-27.",
        "number" => value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out var number) ? Outside(field, number) : "A number.",
        _ => Paid(value) is { } money && money.Currency == field.Currency ? Outside(field, decimal.Parse(money.ToAmount(), CultureInfo.InvariantCulture)) : $"An amount in {field.Currency}, with the decimals of that currency.",
    };

    private static string? Outside(TaskField field, decimal value) =>
        value < field.Min ? $"At least {field.Min.Value.ToString(CultureInfo.InvariantCulture)}." : value > field.Max ? $"At most {field.Max.Value.ToString(CultureInfo.InvariantCulture)}." : null;

    private static Money? Paid(JsonElement value)
    {
        try
        {
            return value.ValueKind is JsonValueKind.Object ? value.Deserialize<Money>() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool MakesSense(TaskField? field) =>
        field is { Name: { } name, Label: { } label, Type: { } type } && FieldName().IsMatch(name) && Text.HasLength(label, 200) && Types.Contains(type)
        && (field.Hint is null || Text.HasLength(field.Hint, 500))
        && (type == "choice") == (field.Choices is { Count: > 0 and <= 100 } choices && choices.All(c => Text.HasLength(c, 200)) && choices.Distinct().Count() == choices.Count)
        && (type == "money") == Money.IsCurrency(field.Currency) && field.Lines is >= 1 and <= 20 && !(field.Min > field.Max);

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9]{0,63}\\z")]
    private static partial Regex FieldName();
}
