using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Json;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>
/// Values of scripts as JSON, counted while it is written: what <c>toJSON</c> and getters give is known only then, and may be without end.
/// </summary>
internal static class ScriptJson
{
    private const int BetweenLooks = 256;

    /// <summary>Levels that an indentation is counted for.</summary>
    private const int Levels = 64;

    /// <summary>Undefined for what is no data.</summary>
    /// <exception cref="FormatException">It would be longer than <paramref name="most"/> characters.</exception>
    public static JsValue Write(Engine engine, JsValue value, JsValue replacer, JsValue space, long most)
    {
        var hook = replacer as Function;
        var perLine = space.IsNumber() ? Math.Clamp(space.AsNumber(), 0, 10) * Levels : space.IsString() ? Math.Min(space.AsString().Length, 10) * Levels : 0;
        var left = most;
        var looked = 0;
        // Called for every value, behind its toJSON and before it is written.
        var count = new ClrFunction(engine, "count", (holder, args) =>
        {
            var given = hook is null ? args.At(1) : hook.Call(holder, [args.At(0), args.At(1)]);
            left -= 8 + Length(args.At(0)) + Length(given) + (long)perLine;
            if (left < 0)
            {
                throw new FormatException($"The script failed: as JSON its value has more than {most} characters.");
            }

            if (++looked % BetweenLooks == 0)
            {
                engine.Constraints.Check();
            }

            return given;
        });
        return new JsonSerializer(engine).Serialize(value, count, space);
    }

    /// <summary>As the language's own <c>JSON.stringify</c>.</summary>
    public static JsValue Stringify(Engine engine, Function original, JsValue self, JsValue[] args, long most)
    {
        if (args.At(1) is not ObjectInstance list || list is Function)
        {
            return Write(engine, args.At(0), args.At(1), args.At(2), most);
        }

        // A list of names chooses and orders members: of plain data, which is counted already.
        var whole = Write(engine, args.At(0), JsValue.Undefined, JsValue.Undefined, most);
        return whole.IsString() ? original.Call(self, [new JsonParser(engine).Parse(whole.AsString()), list, args.At(2)]) : whole;
    }

    private static long Length(JsValue value) => value is JsString text ? text.Length : 0;
}
