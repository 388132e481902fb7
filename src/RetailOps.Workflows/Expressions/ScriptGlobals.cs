using System.Collections.Frozen;

using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Descriptors;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>What Elsa offers to scripts. Made only for the names a script uses.</summary>
internal static class ScriptGlobals
{
    private delegate JsValue Call(Burst burst, Engine engine, JsValue[] args);

    private static readonly FrozenDictionary<string, Call> Functions = new Dictionary<string, Call>
    {
        ["getInput"] = (b, e, a) => ScriptValues.In(e, b.Argument(Text(a, 0))),
        ["getVariable"] = (b, e, a) => b.Named(Text(a, 0), pascal: false) is { } v ? ScriptValues.In(e, b.Variable(v.Id)) : JsValue.Undefined,
        ["setVariable"] = (b, e, a) => b.Named(Text(a, 0), pascal: false) is { } v ? Assign(b, e, v.Id, a.At(1)) : throw new FormatException($"Variable '{Text(a, 0)}' not found."),
        ["getLastResult"] = (b, e, _) => ScriptValues.In(e, b.State.LastResult),
        ["getOutputFrom"] = (b, e, a) => ScriptValues.In(e, b.State.ActivityOutputs.GetValueOrDefault(OutputKey(b, Text(a, 0), a.At(1)))),
        ["getWorkflowInstanceId"] = (b, _, _) => JsString.Create(b.InstanceId.ToString()),
        ["getWorkflowInstanceName"] = (b, _, _) => b.State.Name is { } name ? JsString.Create(name) : JsValue.Null,
        ["setWorkflowInstanceName"] = (b, _, a) => Do(() => b.State.Name = KeyText.Checked(TextOrNull(a.At(0)), "name of an instance")),
        ["getWorkflowDefinitionId"] = (b, _, _) => JsString.Create(b.Workflow.DefinitionId),
        ["getWorkflowDefinitionVersionId"] = (b, _, _) => JsString.Create(b.Workflow.VersionId),
        ["getWorkflowDefinitionVersion"] = (b, _, _) => JsNumber.Create(b.Workflow.Version),
        ["getCorrelationId"] = (b, _, _) => b.CorrelationId is { } id ? JsString.Create(id) : JsValue.Null,
        ["setCorrelationId"] = (b, _, a) => Do(() => b.CorrelationId = TextOrNull(a.At(0))),
        ["newGuid"] = NewGuid,
        ["getGuid"] = NewGuid,
        ["getGuidString"] = NewGuid,
        ["parseGuid"] = (_, _, a) => JsString.Create(Guid.TryParse(Text(a, 0), out var id) ? id.ToString() : throw new FormatException("The text is no GUID.")),
        ["isNullOrEmpty"] = (_, _, a) => string.IsNullOrEmpty(TextOrNull(a.At(0))) ? JsBoolean.True : JsBoolean.False,
        ["isNullOrWhiteSpace"] = (_, _, a) => string.IsNullOrWhiteSpace(TextOrNull(a.At(0))) ? JsBoolean.True : JsBoolean.False,
        ["toJson"] = ToJson,
    }.ToFrozenDictionary();

    /// <summary>Every name that does not depend on the definition.</summary>
    public static IEnumerable<string> Fixed => Functions.Keys.Append("variables");

