using System.Reflection;
using System.Text.Json;

namespace RetailOps.ArchitectureTests;

internal static class Names
{
    /// <summary>The part of the product an assembly belongs to: RetailOps.Orders for RetailOps.Orders.Contracts too.</summary>
    public static string HomeOf(Assembly assembly)
    {
        var name = assembly.GetName().Name!;
        return name.EndsWith(".Contracts", StringComparison.Ordinal) ? name[..^".Contracts".Length] : name;
    }

    public static string Lower(string name) => name.ToLowerInvariant();

    public static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
