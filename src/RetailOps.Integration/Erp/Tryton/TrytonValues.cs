using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>Values as Tryton's JSON-RPC writes them: decimals and dates are objects with their class.</summary>
/// <remarks>Names of their own: what reads messages of the inbox has words like these for any JSON, and the compiler would choose among them.</remarks>
internal static class TrytonValues
{
    public static JsonObject Decimal(decimal value) => new() { ["__class__"] = "Decimal", ["decimal"] = value.ToString(CultureInfo.InvariantCulture) };

    public static JsonObject Money(long minor, string currency) => Decimal(Major(minor, currency));

    public static decimal Major(long minor, string currency) => decimal.Parse(new Money(minor, currency).ToAmount(), CultureInfo.InvariantCulture);

    public static JsonObject Date(DateOnly day) => new() { ["__class__"] = "date", ["year"] = day.Year, ["month"] = day.Month, ["day"] = day.Day };

    public static JsonObject Time(DateTimeOffset at)
    {
        var utc = at.UtcDateTime;
        return new()
        {
            ["__class__"] = "datetime",
            ["year"] = utc.Year,
            ["month"] = utc.Month,
            ["day"] = utc.Day,
            ["hour"] = utc.Hour,
            ["minute"] = utc.Minute,
            ["second"] = utc.Second,
            ["microsecond"] = utc.Microsecond + (utc.Millisecond * 1000),
        };
    }

    /// <summary>A condition of a search.</summary>
    public static JsonArray Where(string field, string comparison, JsonNode? value) => [field, comparison, value];

    public static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(t => (JsonNode?)t)];

    public static JsonArray Ids(IEnumerable<int> ids) => [.. ids.Select(i => (JsonNode?)i)];

    /// <summary>Rows that are written together with their parent.</summary>
    public static JsonArray Made(IEnumerable<JsonObject> rows) => [new JsonArray("create", new JsonArray([.. rows]))];

    public static JsonArray Added(int id) => [new JsonArray("add", new JsonArray(id))];

    public static int Id(this JsonElement row) => row.GetProperty("id").GetInt32();

    public static string? TextOf(this JsonElement row, string field) => row.GetProperty(field) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    public static decimal DecimalOf(this JsonElement value) => value.ValueKind is JsonValueKind.Object
        ? decimal.Parse(value.GetProperty("decimal").GetString()!, NumberStyles.Float, CultureInfo.InvariantCulture)
        : value.GetDecimal();

    /// <summary>In minor units. What has more decimals than the currency is no amount of ours, and rounded: a comparison shows the difference.</summary>
    public static long Minor(this JsonElement row, string field, string currency)
    {
        var scale = 1m;
        for (var i = 0; i < RetailOps.Kernel.Money.Decimals(currency); i++)
        {
            scale *= 10;
        }

        return (long)Math.Round(row.GetProperty(field).DecimalOf() * scale, MidpointRounding.AwayFromZero);
    }

    public static DateOnly? Day(this JsonElement row, string field) => row.GetProperty(field) is { ValueKind: JsonValueKind.Object } day
        ? new(day.GetProperty("year").GetInt32(), day.GetProperty("month").GetInt32(), day.GetProperty("day").GetInt32())
        : null;

    /// <summary>A field of the record that another field points to; null when it points to none.</summary>
    public static string? Nested(this JsonElement row, string relation, string field) =>
        row.TryGetProperty(relation + ".", out var other) && other.ValueKind is JsonValueKind.Object ? other.TextOf(field) : null;

    public static DateTimeOffset? Instant(this JsonElement row, string field)
    {
        if (row.GetProperty(field) is not { ValueKind: JsonValueKind.Object } at)
        {
            return null;
        }

        int Part(string name) => at.GetProperty(name).GetInt32();
        return new DateTimeOffset(Part("year"), Part("month"), Part("day"), Part("hour"), Part("minute"), Part("second"), TimeSpan.Zero).AddMicroseconds(Part("microsecond"));
    }
}
