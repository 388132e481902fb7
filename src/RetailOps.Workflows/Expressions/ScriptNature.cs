using System.Collections.Frozen;

using Acornima.Ast;

using Jint;
using Jint.Native.Function;

namespace RetailOps.Workflows;

/// <summary>How much a script could do, told from its text before it runs; it decides how much of the walls it is given.</summary>
internal enum ScriptNature
{
    /// <summary>Comparisons and sums of what the host gives: no loops, functions, member calls or constructors. It cannot multiply its data.</summary>
    Plain,

    /// <summary>It calls built-ins by name, on its own values. Those that multiply their input are wrapped.</summary>
    Usual,

    /// <summary>
    /// It might get hold of a built-in as a value and put it where it does not belong (<c>o.toString = ''.trim</c>): Jint then recurses into itself where
    /// nothing looks, and the process dies. Every built-in is wrapped.
    /// </summary>
    Wild,
}

/// <summary>Tells natures apart.</summary>
internal static class ScriptNatures
{
    /// <summary>Names by which a script reaches prototypes, descriptors and detached functions.</summary>
    private static readonly FrozenSet<string> Reaching = new[]
    {
        "call", "apply", "bind", "constructor", "prototype", "__proto__", "callee", "caller", "create", "getPrototypeOf", "setPrototypeOf", "getOwnPropertyDescriptor", "getOwnPropertyDescriptors",
        "defineProperty", "defineProperties", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
        "globalThis", "Reflect", "Symbol", "Proxy", "Iterator", "Promise", "Function", "RegExp", "AggregateError", "BigInt", "eval", "arguments",
    }.ToFrozenSet();

    /// <summary>Built-in functions that may be handed on as they are: they give back what they get, or less.</summary>
    private static readonly string[] Harmless = ["Boolean", "Number", "String"];

    /// <summary>Built-in functions that are members of something, and those that stand for themselves.</summary>
    private static readonly (FrozenSet<string> Members, FrozenSet<string> Globals) BuiltIns = Names();

    /// <exception cref="FormatException">It uses numbers without limit, whose arithmetic no limit of ours interrupts.</exception>
    public static ScriptNature Of(Script script)
    {
        var nature = ScriptNature.Plain;
        // What is called, constructed or looked into is not handed on.
        var stack = new Stack<(Node Node, bool IsHandedOn)>([(script, true)]);
        while (stack.TryPop(out var next))
        {
            var found = Look(next.Node, next.IsHandedOn);
            nature = found > nature ? found : nature;
            Push(stack, next.Node);
        }

        return nature;
    }

    private static ScriptNature Look(Node node, bool isHandedOn) => node switch
    {
        BigIntLiteral => throw new FormatException("Numbers like 1n are not available."),
        Identifier name => Reaching.Contains(name.Name) || (isHandedOn && BuiltIns.Globals.Contains(name.Name) && !Harmless.Contains(name.Name)) ? ScriptNature.Wild : ScriptNature.Plain,
        MemberExpression member => NameOf(member.Property, member.Computed) is { } name && !Reaching.Contains(name) && !(isHandedOn && BuiltIns.Members.Contains(name)) ? ScriptNature.Plain : ScriptNature.Wild,
        AssignmentProperty property => Named(property),
        ObjectProperty property => property.Key is Identifier { Name: "__proto__" } or StringLiteral { Value: "__proto__" } ? ScriptNature.Wild : ScriptNature.Plain,
        IClass or ThisExpression or Super or MetaProperty or TaggedTemplateExpression or WithStatement or YieldExpression or AwaitExpression or ImportExpression => ScriptNature.Wild,
        IFunction function => function.Generator || function.Async ? ScriptNature.Wild : ScriptNature.Usual,
        CallExpression { Callee: not Identifier } or NewExpression or SpreadElement or WhileStatement or DoWhileStatement or ForStatement or ForInStatement or ForOfStatement
            or VariableDeclaration or AssignmentExpression => ScriptNature.Usual,
        _ => ScriptNature.Plain,
    };

    private static ScriptNature Named(AssignmentProperty property) =>
        NameOf(property.Key, property.Computed) is { } name && !Reaching.Contains(name) && !BuiltIns.Members.Contains(name) ? ScriptNature.Plain : ScriptNature.Wild;

    private static string? NameOf(Node key, bool isComputed) => key switch
    {
        StringLiteral text => text.Value,
        NumericLiteral => "0",
        Identifier name when !isComputed => name.Name,
        _ => null,
    };

    private static void Push(Stack<(Node Node, bool IsHandedOn)> stack, Node node)
    {
        switch (node)
        {
            case MemberExpression member:
                stack.Push((member.Object, false));
                if (member.Computed)
                {
                    stack.Push((member.Property, true));
                }

                return;
            case Property property:
                if (property.Computed)
                {
                    stack.Push((property.Key, true));
                }

                stack.Push((property.Value, true));
                return;
            default:
                var called = (node as CallExpression)?.Callee ?? (node as NewExpression)?.Callee;
                foreach (var child in node.ChildNodes)
                {
                    stack.Push((child, child != called));
                }

                return;
        }
    }

    /// <summary>As this engine has them.</summary>
    private static (FrozenSet<string> Members, FrozenSet<string> Globals) Names()
    {
        var (members, globals) = (new HashSet<string>(StringComparer.Ordinal), new HashSet<string>(StringComparer.Ordinal));
        // Without what is taken away: Temporal alone would make "total" and "add" suspicious.
        var engine = ScriptSandbox.Open(ScriptNature.Usual);
        ScriptProbes.Visit(engine, (owner, key, value) =>
        {
            if (key.IsString() && value.IsDataDescriptor() && value.Value is Function)
            {
                (owner == engine.Global ? globals : members).Add(key.AsString());
            }
        });
        return (members.ToFrozenSet(), globals.ToFrozenSet());
    }
}
