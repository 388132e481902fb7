namespace RetailOps.Workflows;

/// <summary>How a variable's values are kept. A closed list: stored JSON never names .NET types that are then looked up.</summary>
internal enum VariableType
{
    Object,
    String,
    Boolean,
    Int32,
    Int64,
    Double,
    Decimal,
    Guid,
    DateTimeOffset,
    TimeSpan,
    Json,
}

internal static class VariableTypes
{
    /// <summary>Reads Elsa's aliases and the long .NET names of older files; what we do not know is kept as it comes.</summary>
    public static VariableType Of(string? typeName, bool isArray)
    {
        if (isArray)
        {
            return VariableType.Json;
        }

        var name = (typeName ?? "").Split(',')[0];
        name = name.StartsWith("System.", StringComparison.Ordinal) ? name[7..] : name;
        return name switch
        {
            "String" => VariableType.String,
            "Boolean" => VariableType.Boolean,
            "Int16" or "Int32" or "Short" or "Byte" => VariableType.Int32,
            "Int64" or "Long" => VariableType.Int64,
            "Single" or "Double" or "Float" => VariableType.Double,
            "Decimal" => VariableType.Decimal,
            "Guid" => VariableType.Guid,
            "DateTime" or "DateTimeOffset" => VariableType.DateTimeOffset,
            "TimeSpan" => VariableType.TimeSpan,
            "JSON" or "JsonElement" or "JsonNode" or "JsonObject" or "JsonArray" or "ObjectDictionary" or "StringDictionary" => VariableType.Json,
            _ => VariableType.Object,
        };
    }

    /// <exception cref="FormatException">The value is of another kind.</exception>
    public static object? Keep(this VariableType type, object? value) => value is null ? null : type switch
    {
        VariableType.String => ValueConverter.To<string>(value),
        VariableType.Boolean => As<bool>(value),
        VariableType.Int32 => As<int>(value),
        VariableType.Int64 => As<long>(value),
        VariableType.Double => As<double>(value),
        VariableType.Decimal => As<decimal>(value),
        VariableType.Guid => As<Guid>(value),
        VariableType.DateTimeOffset => As<DateTimeOffset>(value),
        VariableType.TimeSpan => As<TimeSpan>(value),
        VariableType.Json => ValueConverter.ToJson(value),
        _ => ValueConverter.Plain(value),
    };

    /// <summary>What is of the type already stays the object it is.</summary>
    private static object As<T>(object value)
        where T : struct => value is T ? value : ValueConverter.To<T>(value);
}
