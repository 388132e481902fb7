using System.Reflection;

namespace RetailOps.ArchitectureTests;

/// <summary>The product as it was compiled. A project that the host does not carry cannot be loaded, and fails.</summary>
internal static class ProductTypes
{
    private static readonly Lazy<IReadOnlyList<Assembly>> Loaded = new(() => [.. Walls.Product(World.OnDisk).Select(p => Assembly.Load(p.Name))]);

    private static readonly Lazy<IReadOnlyList<Type>> Found = new(() => [.. Loaded.Value.SelectMany(a => a.GetTypes())]);

    public static IReadOnlyList<Assembly> Assemblies => Loaded.Value;

    public static IReadOnlyList<Type> All => Found.Value;

    public static IEnumerable<(string From, string To)> References =>
        from assembly in Assemblies
        from seen in assembly.GetReferencedAssemblies()
        select (assembly.GetName().Name!, seen.Name!);
}
