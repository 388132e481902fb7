using System.Text.Json;

namespace RetailOps.ArchitectureTests;

/// <summary>No package is older than is known to be good.</summary>
internal static class FloorRules
{
    /// <summary>Package, version and reason, by line.</summary>
    public static IReadOnlyList<(string Package, Version Floor, string Why)> Read(string text) =>
    [
        .. text.Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(' ', 3)).Select(w => w is [var package, var version, { Length: > 10 } why]
            ? (package, Version.Parse(version), why) : throw new FormatException($"'{string.Join(' ', w)}' is no package, version and reason.")),
    ];

    /// <summary>Everything that a lock file resolves below its floor.</summary>
    /// <param name="path">Of the lock file.</param>
    /// <param name="lockFile">Its JSON.</param>
    /// <param name="floors">As read.</param>
    public static IEnumerable<string> TooOld(string path, string lockFile, IReadOnlyList<(string Package, Version Floor, string Why)> floors)
    {
        foreach (var package in JsonElement.Parse(lockFile).GetProperty("dependencies").EnumerateObject().SelectMany(f => f.Value.EnumerateObject()))
        {
            if (package.Value.TryGetProperty("resolved", out var resolved)
                && floors.FirstOrDefault(f => f.Package.Equals(package.Name, StringComparison.OrdinalIgnoreCase)) is { Package: not null } floor
                && Version.Parse(resolved.GetString()!.Split('-', '+')[0]) < floor.Floor)
            {
                yield return $"{path}: {package.Name} {resolved.GetString()} is older than {floor.Floor}: {floor.Why}";
            }
        }
    }
}