    /// <summary>The value of a global name; null when it is not ours.</summary>
    public static JsValue? Make(Engine engine, Burst burst, string name)
    {
        if (Functions.TryGetValue(name, out var call))
        {
            return new ClrFunction(engine, name, (_, args) => call(burst, engine, args));
        }

        if (burst.Arguments is { } arguments)
        {
            if (arguments.TryGetValue(name, out var argument))
            {
                return ScriptValues.In(engine, argument);
            }

            if (name.StartsWith("get", StringComparison.Ordinal) && arguments.TryGetValue(name[3..], out var got))
            {
                return new ClrFunction(engine, name, (_, _) => ScriptValues.In(engine, got));
            }
        }

        if (name == "variables")
        {
            return Variables(engine, burst);
        }

        if (name.Length < 4)
        {
            return null;
        }

        var pascal = name[3..];
        if (name.StartsWith("get", StringComparison.Ordinal))
        {
            if (burst.Named(pascal, pascal: true) is { } variable)
            {
                return new ClrFunction(engine, name, (_, _) => ScriptValues.In(engine, burst.Variable(variable.Id)));
            }

            if (burst.ArgumentNamed(pascal) is { } argument)
            {
                return new ClrFunction(engine, name, (_, _) => ScriptValues.In(engine, burst.Argument(argument)));
            }

            return OutputNamed(burst, pascal) is { } output ? new ClrFunction(engine, name, (_, _) => ScriptValues.In(engine, burst.State.ActivityOutputs.GetValueOrDefault(output))) : null;
        }

        return name.StartsWith("set", StringComparison.Ordinal) && burst.Named(pascal, pascal: true) is { } set
            ? new ClrFunction(engine, name, (_, args) => Assign(burst, engine, set.Id, args.At(0)))
            : null;
    }

    /// <summary>Own properties, so that no name, <c>__proto__</c> included, reaches the prototype.</summary>
    private static JsObject Variables(Engine engine, Burst burst)
    {
        var variables = new JsObject(engine);
        foreach (var variable in burst.VariablesInScope().DistinctBy(v => v.Name))
        {
            variables.DefineOwnProperty(variable.Name, new GetSetPropertyDescriptor(
                new ClrFunction(engine, variable.Name, (_, _) => ScriptValues.In(engine, burst.Variable(variable.Id))),
                new ClrFunction(engine, variable.Name, (_, args) => Assign(burst, engine, variable.Id, args.At(0))),
                enumerable: true,
                configurable: false));
        }

        return variables;
    }

    private static JsValue Assign(Burst burst, Engine engine, string id, JsValue value)
    {
        burst.TrySetVariable(id, ScriptValues.Out(engine, value));
        return JsValue.Undefined;
    }

    private static JsValue Do(Action action)
    {
        action();
        return JsValue.Undefined;
    }

    private static JsString NewGuid(Burst burst, Engine engine, JsValue[] args) => JsString.Create(burst.Services.NewId().ToString());

    private static JsValue ToJson(Burst burst, Engine engine, JsValue[] args) => ScriptSandbox.Json(engine, args.At(0)) is { } text ? JsString.Create(text) : JsValue.Undefined;

    /// <summary>What <c>getXFromY()</c> means: output X of the activity named Y, where there is one.</summary>
    private static string? OutputNamed(Burst burst, string pascal)
    {
        for (var from = pascal.IndexOf("From", 1, StringComparison.Ordinal); from > 0; from = pascal.IndexOf("From", from + 1, StringComparison.Ordinal))
        {
            var activity = pascal[(from + 4)..];
            if (Named(burst, n => n.Id == activity || CompositeReference.TypeOf(n.Name) == activity) is { } found)
            {
                return found.Key + "." + System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(pascal[..from]);
            }
        }

        return null;
    }

    private static CompiledNode? Named(Burst burst, Func<CompiledNode, bool> isIt) =>
        burst.Workflow.Nodes.FirstOrDefault(n => n.Scope == burst.Node.Scope && isIt(n));

    /// <summary>Activities are named in scripts by their name or their id.</summary>
    private static string OutputKey(Burst burst, string activity, JsValue output)
    {
        return (Named(burst, n => n.Name == activity)?.Key ?? burst.Node.Scope.Prefix + activity) + "." + (output.IsString() ? System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(output.AsString()) : "result");
    }

    private static string Text(JsValue[] args, int index) => TextOrNull(args.At(index)) ?? "";

    private static string? TextOrNull(JsValue value) => value.IsNull() || value.IsUndefined() ? null : TypeConverter.ToString(value);
}
