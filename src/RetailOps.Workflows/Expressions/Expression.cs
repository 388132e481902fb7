using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What an input's value comes from. Prepared once, when a definition is compiled; shared by all instances.</summary>
internal abstract class Expression
{
    public static Expression None { get; } = new LiteralExpression(null);

    /// <summary>Whether its value is written out in the definition, and needs no burst to be evaluated.</summary>
    public virtual bool IsWritten => false;

    /// <exception cref="FormatException">The expression fails.</exception>
    public abstract object? Evaluate(Burst burst);
}

/// <summary>A literal converted to its input's type when the definition was compiled.</summary>
internal sealed class Literal<T>(T value) : Expression
{
    public T Value { get; } = value;

    public override bool IsWritten => true;

    public override object? Evaluate(Burst burst) => Value;
}

/// <summary>A literal converted at each use, since its value could be changed by who gets it, or fits no type.</summary>
internal sealed class LiteralExpression(object? value) : Expression
{
    public override bool IsWritten => true;

    public override object? Evaluate(Burst burst) => value;
}

/// <summary>The value of a variable, by its id.</summary>
internal sealed class VariableExpression(string id) : Expression
{
    public override object? Evaluate(Burst burst) => burst.Variable(id);
}

/// <summary>An input the instance was started with, by its name.</summary>
internal sealed class InputExpression(string name) : Expression
{
    public override object? Evaluate(Burst burst) => burst.Argument(name);
}

/// <summary>An expression that cannot be used; kept, and an error of the definition.</summary>
internal sealed class BrokenExpression(string message) : Expression
{
    public override object? Evaluate(Burst burst) => throw new FormatException(message);
}

/// <summary>Prepares expressions of one type.</summary>
/// <param name="value">The expression's value as drawn.</param>
/// <exception cref="FormatException">It cannot be used; the message says why.</exception>
internal delegate Expression ExpressionHandler(JsonElement value);

/// <summary>Prepares a definition's expressions, by the names of their types.</summary>
internal sealed class ExpressionCompiler(List<DefinitionProblem> problems)
{
    private static readonly Dictionary<string, ExpressionHandler> Handlers = new(StringComparer.Ordinal)
    {
        ["Literal"] = value => new LiteralExpression(ValueConverter.Plain(value)),
        ["Object"] = ParsedJson,
        ["Json"] = ParsedJson,
        ["Variable"] = value => new VariableExpression((value.ValueKind == JsonValueKind.String ? value.GetString() : value.Text("id")) ?? throw new FormatException("No variable is chosen.")),
        ["Input"] = value => new InputExpression((value.ValueKind == JsonValueKind.String ? value.GetString() : value.Text("name")) ?? throw new FormatException("No input is chosen.")),
        ["Liquid"] = value => LiquidExpression.Prepare(value.ValueKind == JsonValueKind.String ? value.GetString()! : ""),
        ["JavaScript"] = value => JavaScriptExpression.Prepare(value.ValueKind == JsonValueKind.String ? value.GetString()! : ""),
    };

    /// <summary>Whether some script reads outputs of earlier activities.</summary>
    public bool AsksForOutputs { get; private set; }

    /// <summary>Whether expressions of a kind can be evaluated here.</summary>
    public static bool Knows(string kind) => kind == "Literal" || Handlers.ContainsKey(kind);

    /// <summary>An activity's input: wrapped as Elsa writes it, or the raw value, or the default.</summary>
    public Expression Input(JsonElement? drawn, string? otherwise, Type type, string activityId, string name)
    {
        if (drawn is not { } json)
        {
            return Literal(otherwise, type, activityId, name);
        }

        var expression = json.ValueKind == JsonValueKind.Object ? json.Member("expression") : null;
        if (expression is { ValueKind: JsonValueKind.Object } wrapped)
        {
            if (json.Text("typeName") is null)
            {
                problems.Add(DefinitionProblem.Warning("input-type", activityId, $"Input '{name}' has no typeName; Elsa itself would leave the input out."));
            }

            return Prepare(wrapped, type, activityId, name);
        }

        // An object with a type name but no expression is an input that nobody has filled in.
        return json.ValueKind == JsonValueKind.Object && json.Member("typeName") is not null
            ? Literal(otherwise, type, activityId, name)
            : Literal(ValueConverter.Plain(json), type, activityId, name);
    }

    /// <param name="expression"><c>{"type":"JavaScript","value":"…"}</c>.</param>
    public Expression Prepare(JsonElement expression, Type type, string activityId, string name)
    {
        var kind = expression.Text("type") ?? "Literal";
        var value = expression.Member("value") ?? default;
        if (kind == "Literal")
        {
            return Literal(ValueConverter.Plain(value), type, activityId, name);
        }

        try
        {
            var prepared = Handlers.TryGetValue(kind, out var handler)
                ? handler(value)
                : throw new FormatException($"Expressions of type '{kind}' are not available here.");
            AsksForOutputs |= prepared is JavaScriptExpression { AsksForOutputs: true };
            return prepared;
        }
        catch (FormatException e)
        {
            problems.Add(DefinitionProblem.Error("expression", activityId, $"Input '{name}': {e.Message}"));
            return new BrokenExpression(e.Message);
        }
    }

    /// <summary>Something drawn makes no sense, for a reason that only its activity knows.</summary>
    public void Refuse(string code, string activityId, string message) => problems.Add(DefinitionProblem.Error(code, activityId, message));

    private Expression Literal(object? value, Type type, string activityId, string name)
    {
        try
        {
            var converted = ValueConverter.To(value, type);
            return converted is not null && ValueConverter.IsImmutable(type)
                ? (Expression)Activator.CreateInstance(typeof(Literal<>).MakeGenericType(type), converted)!
                : new LiteralExpression(value);
        }
        catch (FormatException e)
        {
            problems.Add(DefinitionProblem.Error("literal", activityId, $"Input '{name}': {e.Message}"));
            return new BrokenExpression(e.Message);
        }
    }

    private static LiteralExpression ParsedJson(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return new LiteralExpression(ValueConverter.Plain(value));
        }

        try
        {
            return new LiteralExpression(JsonElement.Parse(value.GetString()!));
        }
        catch (JsonException e)
        {
            throw new FormatException("The value is not valid JSON: " + e.Message, e);
        }
    }
}
