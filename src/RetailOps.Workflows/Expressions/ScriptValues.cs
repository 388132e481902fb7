using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

using Jint;
using Jint.Native;
using Jint.Native.Json;
using Jint.Native.Object;

namespace RetailOps.Workflows;

/// <summary>Values between the state and scripts. Nothing of .NET goes in: objects and lists become the script's own.</summary>
internal static class ScriptValues
{
    private const double MaxSafe = 9_007_199_254_740_991;       // 2^53 - 1, Number.MAX_SAFE_INTEGER

    public static JsValue In(Engine engine, object? value) => value switch
    {
        null => JsValue.Null,
        bool flag => flag ? JsBoolean.True : JsBoolean.False,
        string text => JsString.Create(text),
        int number => JsNumber.Create(number),
        long number => JsNumber.Create((double)number),
        double number => JsNumber.Create(number),
        decimal number => JsNumber.Create((double)number),
        DateTimeOffset instant => JsValue.FromObject(engine, instant.UtcDateTime),
        TimeSpan span => JsString.Create(span.ToString("c", CultureInfo.InvariantCulture)),
        JsonElement json => new JsonParser(engine).Parse(JsonMarshal.GetRawUtf8Value(json)),
        _ => JsString.Create(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    /// <summary>Whole numbers come out whole; dates as instants; objects and lists as JSON.</summary>
    public static object? Out(Engine engine, JsValue value)
    {
        if (value.IsNull() || value.IsUndefined())
        {
            return null;
        }

        if (value.IsBoolean())
        {
            return value.AsBoolean();
        }

        if (value.IsString())
        {
            return value.AsString();
        }

        if (value.IsNumber())
        {
            return Number(value.AsNumber());
        }

        if (value is JsDate date)
        {
            return new DateTimeOffset(DateTime.SpecifyKind(date.ToDateTime(), DateTimeKind.Utc));
        }

        return value is ObjectInstance ? Json(engine, value) : value.ToString();
    }

    // The casts to object are the point: without them the three kinds would all become double.
    private static object Number(double number) => number switch
    {
        _ when number != Math.Truncate(number) || Math.Abs(number) > MaxSafe => (object)number,
        >= int.MinValue and <= int.MaxValue => (object)(int)number,
        _ => (object)(long)number,
    };

    private static JsonElement? Json(Engine engine, JsValue value) => ScriptSandbox.Json(engine, value) is { } text ? JsonElement.Parse(text) : null;       // a function is no data
}
