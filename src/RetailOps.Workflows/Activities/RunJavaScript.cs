using Jint;
using Jint.Native;
using Jint.Runtime;
using Jint.Runtime.Interop;

namespace RetailOps.Workflows;

/// <summary>Runs a script; its value is the result. It may choose outcomes by <c>setOutcome</c> and <c>setOutcomes</c>.</summary>
[Activity("Elsa.RunJavaScript", Category = "Scripting")]
internal sealed class RunJavaScript : Activity, IDrawn
{
    private Expression script = Expression.None;

    /// <summary>For the designer, which draws them.</summary>
    [Input]
    public Input<string[]> PossibleOutcomes { get; set; } = null!;

    [Output]
    public Output<object?> Result { get; set; } = null!;

    /// <summary>The script is a literal text to Elsa, and an expression to us: parsed once, with the definition.</summary>
    public void Read(ActivityDefinition definition, ExpressionCompiler expressions)
    {
        var input = definition.Json.Member("script") ?? default;
        var text = input.ValueKind == System.Text.Json.JsonValueKind.String ? input.GetString() : (input.Member("expression") ?? default).Text("value");
        script = expressions.Prepare(System.Text.Json.JsonSerializer.SerializeToElement(new { type = "JavaScript", value = text ?? "" }), typeof(object), definition.Id, "script");
    }

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var burst = (Burst)context;
        var outcomes = new List<string>();
        var value = script is JavaScriptExpression javaScript ? javaScript.Evaluate(burst, Globals(outcomes)) : script.Evaluate(burst);
        context.Set(Result, value);
        context.Complete(outcomes.Count == 0 ? ["Done"] : outcomes);
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, Func<Engine, JsValue>> Globals(List<string> outcomes) => new()
    {
        ["setOutcome"] = engine => new ClrFunction(engine, "setOutcome", (_, args) =>
        {
            outcomes.Clear();
            outcomes.Add(TypeConverter.ToString(args.At(0)));
            return JsValue.Undefined;
        }),
        ["setOutcomes"] = engine => new ClrFunction(engine, "setOutcomes", (_, args) =>
        {
            outcomes.Clear();
            outcomes.AddRange(args.At(0).AsArray().Select(TypeConverter.ToString));
            return JsValue.Undefined;
        }),
    };
}
