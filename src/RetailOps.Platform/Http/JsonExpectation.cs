using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Says in JSON's own words what stands at a place of a body: of the place's type nothing is told.</summary>
internal static class JsonExpectation
{
    /// <summary>What is expected, like <c>a whole number from 1 to 9</c>; null where nothing can be said.</summary>
    /// <param name="body">What the whole body is read into.</param>
    /// <param name="path">The serializer's, like <c>$.lines[0].quantity</c>.</param>
    public static string? At(Type body, string path)
    {
        try
        {
            return TypeAt(body, path) is { } type ? Of(type) : null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }

    private static Type? TypeAt(Type type, string path)
    {
        foreach (var step in path.TrimStart('$').Replace("[", ".[", StringComparison.Ordinal).Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            var info = ApiJson.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
            var next = step[0] == '['
                ? info.Kind is JsonTypeInfoKind.Enumerable ? ElementOf(info.Type) : null
                : info.Properties.FirstOrDefault(p => p.Name == step)?.PropertyType;
            if (next is null)
            {
                return null;
            }

            type = next;
        }

        return type;
    }

    private static Type? ElementOf(Type list) =>
        list.IsArray ? list.GetElementType()
        : list.GetInterfaces().Append(list).FirstOrDefault(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IEnumerable<>))?.GetGenericArguments()[0];

    private static string? Of(Type type) => Nullable.GetUnderlyingType(type) is { } value ? Of(value) is { } words ? words + " or null" : null : type switch
    {
        _ when type == typeof(string) => "a text",
        _ when type == typeof(Sku) => "an item's code as a text",
        _ when type == typeof(bool) => "true or false",
        _ when type == typeof(int) => Whole(int.MinValue, int.MaxValue),
        _ when type == typeof(long) => Whole(long.MinValue, long.MaxValue),
        _ when type == typeof(short) => Whole(short.MinValue, short.MaxValue),
        _ when type == typeof(decimal) || type == typeof(double) => "a number",
        _ when type == typeof(Guid) || type == typeof(OrderId) => "an id like 0198c0de-0000-7000-8000-000000000001 as a text",
        _ when type == typeof(DateTimeOffset) => "an instant with its offset like 2026-03-02T09:00:00Z as a text",
        _ when type == typeof(DateOnly) => "a day like 2026-03-02 as a text",
        _ when type == typeof(TimeSpan) => "a span like 01:30:00 as a text",
        _ when type == typeof(Money) => "an amount like {\"amount\":\"12.34\",\"currency\":\"GBP\"}",
        { IsEnum: true } => "one of " + string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)),
        _ => ApiJson.Options.GetTypeInfo(type).Kind switch
        {
            JsonTypeInfoKind.Enumerable => "a list",
            JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
            _ => null,
        },
    };

    private static string Whole(long least, long most) => string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
}
