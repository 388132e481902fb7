using System.Text;

using Acornima.Ast;

using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Native.Symbol;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>
/// The walls around scripts. Jint limits time, statements, recursion and memory, but looks only between statements: one call of a built-in that multiplies
/// its input can take gigabytes first. Those built-ins are wrapped, and binary buffers, big integers and proxies, which no expression needs, are gone.
/// Scripts that could turn a built-in against itself get a probe before each (<see cref="ScriptProbes"/>).
/// </summary>
internal static class ScriptSandbox
{
    public static readonly TimeSpan RegexTimeout = TimeSpan.FromMilliseconds(100);

    /// <summary>Characters that one built-in may give back.</summary>
    private const long MaxText = 1 << 19;

    /// <summary>Characters in which one call may look for all matches, each of which is an object.</summary>
    private const int MaxSearched = 1 << 16;

    /// <summary>Characters of a pattern that a script makes: the text of one in a script is bounded with the script.</summary>
    private const int MaxPattern = 1_000;

    /// <summary>Items that one call may go through, holes included.</summary>
    private const int MaxItems = 100_000;

    private static readonly Options Settings = MakeSettings();

    private static readonly string[] Removed =
    [
        "ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array",
        "Float16Array", "Float32Array", "Float64Array", "BigInt", "BigInt64Array", "BigUint64Array", "ShadowRealm", "WebAssembly", "Proxy", "Intl", "Temporal", "FinalizationRegistry", "WeakRef",
    ];

    private static readonly Prepared<Script> PatternWall = Engine.PrepareScript(
        """
        (R, max) => {
          function RegExp(pattern, flags) {
            const text = pattern instanceof R || pattern === undefined ? pattern : `${pattern}`
            if (typeof text === 'string' && text.length > max) { throw new SyntaxError(`A pattern may have at most ${max} characters.`) }
            return new R(text, flags)
          }
          RegExp.prototype = R.prototype
          R.prototype.constructor = RegExp
          delete R.prototype.compile
          return RegExp
        }
        """);

    /// <summary>An engine of its own for one evaluation.</summary>
    public static Engine Open(ScriptNature nature)
    {
        var engine = new Engine(Settings);
        if (nature is not ScriptNature.Plain)
        {
            Contain(engine);
        }

        if (nature is ScriptNature.Wild)
        {
            ContainRest(engine);
            ScriptProbes.Install(engine);
        }

        return engine;
    }

    /// <summary>A value as JSON; null for what is no data.</summary>
    /// <exception cref="FormatException">It would be too long.</exception>
    public static string? Json(Engine engine, JsValue value)
    {
        if (Size(value, 0) > MaxText)
        {
            throw new FormatException($"The script failed: its value has more than {MaxText} characters or is nested too deeply.");
        }

        // Data of the host has no hooks, and a plain script has made none.
        var text = IsContained(engine) ? ScriptJson.Write(engine, value, JsValue.Undefined, JsValue.Undefined, MaxText) : new Jint.Native.Json.JsonSerializer(engine).Serialize(value);
        return text.IsString() ? text.AsString() : null;
    }

    private static bool IsContained(Engine engine) => !engine.Global.HasOwnProperty(Removed[0]);

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
        Wrap(engine, text, "match", Searched);
        Wrap(engine, text, "matchAll", Searched);
        Wrap(engine, text, "search", Searched);
        Wrap(engine, (ObjectInstance)engine.Global.Get("String"), "raw", (_, args) => Size(args.At(0), 0) + args.Sum(Length));
        var json = (ObjectInstance)engine.Global.Get("JSON");
        var stringify = (Function)json.Get("stringify");
        Replace(engine, json, "stringify", (self, args) => Size(args.At(0), 0) > MaxText
            ? throw new FormatException($"The script failed: stringify would give more than {MaxText} characters, or its value is nested too deeply.")
            : ScriptJson.Stringify(engine, stringify, self, args, MaxText));
        var list = Prototype(engine, "Array");
        var things = (ObjectInstance)engine.Global.Get("Object");
        foreach (var name in (string[])["keys", "values", "entries", "assign", "getOwnPropertyNames", "getOwnPropertyDescriptors", "defineProperties"])
        {
            // Each character of a text is a member.
            Wrap(engine, things, name, (_, args) => args.Any(a => (a is JsString text && text.Length > MaxSearched) || (a is ObjectInstance boxed && Items(a) > MaxSearched && boxed.HasOwnProperty("0"))) ? long.MaxValue : 0);
        }

