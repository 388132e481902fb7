using System.Globalization;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Workflows;

internal enum DefinitionOrder
{
    Created,
    Name,
    Version,
}

/// <summary>Which versions somebody means, in the original's words.</summary>
internal sealed class VersionChoice
{
    private VersionChoice(string sql) => Sql = sql;

    public static VersionChoice Latest { get; } = new("d.is_latest");

    public static VersionChoice Published { get; } = new("d.is_published");

    public static VersionChoice All { get; } = new("true");

    /// <summary>A condition on <c>d</c>.</summary>
    public string Sql { get; }

    /// <param name="text"><c>Latest</c>, <c>Published</c>, <c>Draft</c>, <c>LatestOrPublished</c>, <c>LatestAndPublished</c>, <c>AllVersions</c> or a number, in any case.</param>
    /// <param name="otherwise">Where nothing is said.</param>
    /// <returns>The choice; null for a word that nobody knows.</returns>
    public static VersionChoice? Read(string? text, VersionChoice otherwise) => text?.Trim().ToLowerInvariant() switch
    {
        null or "" => otherwise,
        "latest" => Latest,
        "published" => Published,
        "draft" => new("(d.is_latest and not d.is_published)"),
        "latestorpublished" => new("(d.is_latest or d.is_published)"),
        "latestandpublished" => new("(d.is_latest and d.is_published)"),
        "allversions" or "all" => All,
        var number when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version) => Number(version),
        _ => null,
    };

    public static VersionChoice Number(int version) => new(string.Create(CultureInfo.InvariantCulture, $"d.version = {version}"));

    /// <summary>The one before a version.</summary>
    public static VersionChoice Before(int version) => new(string.Create(CultureInfo.InvariantCulture, $"d.version < {version}"));
}

/// <summary>A page of definitions as the designer asks for it: names in any case, flags as <c>True</c>, lists as repeated names.</summary>
internal sealed record DefinitionQuery
{
    public VersionChoice Versions { get; init; } = VersionChoice.All;

    public string[]? DefinitionIds { get; init; }

    public string[]? Ids { get; init; }

    public string? Search { get; init; }

    public bool? IsSystem { get; init; }

    public DefinitionOrder OrderBy { get; init; }

    public bool Descending { get; init; }

    public int Page { get; init; }

    public int PageSize { get; init; } = 500;

    public static DefinitionQuery? Read(IQueryCollection query) => VersionChoice.Read(query["versionOptions"], VersionChoice.All) is not { } versions ? null : new()
    {
        Versions = versions,
        DefinitionIds = List(query, "definitionIds") ?? List(query, "definitionId"),
        Ids = List(query, "ids"),
        Search = query["searchTerm"].ToString() is { Length: > 0 and <= 200 } search ? search : null,
        IsSystem = bool.TryParse(query["isSystem"], out var system) ? system : null,
        OrderBy = query["orderBy"].ToString().ToLowerInvariant() switch { "name" => DefinitionOrder.Name, "version" => DefinitionOrder.Version, _ => DefinitionOrder.Created },
        Descending = query["orderDirection"].ToString().Equals("Descending", StringComparison.OrdinalIgnoreCase),
        Page = Math.Clamp(int.TryParse(query["page"], out var page) ? page : 0, 0, 1_000_000),
        PageSize = Math.Clamp(int.TryParse(query["pageSize"], out var size) ? size : 500, 1, 500),
    };

    public static string[]? List(IQueryCollection query, string name) =>
        query[name].Where(v => !string.IsNullOrEmpty(v)).SelectMany(v => v!.Split(',', StringSplitOptions.RemoveEmptyEntries)).Take(500).ToArray() is { Length: > 0 } list ? list : null;
}
