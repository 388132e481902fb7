using System.Text;

using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>
/// The walls around scripts. Jint limits time, statements, recursion and memory, but looks only between statements: one call of a built-in that multiplies
/// its input can take gigabytes first. Those built-ins are wrapped, and binary buffers, big integers and proxies, which no expression needs, are gone.
/// </summary>
internal static class ScriptSandbox
{
    public static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Characters that one built-in may give back.</summary>
    private const long MaxText = 1 << 19;

    private static readonly Options Settings = MakeSettings();

    private static readonly string[] Removed =
    [
        "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
        "Float16Array", "Float32Array", "Float64Array", "BigInt", "BigInt64Array", "BigUint64Array", "ShadowRealm", "WebAssembly", "Proxy", "Intl", "Temporal", "FinalizationRegistry", "WeakRef",
    ];

    /// <param name="isPlain">The script cannot call built-ins; the wrapped ones are left out.</param>
    public static Engine Open(bool isPlain)
    {
        var engine = new Engine(Settings);
        if (!isPlain)
        {
            Contain(engine);
        }

        return engine;
    }

    /// <exception cref="FormatException">As JSON the value would be too long.</exception>
    public static void Measure(JsValue value)
    {
        if (Size(value, 0) > MaxText)
        {
            throw new FormatException($"The script failed: its value has more than {MaxText} characters or is nested too deeply.");
        }
    }

    private static Options MakeSettings()
    {
        var options = new Options();
        options.TimeoutInterval(TimeSpan.FromMilliseconds(500));
        options.MaxStatements(100_000);
        options.LimitMemory(4_000_000);
        options.LimitRecursion(64);
        options.DisableStringCompilation();
        options.Constraints.StackOverflowGuard = true;
        options.Constraints.MaxArraySize = 50_000;
        options.Constraints.RegexTimeout = RegexTimeout;
        options.Constraints.PromiseTimeout = TimeSpan.FromMilliseconds(500);
        options.AgentCanSuspend = false;
        options.Culture = System.Globalization.CultureInfo.InvariantCulture;
        options.TimeZone = TimeZoneInfo.Utc;
        options.TimeSystem = new ScriptClock();
        return options;
    }

    private static void Contain(Engine engine)
    {
        foreach (var name in Removed)
        {
            engine.Global.Delete(name);
        }

        var text = Prototype(engine, "String");
        Wrap(engine, text, "repeat", (self, args) => Length(self) * Count(args.At(0)));
        Wrap(engine, text, "padStart", (_, args) => Count(args.At(0)));
        Wrap(engine, text, "padEnd", (_, args) => Count(args.At(0)));
        Wrap(engine, text, "concat", (self, args) => Length(self) + args.Sum(Length));
        Wrap(engine, text, "replace", Replaced);
        Wrap(engine, text, "replaceAll", Replaced);
        Wrap(engine, text, "normalize", (self, _) => Length(self) * 4);
        Wrap(engine, text, "split", (self, _) => Length(self));
        Wrap(engine, (ObjectInstance)engine.Global.Get("String"), "raw", (_, args) => Size(args.At(0), 0) + args.Sum(Length));
        Wrap(engine, (ObjectInstance)engine.Global.Get("JSON"), "stringify", (_, args) => Size(args.At(0), 0));
        var list = Prototype(engine, "Array");
        var depth = 0;
        Replace(engine, list, "join", (self, args) => Join(self, args.At(0), ref depth));
        Replace(engine, list, "toString", (self, _) => Join(self, JsValue.Undefined, ref depth));
        Replace(engine, list, "toLocaleString", (self, _) => Join(self, JsValue.Undefined, ref depth));
    }

    private static ObjectInstance Prototype(Engine engine, string name) => (ObjectInstance)((ObjectInstance)engine.Global.Get(name)).Get("prototype");

    private static void Wrap(Engine engine, ObjectInstance owner, string name, Func<JsValue, JsValue[], long> size)
    {
        var original = (Function)owner.Get(name);
        Replace(engine, owner, name, (self, args) =>
        {
            if (size(self, args) > MaxText)
            {
                throw new FormatException($"The script failed: {name} would give more than {MaxText} characters.");
            }

            return original.Call(self, args);
        });
    }

    private static void Replace(Engine engine, ObjectInstance owner, string name, Func<JsValue, JsValue[], JsValue> call) =>
        owner.FastSetProperty(name, new PropertyDescriptor(new ClrFunction(engine, name, (self, args) => call(self, args)), writable: true, enumerable: false, configurable: true));

    private static long Length(JsValue value) => value is JsString text ? text.Length : 32;

    private static long Count(JsValue value) => value.IsNumber() && value.AsNumber() is > 0 and var number ? (long)Math.Min(number, int.MaxValue) : value.IsNumber() || value.IsUndefined() ? 0 : int.MaxValue;

    /// <summary>At worst each character is replaced, and each <c>$</c> of the replacement stands for the whole text.</summary>
    private static long Replaced(JsValue self, JsValue[] args)
    {
        if (args.At(1) is not JsString replacement)
        {
            return args.At(1) is Function ? 0 : Length(self) * 32;       // a function runs statements, where Jint looks
        }

        var length = Length(self);
        var each = (long)replacement.Length + (replacement.ToString().Count(c => c == '$') * length);
        return length > 8_192 && each > 64 ? long.MaxValue : (length + 1) * Math.Max(1, each);
    }

    /// <summary>How long a value would be as JSON, followed as far as it is plain data; what runs code on the way is watched by Jint.</summary>
    private static long Size(JsValue value, int depth)
    {
        if (value is JsString text)
        {
            return text.Length;
        }

        if (value is not ObjectInstance instance || depth > 64 || instance is Function)
        {
            return depth > 64 ? MaxText + 1 : 16;
        }

        var total = 2L;
        foreach (var property in instance.GetOwnProperties())
        {
            total += 8 + (property.Value.IsDataDescriptor() ? Size(property.Value.Value, depth + 1) : 0);
            if (total > MaxText)
            {
                return total;
            }
        }

        return total;
    }

    private static JsString Join(JsValue self, JsValue separator, ref int depth)
    {
        if (self is not ObjectInstance list)
        {
            throw new FormatException("The script failed: join of nothing.");
        }

        if (++depth > 32)
        {
            throw new FormatException("The script failed: lists are nested too deeply.");
        }

        var between = separator.IsUndefined() ? "," : TypeConverter.ToString(separator);
        var joined = new StringBuilder();
        var length = (long)Math.Min(TypeConverter.ToNumber(list.Get("length")) is > 0 and var n ? n : 0, int.MaxValue);
        for (var i = 0L; i < length; i++)
        {
            if (i > 0)
            {
                joined.Append(between);
            }

            var item = list.Get(JsNumber.Create(i));
            joined.Append(item.IsNull() || item.IsUndefined() || item == self ? "" : TypeConverter.ToString(item));
            if (joined.Length > MaxText)
            {
                throw new FormatException($"The script failed: join would give more than {MaxText} characters.");
            }
        }

        depth--;
        return JsString.Create(joined.ToString());
    }
}