        Wrap(engine, list, "includes", (self, _) => Items(self) > MaxItems ? long.MaxValue : 0);
        Wrap(engine, list, "unshift", (self, _) => Items(self) > MaxItems ? long.MaxValue : 0);
        Replace(engine, Prototype(engine, "Error"), "toString", (self, _) => Told(self));
        var depth = 0;
        Replace(engine, list, "join", (self, args) => Join(engine, self, args.At(0), ref depth));
        Replace(engine, list, "toString", (self, _) => Join(engine, self, JsValue.Undefined, ref depth));
        Replace(engine, list, "toLocaleString", (self, _) => Join(engine, self, JsValue.Undefined, ref depth));
    }

    /// <summary>The ways to patterns that lead around the methods of texts, and to lists that never end.</summary>
    private static void ContainRest(Engine engine)
    {
        var pattern = Prototype(engine, "RegExp");
        foreach (var name in (string[])["union", "intersection", "difference", "symmetricDifference", "isSubsetOf", "isSupersetOf", "isDisjointFrom"])
        {
            // What only says that it is a set may have members without end.
            Wrap(engine, Prototype(engine, "Set"), name, (_, args) => args.At(0) is JsSet ? 0 : long.MaxValue);
        }

        // A built-in as its next() is asked for ever, with nothing in between that looks.
        var steps = Prototype(engine, "Iterator");
        foreach (var key in steps.GetOwnPropertyKeys(Types.String).Where(k => k.ToString() != "constructor"))
        {
            steps.Delete(key);
        }

        engine.Global.Delete("AggregateError");
        Wrap(engine, pattern, GlobalSymbolRegistry.Replace, (_, args) => Replaced(args.At(0), [args.At(0), args.At(1)]));
        Wrap(engine, pattern, GlobalSymbolRegistry.Match, (_, args) => Searched(args.At(0), []));
        Wrap(engine, pattern, GlobalSymbolRegistry.MatchAll, (_, args) => Searched(args.At(0), []));
        Wrap(engine, pattern, GlobalSymbolRegistry.Split, (_, args) => Length(args.At(0)));
        var guarded = engine.Evaluate(PatternWall).Call(engine.Global.Get("RegExp"), JsNumber.Create(MaxPattern));
        engine.Global.FastSetProperty("RegExp", new PropertyDescriptor(guarded, writable: true, enumerable: false, configurable: true));
    }

    private static ObjectInstance Prototype(Engine engine, string name) => (ObjectInstance)((ObjectInstance)engine.Global.Get(name)).Get("prototype");

    private static void Wrap(Engine engine, ObjectInstance owner, JsValue name, Func<JsValue, JsValue[], long> size)
    {
        var original = (Function)owner.Get(name);
        Replace(engine, owner, name, (self, args) =>
        {
            if (size(self, args) > MaxText)
            {
                throw new FormatException($"The script failed: {name} would give more than {MaxText} characters, or go through too much.");
            }

            return original.Call(self, args);
        });
    }

    private static void Replace(Engine engine, ObjectInstance owner, JsValue name, Func<JsValue, JsValue[], JsValue> call) =>
        owner.FastSetProperty(name, new PropertyDescriptor(new ClrFunction(engine, name.ToString(), (self, args) => call(self, args)), writable: true, enumerable: false, configurable: true));

    private static double Items(JsValue self) => self is ObjectInstance list && list.Get("length") is JsNumber length ? length.AsNumber() : 0;

    /// <summary>Each match is an object; and a text is made a pattern, which takes a hundred times its room.</summary>
    private static long Searched(JsValue self, JsValue[] args) => Length(self) > MaxSearched || (args.At(0) is JsString pattern && pattern.Length > MaxPattern) ? long.MaxValue : 0;

    /// <summary>What an error says of itself, unless that is again an object: one whose message is itself would be asked for ever.</summary>
    private static JsString Told(JsValue self)
    {
        var (name, message) = self is ObjectInstance error ? (Word(error.Get("name")), Word(error.Get("message"))) : ("", "");
        return JsString.Create(name.Length == 0 ? message : message.Length == 0 ? name : $"{name}: {message}");

        static string Word(JsValue value) => value.IsString() ? value.AsString() : value is ObjectInstance or JsSymbol || value.IsUndefined() ? "" : value.ToString();
    }

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
            total += 8 + (property.Key is JsString key ? key.Length : 0) + (property.Value.IsDataDescriptor() ? Size(property.Value.Value, depth + 1) : 0);
            if (total > MaxText)
            {
                return total;
            }
        }

        return total;
    }

    private static JsString Join(Engine engine, JsValue self, JsValue separator, ref int depth)
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
            if (i % 1_000 == 999)
            {
                engine.Constraints.Check();
            }

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
