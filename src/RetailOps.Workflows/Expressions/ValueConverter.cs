using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// Converts what literals, variables and scripts give to what an activity wants. Elsa writes numbers, flags and lists as text too
/// (<c>"120"</c>, <c>"[\"GET\"]"</c>), so text is read as the wanted type.
/// </summary>
internal static class ValueConverter
{
    private static readonly CultureInfo Neutral = CultureInfo.InvariantCulture;
    private static readonly ConcurrentDictionary<Type, Func<object?, object?>> Converters = new();

    /// <exception cref="FormatException">The value is of another kind.</exception>
    public static T? To<T>(object? value)
    {
        if (value is T same)
        {
            return same;
        }

        if (value is null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined })
        {
            return default;
        }

        var wanted = Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T);
        try
        {
            return (T?)Convert(value, wanted);
        }
        catch (Exception e) when (e is FormatException or OverflowException or InvalidCastException or JsonException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"{Describe(value)} is no {wanted.Name}.", e);
        }
    }

    /// <summary>As <see cref="To{T}"/>, for a type known only while compiling.</summary>
    public static object? To(object? value, Type type) => Converters.GetOrAdd(type, static t =>
        typeof(ValueConverter).GetMethod(nameof(Boxed), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(t).CreateDelegate<Func<object?, object?>>())(value);

    /// <summary>Types whose values can be shared by all runs.</summary>
    public static bool IsImmutable(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(decimal) || type == typeof(TimeSpan) || type == typeof(DateTimeOffset) || type == typeof(Guid) || type == typeof(Uri);

    /// <summary>A value as the state keeps it: text, flag, int, long, double, decimal, instant, span, id, or JSON for everything else.</summary>
    public static object? Plain(object? value) => value switch
    {
        null or string or bool or int or long or double or decimal or DateTimeOffset or TimeSpan or Guid => value,
        JsonElement json => Plain(json),
        byte or sbyte or short or ushort => System.Convert.ToInt32(value, Neutral),
        uint number => (long)number,
        float number => (double)number,
        DateTime time => new DateTimeOffset(time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time),
        Enum or Uri or char => value.ToString(),
        _ => Plain(ToJson(value)),
    };

    /// <summary>Whole numbers stay whole; objects and lists stay JSON.</summary>
    public static object? Plain(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => json.GetString(),
        JsonValueKind.Number when json.TryGetInt32(out var number) => number,
        JsonValueKind.Number when json.TryGetInt64(out var number) => number,
        JsonValueKind.Number => json.GetDouble(),
        _ => json,
    };

    public static JsonElement ToJson(object? value) => value switch
    {
        JsonElement json => json,
        string { Length: > 0 } text when text.AsSpan().TrimStart() is ['{' or '[', ..] && TryParse(text, out var json) => json,
        _ => JsonSerializer.SerializeToElement(value, JsonReading.Web),
    };

    private static object? Boxed<T>(object? value) => To<T>(value);

    private static object? Convert(object value, Type wanted)
    {
        if (wanted == typeof(JsonElement))
        {
            return ToJson(value);
        }

        if (value is JsonElement json)
        {
            return json.ValueKind == JsonValueKind.String && Read(json.GetString()!, wanted) is { } read
                ? read
                : wanted == typeof(string) ? json.GetRawText() : json.Deserialize(wanted, JsonReading.Web);
        }

        if (value is string text)
        {
            return Read(text, wanted) ?? JsonSerializer.Deserialize(text, wanted, JsonReading.Web);
        }

        return Number(value, wanted) ?? (wanted == typeof(string)
            ? value is IFormattable or bool ? Written(value) : JsonSerializer.Serialize(value, JsonReading.Web)
            : JsonSerializer.SerializeToElement(value, JsonReading.Web).Deserialize(wanted, JsonReading.Web));
    }

    private static object? Number(object value, Type wanted) => value is not (int or long or double or decimal or bool) ? null : Type.GetTypeCode(wanted) switch
    {
        TypeCode.Boolean => value is bool ? value : System.Convert.ToDecimal(value, Neutral) != 0,
        _ when wanted.IsEnum => Enum.ToObject(wanted, System.Convert.ToInt64(value, Neutral)),
        TypeCode.Int32 => checked((int)Whole(value)),
        TypeCode.Int64 => Whole(value),
        TypeCode.Int16 => checked((short)Whole(value)),
        TypeCode.Byte => checked((byte)Whole(value)),
        TypeCode.Double => System.Convert.ToDouble(value, Neutral),
        TypeCode.Single => System.Convert.ToSingle(value, Neutral),
        TypeCode.Decimal => System.Convert.ToDecimal(value, Neutral),
        _ => null,
    };

    private static long Whole(object value) => value switch
    {
        int number => number,
        long number => number,
        bool flag => flag ? 1 : 0,
        double number when number == Math.Truncate(number) => checked((long)number),
        decimal number when number == decimal.Truncate(number) => decimal.ToInt64(number),
        _ => throw new FormatException("It has a fraction."),
    };

    /// <summary>Text as a value; null for types that are read as JSON.</summary>
    private static object? Read(string text, Type wanted) => Type.GetTypeCode(wanted) switch
    {
        TypeCode.String => text,
        TypeCode.Boolean => bool.Parse(text),
        _ when wanted.IsEnum => Enum.Parse(wanted, text, ignoreCase: true),
        TypeCode.Int32 => int.Parse(text, NumberStyles.Integer, Neutral),
        TypeCode.Int64 => long.Parse(text, NumberStyles.Integer, Neutral),
        TypeCode.Int16 => short.Parse(text, NumberStyles.Integer, Neutral),
        TypeCode.Byte => byte.Parse(text, NumberStyles.Integer, Neutral),
        TypeCode.Double => double.Parse(text, NumberStyles.Float, Neutral),
        TypeCode.Single => float.Parse(text, NumberStyles.Float, Neutral),
        TypeCode.Decimal => decimal.Parse(text, NumberStyles.Number, Neutral),
        TypeCode.DateTime => DateTime.Parse(text, Neutral, DateTimeStyles.RoundtripKind),
        _ when wanted == typeof(DateTimeOffset) => DateTimeOffset.Parse(text, Neutral, DateTimeStyles.AssumeUniversal),
        _ when wanted == typeof(TimeSpan) => text.StartsWith('P') ? System.Xml.XmlConvert.ToTimeSpan(text) : TimeSpan.Parse(text, Neutral),
        _ when wanted == typeof(Guid) => Guid.Parse(text),
        _ when wanted == typeof(Uri) => new Uri(text, UriKind.RelativeOrAbsolute),
        _ when wanted == typeof(object) => text,
        _ when typeof(IEnumerable).IsAssignableFrom(wanted) && text.AsSpan().Trim() is [] => JsonSerializer.Deserialize("[]", wanted, JsonReading.Web),
        // An id of ours is a plain string in JSON.
        _ when text.AsSpan().TrimStart() is not ['{' or '[' or '"', ..] => JsonSerializer.SerializeToElement(text).Deserialize(wanted, JsonReading.Web),
        _ => null,
    };

    private static string Written(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", Neutral),
        DateTimeOffset instant => instant.ToString("O", Neutral),
        TimeSpan span => span.ToString("c", Neutral),
        IFormattable other => other.ToString(null, Neutral),
        _ => value.ToString() ?? "",
    };

    private static bool TryParse(string text, out JsonElement json)
    {
        try
        {
            json = JsonElement.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }

    private static string Describe(object value)
    {
        var text = value is JsonElement json ? json.GetRawText() : value.ToString() ?? "";
        return "'" + (text.Length > 100 ? text[..100] + "…" : text) + "'";
    }
}
