namespace RetailOps.Workflows;

/// <summary>
/// What the designer may choose from besides activities. Only what the engine honours: a list that offers more would lie. The names are those that definitions
/// store, since the designer compares them as text.
/// </summary>
internal static class DesignerLists
{
    public const string InstanceStorage = "WorkflowInstanceStorageDriver";

    private const string CorrelatedSingleton = "Elsa.Workflows.Runtime.ActivationValidators.CorrelatedSingletonStrategy, Elsa.Workflows.Runtime";
    private const string AllowAlways = "Elsa.Workflows.ActivationValidators.AllowAlwaysStrategy, Elsa.Workflows.Core";

    public static IReadOnlyList<object> Expressions { get; } =
    [
        .. new (string Type, bool IsBrowsable, string? Language)[]
        {
            ("Literal", false, null), ("Object", false, "json"), ("Json", false, "json"), ("Variable", true, null), ("Input", true, null), ("JavaScript", true, "javascript"), ("Liquid", true, "liquid"),
        }.Where(e => ExpressionCompiler.Knows(e.Type)).Select(e => Expression(e.Type, e.IsBrowsable, e.Language)),
    ];

    public static IReadOnlyList<object> Variables { get; } =
    [
        Variable("Object", "Primitives", "Whatever is put into it."),
        Variable("String", "Primitives", "Text."),
        Variable("Boolean", "Primitives", "True or false."),
        Variable("Int32", "Primitives", "A whole number of 32 bits."),
        Variable("Long", "Primitives", "A whole number of 64 bits."),
        Variable("Single", "Primitives", "A floating point number; kept with double precision."),
        Variable("Double", "Primitives", "A floating point number of double precision."),
        Variable("Decimal", "Primitives", "A decimal number that keeps its digits: for money and quantities."),
        Variable("Guid", "Primitives", "An id."),
        Variable("DateTime", "Primitives", "An instant; kept with its offset."),
        Variable("DateTimeOffset", "Primitives", "An instant with its offset."),
        Variable("TimeSpan", "Primitives", "A duration."),
        Variable("StringDictionary", "Lookups", "Texts by name."),
        Variable("ObjectDictionary", "Lookups", "Values by name."),
        Variable("JSON", "Dynamic", "A JSON document."),
        Variable("JsonElement", "Dynamic", "A JSON document."),
        Variable("JsonNode", "Dynamic", "A JSON document."),
        Variable("JsonObject", "Dynamic", "A JSON object."),
    ];

    public static IReadOnlyList<object> StorageDrivers { get; } = [new { typeName = InstanceStorage, displayName = "Workflow Instance", priority = 5, deprecated = false }];

    public static IReadOnlyList<object> ActivationStrategies { get; } =
    [
        Strategy("Always", "Every start makes an instance.", AllowAlways),
        Strategy("Correlated singleton", "One living instance for each definition and correlation id.", CorrelatedSingleton),
    ];

    public static IReadOnlyList<object> IncidentStrategies { get; } =
    [
        Strategy("Continue with incidents", "The step is tried again and then waits for a person; other branches go on.", "ContinueWithIncidentsStrategy"),
        Strategy("Fault", "When the tries are over the instance ends as faulted.", "FaultStrategy"),
    ];

    public static IReadOnlyList<object> LogPersistenceStrategies { get; } =
    [
        Strategy("Include", "Every step stands in the journal.", "Elsa.Workflows.LogPersistence.Strategies.Include, Elsa.Workflows.Core"),
        Strategy("Inherit", "As the workflow says.", "Elsa.Workflows.LogPersistence.Strategies.Inherit, Elsa.Workflows.Core"),
    ];

    /// <summary>A burst is one transaction, committed when it ends.</summary>
    public static IReadOnlyList<object> WorkflowCommitStrategies { get; } = [Named("WorkflowExecuted", "Commit After Workflow Execution", "All that a burst did is committed when it ends, with what the modules wrote.")];

    public static IReadOnlyList<object> ActivityCommitStrategies { get; } = [Named("CommitNever", "Commit Later", "Committed with the burst.")];

    public static IReadOnlyList<Feature> Features { get; } = [new("RealTimeWorkflowUpdates", "Elsa", "Elsa.RealTimeWorkflowUpdates", "RealTimeWorkflowUpdates", "")];

    private static readonly Dictionary<string, string> Spellings = new(StringComparer.Ordinal)
    {
        ["WorkflowInstance"] = InstanceStorage,
        ["WorkflowStorageDriver"] = InstanceStorage,
        ["AllowAlwaysStrategy"] = AllowAlways,
        ["CorrelatedSingletonStrategy"] = CorrelatedSingleton,
        ["SingletonStrategy"] = "Elsa.Workflows.Runtime.ActivationValidators.SingletonStrategy, Elsa.Workflows.Runtime",
        ["CorrelationStrategy"] = "Elsa.Workflows.Runtime.ActivationValidators.CorrelationStrategy, Elsa.Workflows.Runtime",
    };

    /// <summary>The one spelling of a strategy or driver that came by its short name, or by its long one of any version.</summary>
    public static string Spelled(string name)
    {
        var brief = name.Split(',')[0];
        brief = brief[(brief.LastIndexOf('.') + 1)..];
        return Spellings.GetValueOrDefault(brief, brief.EndsWith("Strategy", StringComparison.Ordinal) || brief.EndsWith("StorageDriver", StringComparison.Ordinal) ? brief : name);
    }

    private static object Expression(string type, bool isBrowsable, string? language = null) => new
    {
        type,
        displayName = type,
        isSerializable = true,
        isBrowsable,
        properties = language is null ? [] : new Dictionary<string, string> { ["MonacoLanguage"] = language },
    };

    private static object Variable(string typeName, string category, string description) => new { typeName, displayName = typeName, category, description };

    private static object Strategy(string displayName, string description, string typeName) => new { displayName, description, typeName };

    private static object Named(string name, string displayName, string description) => new { name, displayName, description };
}

internal sealed record Feature(string Name, string Namespace, string FullName, string DisplayName, string Description);
