namespace RetailOps.Workflows;

/// <summary>A kind of activity as the designer wants it told.</summary>
internal sealed record ActivityDescriptor
{
    public required string TypeName { get; init; }

    public required string ClrType { get; init; }

    public required string Namespace { get; init; }

    public required string Name { get; init; }

    public int Version { get; init; } = 1;

    public required string Category { get; init; }

    public required string DisplayName { get; init; }

    public string? Description { get; init; }

    public IReadOnlyList<InputDescriptor> Inputs { get; init; } = [];

    public IReadOnlyList<OutputDescriptor> Outputs { get; init; } = [];

    public string Kind { get; init; } = "Action";

    public bool RunAsynchronously { get; init; }

    public IReadOnlyList<PortDescriptor> Ports { get; init; } = [];

    public IReadOnlyDictionary<string, object> CustomProperties { get; init; } = new Dictionary<string, object>();

    public IReadOnlyDictionary<string, object> ConstructionProperties { get; init; } = new Dictionary<string, object>();

    public bool IsContainer { get; init; }

    public bool IsBrowsable { get; init; } = true;

    public bool IsStart { get; init; }

    public bool IsTerminal { get; init; }
}

internal sealed record InputDescriptor(
    string Name,
    string TypeName,
    string DisplayName,
    string? Description,
    string UiHint,
    string? Category,
    object? DefaultValue,
    string? DefaultSyntax,
    IReadOnlyDictionary<string, object> UiSpecifications,
    double Order,
    bool IsWrapped = true,
    bool AutoEvaluate = true,
    bool IsReadOnly = false,
    bool IsSensitive = false,
    bool IsBrowsable = true,
    bool IsSerializable = true,
    bool IsSynthetic = false);

internal sealed record OutputDescriptor(
    string Name, string TypeName, string DisplayName, string? Description, double Order, bool IsBrowsable = true, bool IsSerializable = true, bool IsSynthetic = false);

/// <param name="Name">The outcome, or the camel-case property's name in Pascal case.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Type"><c>Flow</c> for an outcome, <c>Embedded</c> for a port that holds an activity.</param>
/// <param name="IsBrowsable">Whether the designer shows it.</param>
internal sealed record PortDescriptor(string Name, string DisplayName, string Type, bool IsBrowsable = true);

/// <summary>Texts to choose from, as the designer's editors take them.</summary>
internal static class UISpecifications
{
    private static readonly Dictionary<string, object> None = [];

    public static IReadOnlyDictionary<string, object> Of(string[]? picks, string[]? checks, string? language) =>
        picks is not null ? new Dictionary<string, object> { ["dropdown"] = new { selectList = new { items = Items(picks) } } }
        : checks is not null ? new Dictionary<string, object> { ["checklist"] = new { checkList = new { items = Items(checks), isFlagsEnum = false } } }
        : language is not null ? new Dictionary<string, object> { ["code-editor"] = new { language } }
        : None;

    private static IEnumerable<object> Items(string[] values) => values.Select(v => new { text = v, value = v });
}
