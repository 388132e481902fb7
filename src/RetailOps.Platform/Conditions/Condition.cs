using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>What a condition compares.</summary>
public enum ConditionType
{
    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>A number without a fraction.</summary>
    Whole,

    /// <summary>A text, compared exactly.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A day, <c>2026-03-02</c>.</summary>
    Date,
}

/// <summary>A value as conditions see it: an ordered one (a day is its number), a word (a flag is its name), or none.</summary>
/// <param name="Number">Of a number or day.</param>
/// <param name="Word">Of a text or flag.</param>
public readonly record struct ConditionValue(decimal? Number, string? Word)
{
    /// <summary>Nothing is known.</summary>
    public bool IsMissing => Number is null && Word is null;
}

/// <summary>
/// A unary test, as in decision tables (DMN): <c>-</c> for anything, <c>>= 70</c>, <c>[10..20)</c>, a value, several of these separated by
/// commas, <c>not(…)</c> around them, <c>null</c> for nothing known. Texts may stand without quotes unless they have a comma or quote.
/// </summary>
public sealed class Condition
{
    private const decimal Largest = 1_000_000_000_000_000m;
    private const int MostCharacters = 8_000;
    private const int MostTerms = 500;

    private readonly List<Range> ranges = [];
    private readonly List<string> words = [];
    private bool isAny;
    private bool isNegated;
    private bool takesMissing;

    private Condition()
    {
    }

    /// <summary>Whether it holds for every value, and for none.</summary>
    public bool IsAny => isAny;

    /// <summary>The values at which the answer may change.</summary>
    public IEnumerable<decimal> Bounds => ranges.SelectMany(r => new[] { r.Low, r.High }).Where(b => b is not null).Select(b => b!.Value);

    /// <summary>The words it names.</summary>
    public IReadOnlyList<string> Words => words;

    /// <summary>Reads a cell: a text as above, or a plain number or flag. Missing and null hold for anything.</summary>
    /// <exception cref="FormatException">It is none; the message says where.</exception>
    public static Condition Read(JsonElement cell, ConditionType type)
    {
        switch (cell.ValueKind)
        {
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return new() { isAny = true };
            case JsonValueKind.Number when type is ConditionType.Number or ConditionType.Whole:
            case JsonValueKind.True or JsonValueKind.False when type is ConditionType.Flag:
                return Parse(cell.GetRawText(), type);
            case JsonValueKind.String:
                return Parse(cell.GetString()!, type);
            default:
                throw new FormatException($"A {(cell.ValueKind is JsonValueKind.Array ? "list" : cell.ValueKind is JsonValueKind.Object ? "object" : "value")} like that is no condition for a {type.ToSnakeCase()}.");
        }
    }

    /// <summary>Reads a unary test.</summary>
    /// <exception cref="FormatException">It is none; the message says where.</exception>
    public static Condition Parse(string text, ConditionType type)
    {
        if (text.Length > MostCharacters)
        {
            throw new FormatException($"A condition may have at most {MostCharacters} characters.");
        }

        var condition = new Condition();
        text = text.Trim();
        if (text is "" or "-")
        {
            condition.isAny = true;
            return condition;
        }

        if (text.StartsWith("not(", StringComparison.Ordinal) && text[^1] == ')')
        {
            condition.isNegated = true;
            text = text[4..^1];
        }

        var terms = Terms(text);
        if (terms.Count > MostTerms)
        {
            throw new FormatException($"A condition may name at most {MostTerms} values; put more of them into rows of their own.");
        }

        foreach (var term in terms)
        {
            condition.Add(term, type);
        }

        return condition;
    }

    /// <summary>Whether a value passes. Nothing known passes only where anything does, or where <c>null</c> is named.</summary>
    public bool Holds(ConditionValue value)
    {
        if (isAny)
        {
            return true;
        }

        if (value.IsMissing)
        {
            return takesMissing && !isNegated;
        }

        var found = false;
        foreach (var range in ranges)
        {
            found |= value.Number is { } number && range.Has(number);
        }

        foreach (var word in words)
        {
            found |= string.Equals(word, value.Word, StringComparison.Ordinal);
        }

        return found != isNegated;
    }

    /// <summary>A value of an ordered type.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static decimal Ordered(string text, ConditionType type)
    {
        text = text.Trim();
        if (type is ConditionType.Date)
        {
            return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                ? day.DayNumber
                : throw new FormatException($"'{text}' is no day like 2026-03-02.");
        }

        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var number)
               && Math.Abs(number) <= Largest && (type is not ConditionType.Whole || number == decimal.Truncate(number))
            ? number
            : throw new FormatException($"'{text}' is no {(type is ConditionType.Whole ? "whole " : "")}number.");
    }

    private void Add(string term, ConditionType type)
    {
        if (term == "null")
        {
            takesMissing = true;
        }
        else if (type is ConditionType.Text)
        {
            words.Add(term is ['"', .. var quoted, '"'] ? quoted.Replace("\\\"", "\"", StringComparison.Ordinal) : term);
        }
        else if (type is ConditionType.Flag)
        {
            words.Add(term is "true" or "false" ? term : throw new FormatException($"'{term}' is neither true nor false."));
        }
        else
        {
            ranges.Add(Range.Parse(term, type));
        }
    }

    /// <summary>What stands between the commas that are not inside quotes.</summary>
    private static List<string> Terms(string text)
    {
        var terms = new List<string>();
        var term = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c == '"' && (i == 0 || text[i - 1] != '\\'))
            {
                quoted = !quoted;
            }

            if (c == ',' && !quoted)
            {
                terms.Add(term.ToString().Trim());
                term.Clear();
            }
            else
            {
                term.Append(c);
            }
        }

        terms.Add(term.ToString().Trim());
        return quoted ? throw new FormatException($"A quote is not closed in '{text}'.") : terms.Any(t => t.Length == 0) ? throw new FormatException($"Between commas of '{text}' there is nothing.") : terms;
    }

    private readonly record struct Range(decimal? Low, bool HasLow, decimal? High, bool HasHigh)
    {
        public bool Has(decimal value) =>
            (Low is not { } low || (HasLow ? value >= low : value > low)) && (High is not { } high || (HasHigh ? value <= high : value < high));

        public static Range Parse(string term, ConditionType type)
        {
            switch (term)
            {
                case ['>', '=', .. var low]:
                    return new(Ordered(low, type), true, null, false);
                case ['<', '=', .. var high]:
                    return new(null, false, Ordered(high, type), true);
                case ['>', .. var low]:
                    return new(Ordered(low, type), false, null, false);
                case ['<', .. var high]:
                    return new(null, false, Ordered(high, type), false);
                case ['[' or '(' or ']', .. var inner, ']' or ')' or '['] when inner.Split("..") is [var from, var to]:
                    var range = new Range(Ordered(from, type), term[0] == '[', Ordered(to, type), term[^1] == ']');
                    return range.Low > range.High || (range.Low == range.High && !(range.HasLow && range.HasHigh))
                        ? throw new FormatException($"Nothing lies in '{term}'.")
                        : range;
                default:
                    var value = Ordered(term, type);
                    return new(value, true, value, true);
            }
        }
    }
}
