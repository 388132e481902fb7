using System.Globalization;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>
/// Values as the state stores them. JSON has one kind of number and .NET four: texts, flags and ints are plain JSON, everything else is an object with one
/// member that names its kind: l long, d double, m decimal, o instant, t span (ticks), g id, j JSON.
/// </summary>
internal static class ValueCodec
{
    private static readonly CultureInfo Neutral = CultureInfo.InvariantCulture;

    public static void Write(Utf8JsonWriter writer, string name, object? value)
    {
        var before = writer.BytesCommitted + writer.BytesPending;
        writer.WritePropertyName(name);
        Write(writer, value);
        var bytes = writer.BytesCommitted + writer.BytesPending - before;
        if (bytes > StateLimits.Value)
        {
            throw new StateTooLargeException(name, bytes, StateLimits.Value);
        }
    }

    /// <exception cref="StateUnreadableException">The document was not written by this codec.</exception>
    public static object? Read(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Null:
                return null;
            case JsonValueKind.True or JsonValueKind.False:
                return json.GetBoolean();
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return json.GetInt32();
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject())
                {
                    return Tagged(member);
                }

                break;
        }

        throw new StateUnreadableException("A value of the state is of an unknown kind.");
    }

    private static void Write(Utf8JsonWriter writer, object? value)
    {
        switch (value)
        {
            case null:
                writer.WriteNullValue();
                break;
            case string text:
                writer.WriteStringValue(text);
                break;
            case bool flag:
                writer.WriteBooleanValue(flag);
                break;
            case int number:
                writer.WriteNumberValue(number);
                break;
            case long number:
                Tag(writer, "l", number.ToString(Neutral));
                break;
            case double number:
                Tag(writer, "d", number.ToString("R", Neutral));
                break;
            case decimal number:
                Tag(writer, "m", number.ToString(Neutral));
                break;
            case DateTimeOffset instant:
                Tag(writer, "o", instant.ToString("O", Neutral));
                break;
            case TimeSpan span:
                Tag(writer, "t", span.Ticks.ToString(Neutral));
                break;
            case Guid id:
                Tag(writer, "g", id.ToString());
                break;
            case JsonElement json:
                writer.WriteStartObject();
                writer.WritePropertyName("j");
                json.WriteTo(writer);
                writer.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException($"A {value.GetType().Name} was not made plain before it reached the state.");
        }
    }

    private static void Tag(Utf8JsonWriter writer, string tag, string text)
    {
        writer.WriteStartObject();
        writer.WriteString(tag, text);
        writer.WriteEndObject();
    }

    private static object? Tagged(JsonProperty member)
    {
        if (member.Name == "j")
        {
            return member.Value.Clone();
        }

        var text = member.Value.GetString()!;
        return member.Name switch
        {
            "l" => long.Parse(text, Neutral),
            "d" => double.Parse(text, NumberStyles.Float, Neutral),
            "m" => decimal.Parse(text, NumberStyles.Number, Neutral),
            "o" => DateTimeOffset.ParseExact(text, "O", Neutral),
            "t" => new TimeSpan(long.Parse(text, Neutral)),
            "g" => (object)Guid.Parse(text),
            _ => throw new StateUnreadableException($"A value of the state is of the unknown kind '{member.Name}'."),
        };
    }
}
