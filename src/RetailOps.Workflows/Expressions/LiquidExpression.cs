using System.Globalization;
using System.Text.Json;

using Fluid;
using Fluid.Values;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// A Liquid template of a definition. It sees <c>Variables</c>, <c>Input</c>, <c>CorrelationId</c>, <c>WorkflowInstanceId</c> and the definition's ids, within the limits of
/// <see cref="LiquidTemplate"/>.
/// </summary>
internal sealed class LiquidExpression : Expression
{
    public const int MaxText = LiquidTemplate.MaxText;
    private const int MaxItems = LiquidTemplate.MaxItems;

    private readonly LiquidTemplate template;

    private LiquidExpression(LiquidTemplate template) => this.template = template;

    /// <exception cref="FormatException">The text is no template, or asks for what is not offered.</exception>
    public static LiquidExpression Prepare(string text) => new(LiquidTemplate.Prepare(text));

    public override object? Evaluate(Burst burst) => template.Render(
        burst.Now,
        NullEncoder.Default,
        context =>
        {
            context.SetValue("Variables", new DictionaryValue(new Lookup(name => burst.Named(name, pascal: false) is { } v ? burst.Variable(v.Id) : null, () => burst.VariablesInScope().Select(v => v.Name))));
            context.SetValue("Input", new DictionaryValue(new Lookup(burst.Argument, () => burst.Node.Scope.Definition.Inputs)));
            context.SetValue("CorrelationId", In(burst.CorrelationId));
            context.SetValue("WorkflowInstanceId", In(burst.InstanceId.ToString()));
            context.SetValue("WorkflowDefinitionId", In(burst.Workflow.DefinitionId));
            context.SetValue("WorkflowDefinitionVersionId", In(burst.Workflow.VersionId));
            context.SetValue("WorkflowDefinitionVersion", In(burst.Workflow.Version));
        });

    private static FluidValue In(object? value) => value switch
    {
        null => NilValue.Instance,
        bool flag => flag ? BooleanValue.True : BooleanValue.False,
        string text => new StringValue(text),
        int number => NumberValue.Create(number),
        long number => NumberValue.Create(number),
        decimal number => NumberValue.Create(number),
        double number => Math.Abs(number) < 7e27 ? NumberValue.Create((decimal)number) : new StringValue(number.ToString("R", CultureInfo.InvariantCulture)),
        DateTimeOffset instant => new DateTimeValue(instant),
        JsonElement { ValueKind: JsonValueKind.Array } list => new ArrayValue([.. list.EnumerateArray().Take(MaxItems + 1).Select(i => In(ValueConverter.Plain(i)))]),
        JsonElement { ValueKind: JsonValueKind.Object } json => new DictionaryValue(new Lookup(
            name => json.TryGetProperty(name, out var member) ? ValueConverter.Plain(member) : null, () => json.EnumerateObject().Select(m => m.Name))),
        JsonElement json => In(ValueConverter.Plain(json)),
        _ => new StringValue(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""),
    };

    /// <summary>Names and values, looked up when asked for.</summary>
    private sealed class Lookup(Func<string, object?> find, Func<IEnumerable<string>> names) : IFluidIndexable
    {
        public int Count => names().Count();

        public IEnumerable<string> Keys => names();

        public bool TryGetValue(string name, out FluidValue value)
        {
            value = In(find(name));
            return !value.IsNil();
        }
    }
}
