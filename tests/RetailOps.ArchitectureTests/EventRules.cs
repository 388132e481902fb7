using System.Collections;
using System.Reflection;
using System.Text.Json.Serialization;

using RetailOps.Kernel;

namespace RetailOps.ArchitectureTests;

/// <summary>Events: a name for ever, and a shape that changes only in sight.</summary>
internal static class EventRules
{
    public static IEnumerable<string> NamesAreWellFormedAndUnique(IReadOnlyCollection<Type> types)
    {
        foreach (var events in Events(types).GroupBy(t => t.GetCustomAttribute<EventNameAttribute>(inherit: false)?.Name ?? ""))
        {
            if (events.Key.Length > 0 && events.Count() > 1)
            {
                yield return $"{events.Key} is the name of {string.Join(" and ", events.Select(t => t.FullName))}.";
            }

            foreach (var type in events)
            {
                var module = Names.HomeOf(type.Assembly).Split('.')[^1];
                if (Patterns.EventName().Match(events.Key) is not { Success: true } name)
                {
                    yield return $"{type.FullName} is called \"{events.Key}\", not module.what-happened.v1.";
                }
                else if (name.Groups[1].Value != Names.Lower(module))
                {
                    yield return $"{type.FullName} is called \"{events.Key}\", which does not begin with {Names.Lower(module)}.";
                }
            }
        }
    }

    /// <summary>One line per member, "event path: type", as it stands in JSON: what docs/contracts/events.txt keeps.</summary>
    public static IEnumerable<string> List(IReadOnlyCollection<Type> types) =>
        from type in Events(types)
        let name = type.GetCustomAttribute<EventNameAttribute>(inherit: false)?.Name
        where name is not null
        orderby name
        from member in Members(type, "", [])
        select $"{name} {member}";

    private static IEnumerable<Type> Events(IEnumerable<Type> types) => types.Where(t => !t.IsAbstract && t.IsAssignableTo(typeof(IFact)));

    private static IEnumerable<string> Members(Type type, string path, IReadOnlyList<Type> above) =>
        from property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        where property.GetIndexParameters().Length == 0 && property.GetCustomAttribute<JsonIgnoreAttribute>() is null
        let name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? Names.Camel(property.Name)
        from line in Describe(path + name, new NullabilityInfoContext().Create(property), above)
        select line;

    private static IEnumerable<string> Describe(string path, NullabilityInfo info, IReadOnlyList<Type> above)
    {
        var optional = info.ReadState == NullabilityState.Nullable ? "?" : "";
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
        {
            var element = info.ElementType ?? info.GenericTypeArguments.LastOrDefault();
            var mark = info.GenericTypeArguments.Length == 2 ? "{}" : "[]";
            return element is null ? [$"{path}{mark}{optional}: any"] : Describe(path + mark + optional, element, above);
        }

        var expands = type.Namespace?.StartsWith("RetailOps", StringComparison.Ordinal) == true && !type.IsEnum && !type.IsDefined(typeof(JsonConverterAttribute));
        return expands && !above.Contains(type)
            ? Members(type, path + optional + ".", [.. above, type])
            : [$"{path}: {Word(type)}{optional}"];
    }

    private static string Word(Type type) => type switch
    {
        { IsEnum: true } => string.Join(" | ", Enum.GetNames(type)),
        _ when type == typeof(Guid) => "guid",
        _ when type == typeof(DateTimeOffset) => "instant",
        _ when type == typeof(DateOnly) => "date",
        _ when type == typeof(string) => "string",
        _ when type == typeof(bool) => "bool",
        _ when type == typeof(int) => "int",
        _ when type == typeof(long) => "long",
        _ when type == typeof(decimal) => "decimal",
        _ => type.Name,
    };
}
