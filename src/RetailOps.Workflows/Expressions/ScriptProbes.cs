using System.Runtime.CompilerServices;

using Acornima.Ast;

using Jint;
using Jint.Native;
using Jint.Native.Function;
using Jint.Native.Object;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>
/// Puts a probe before every built-in of an engine: is there stack left, and are time, memory and steps still within their limits? So a built-in that
/// calls a built-in without end meets a limit each time.
/// </summary>
internal static class ScriptProbes
{
    /// <summary>One of each kind that no name leads to.</summary>
    private static readonly Prepared<Script> Samples = Engine.PrepareScript(
        "[[].values(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), /x/g[Symbol.matchAll](''), (function* () {})(), (async () => {})(), async () => {}, async function* () {}, (async function* () {})(), Iterator.from({ next() {} })]");

    /// <summary>What a look at one property may do.</summary>
    internal delegate void Look(ObjectInstance owner, JsValue key, PropertyDescriptor value);

    /// <summary>About 400 functions, half a megabyte.</summary>
    public static void Install(Engine engine)
    {
        // One function under two names stays one.
        var wrapped = new Dictionary<Function, Function>(ReferenceEqualityComparer.Instance);
        Visit(engine, (owner, key, property) =>
        {
            if (!property.Configurable)
            {
                return;
            }

            if (property.IsAccessorDescriptor())
            {
                owner.FastSetProperty(key, new GetSetPropertyDescriptor(Probed(engine, property.Get, wrapped), Probed(engine, property.Set, wrapped), property.Enumerable, property.Configurable));
            }
            else if (property.Value is Function function && !IsConstructor(function))
            {
                owner.FastSetProperty(key, new PropertyDescriptor(Probed(engine, function, wrapped), property.Writable, property.Enumerable, property.Configurable));
            }
        });
    }

    /// <summary>Goes through everything that a script could reach without being given it.</summary>
    public static void Visit(Engine engine, Look look)
    {
        var seen = new HashSet<ObjectInstance>(ReferenceEqualityComparer.Instance);
        var open = new Stack<ObjectInstance>([engine.Global, (ObjectInstance)engine.Evaluate(Samples)]);
        while (open.TryPop(out var owner))
        {
            if (!seen.Add(owner))
            {
                continue;
            }

            Add(owner.Prototype);
            foreach (var key in owner.GetOwnPropertyKeys(Types.String | Types.Symbol))
            {
                var property = owner.GetOwnProperty(key);
                if (property.IsAccessorDescriptor())
                {
                    Add(property.Get);
                    Add(property.Set);
                }
                else
                {
                    Add(property.Value);
                }

                look(owner, key, property);
            }
        }

        void Add(JsValue? value)
        {
            if (value is ObjectInstance next)
            {
                open.Push(next);
            }
        }
    }

    private static bool IsConstructor(Function function) => function.HasOwnProperty("prototype") || function is ScriptFunction;

    private static JsValue? Probed(Engine engine, JsValue? value, Dictionary<Function, Function> wrapped)
    {
        if (value is not Function function || function is ScriptFunction)
        {
            return value;
        }

        if (!wrapped.TryGetValue(function, out var probed))
        {
            wrapped[function] = probed = new ClrFunction(engine, "", (self, args) =>
            {
                RuntimeHelpers.EnsureSufficientExecutionStack();
                engine.Constraints.Check();
                return function.Call(self, args);
            });
            wrapped[probed] = probed;
        }

        return probed;
    }
}
