namespace RetailOps.Workflows;

/// <summary>Something wrong with a definition. Errors stop publishing; a draft with errors can still be tried out.</summary>
/// <param name="Code">Stable and machine-readable, like <c>unknown-activity</c>.</param>
/// <param name="IsError">Errors stop publishing, warnings are shown.</param>
/// <param name="ActivityId">Where; null for the definition as a whole.</param>
/// <param name="Message">One sentence for the analyst.</param>
internal sealed record DefinitionProblem(string Code, bool IsError, string? ActivityId, string Message)
{
    public override string ToString() => ActivityId is null ? $"{Message} ({Code})" : $"Activity '{ActivityId}': {Message} ({Code})";

    public static DefinitionProblem Error(string code, string? activityId, string message) => new(code, true, activityId, message);

    public static DefinitionProblem Warning(string code, string? activityId, string message) => new(code, false, activityId, message);
}

/// <summary>The text is no workflow definition at all: not JSON, too large, too deep, or of the wrong shape.</summary>
internal sealed class DefinitionException(string code, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary><c>definition.json</c>, <c>definition.size</c>, <c>definition.depth</c>, <c>definition.count</c> or <c>definition.shape</c>.</summary>
    public string Code { get; } = code;
}
