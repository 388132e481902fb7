using System.Globalization;
using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>A value that conditions look at, as a document declares it.</summary>
/// <param name="Name">As conditions and callers call it.</param>
/// <param name="Type">What it is.</param>
/// <param name="Optional">Whether it may be unknown.</param>
/// <param name="Values">Of a text: all it can be; null for any text.</param>
/// <param name="Min">Of a number: the least it can be; null for no bound.</param>
/// <param name="Max">Of a number: the most it can be; null for no bound.</param>
/// <param name="Label">For people; null for the name.</param>
public sealed record ConditionInput(
    string Name, ConditionType Type, bool Optional = false, IReadOnlyList<string>? Values = null, decimal? Min = null, decimal? Max = null, string? Label = null)
{
    /// <summary>What is wrong with the declaration.</summary>
    public IEnumerable<RequestFault> Faults(string path)
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 64)
        {
            yield return new($"{path}.name", "conditions.name", "A name has 1 to 64 characters.");
        }

        if (Values is not null && (Type is not ConditionType.Text || Values.Count == 0 || Values.Distinct().Count() != Values.Count))
        {
            yield return new($"{path}.values", "conditions.values", "Only a text has values, each once, at least one.");
        }

        if ((Min is not null || Max is not null) && (Type is not (ConditionType.Number or ConditionType.Whole) || Min > Max))
        {
            yield return new($"{path}.min", "conditions.bounds", "Only a number has bounds, the lower one first.");
        }
    }

    /// <summary>Takes the value out of an object of them.</summary>
    /// <exception cref="FormatException">It is missing and must not be, or is of another kind; the message names it.</exception>
    public ConditionValue Read(JsonElement values)
    {
        var value = values.ValueKind is JsonValueKind.Object && values.TryGetProperty(Name, out var given) ? given : default;
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return Optional ? default : throw new FormatException($"The input '{Name}' is missing.");
        }

        return Type switch
        {
            ConditionType.Text when value.ValueKind is JsonValueKind.String => new(null, value.GetString()),
            ConditionType.Flag when value.ValueKind is JsonValueKind.True or JsonValueKind.False => new(null, value.GetBoolean() ? "true" : "false"),
            ConditionType.Number or ConditionType.Whole or ConditionType.Date when value.ValueKind is JsonValueKind.Number or JsonValueKind.String => new(Ordered(value), null),
            _ => throw Other(value),
        };
    }

    /// <summary>Samples of all that a value can be, as far as conditions tell them apart, each with words for it.</summary>
    /// <param name="conditions">All that look at it.</param>
    public IEnumerable<(ConditionValue Sample, string Words)> Samples(IReadOnlyCollection<Condition> conditions)
    {
        var known = Type switch
        {
            ConditionType.Flag => [(new(null, "true"), $"{Name} = true"), (new(null, "false"), $"{Name} = false")],
            ConditionType.Text when Values is not null => Values.Select(v => (new ConditionValue(null, v), $"{Name} = {v}")),
            ConditionType.Text => conditions.SelectMany(c => c.Words).Distinct().Select(w => (new ConditionValue(null, w), $"{Name} = {w}")).Append((new(null, "\u0001"), $"another {Name}")),
            _ => Between([.. conditions.SelectMany(c => c.Bounds).Concat(new[] { Min, Max }.OfType<decimal>()).Distinct().Order()]),
        };
        return Optional ? known.Append((default, $"{Name} unknown")) : known;
    }

    private IEnumerable<(ConditionValue Sample, string Words)> Between(decimal[] bounds)
    {
        if (bounds.Length == 0)
        {
            return [(new(0, null), $"any {Name}")];
        }

        var isWhole = Type is not ConditionType.Number;
        var samples = new List<(decimal Value, string Words)> { (bounds[0] - 1, $"{Name} < {Written(bounds[0])}") };
        for (var i = 0; i < bounds.Length; i++)
        {
            samples.Add((bounds[i], $"{Name} = {Written(bounds[i])}"));
            if (i + 1 < bounds.Length && (!isWhole || bounds[i + 1] - bounds[i] > 1))
            {
                samples.Add((isWhole ? bounds[i] + 1 : (bounds[i] + bounds[i + 1]) / 2, $"{Name} between {Written(bounds[i])} and {Written(bounds[i + 1])}"));
            }
        }

        samples.Add((bounds[^1] + 1, $"{Name} > {Written(bounds[^1])}"));
        return samples.Where(s => !(s.Value < Min) && !(s.Value > Max)).Select(s => (new ConditionValue(s.Value, null), s.Words));
    }

    private decimal Ordered(JsonElement value)
    {
        try
        {
            return Condition.Ordered(value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText(), Type);
        }
        catch (FormatException)
        {
            throw Other(value);
        }
    }

    private FormatException Other(JsonElement value)
    {
        var text = value.GetRawText();
        return new($"The input '{Name}' is a {Type.ToSnakeCase()}, not {(text.Length > 100 ? text[..100] + "…" : text)}.");
    }

    private string Written(decimal bound) => Type is ConditionType.Date
        ? DateOnly.FromDayNumber((int)bound).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)
        : bound.ToString(CultureInfo.InvariantCulture);
}
