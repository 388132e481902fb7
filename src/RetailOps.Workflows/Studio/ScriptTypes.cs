using System.Text;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What scripts of a definition may call, as declarations for the designer's editor.</summary>
internal static class ScriptTypes
{
    /// <summary>By the name of <see cref="ScriptGlobals"/>.</summary>
    public static readonly IReadOnlyDictionary<string, string> Fixed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["getWorkflowDefinitionId"] = "(): string",
        ["getWorkflowDefinitionVersionId"] = "(): string",
        ["getWorkflowDefinitionVersion"] = "(): number",
        ["getWorkflowInstanceId"] = "(): string",
        ["getWorkflowInstanceName"] = "(): string",
        ["setWorkflowInstanceName"] = "(value: string): void",
        ["getCorrelationId"] = "(): string",
        ["setCorrelationId"] = "(value: string): void",
        ["getVariable"] = "(name: string): any",
        ["setVariable"] = "(name: string, value: any): void",
        ["getInput"] = "(name: string): any",
        ["getOutputFrom"] = "(activityIdOrName: string, outputName?: string): any",
        ["getLastResult"] = "(): any",
        ["newGuid"] = "(): string",
        ["getGuid"] = "(): string",
        ["getGuidString"] = "(): string",
        ["parseGuid"] = "(value: string): string",
        ["isNullOrEmpty"] = "(value: string): boolean",
        ["isNullOrWhiteSpace"] = "(value: string): boolean",
        ["toJson"] = "(value: any): string",
    };

    /// <param name="definition">The latest version; null for one that was never saved.</param>
    public static string Of(WorkflowDefinition? definition)
    {
        var text = new StringBuilder();
        foreach (var (name, signature) in Fixed)
        {
            text.Append("declare function ").Append(name).Append(signature).Append(";\n");
        }

        var variables = definition is null ? [] : Variables(definition).Where(v => IsName(v.Name)).DistinctBy(v => v.Name).ToList();
        foreach (var variable in variables)
        {
            var (pascal, type) = (Pascal(variable.Name), TypeOf(variable.Type));
            text.Append($"declare function get{pascal}(): {type};\ndeclare function set{pascal}(value: {type}): void;\n");
        }

        foreach (var input in (definition?.Document.Items("inputs") ?? []).Where(i => IsName(i.Text("name"))))
        {
            text.Append($"declare function get{Pascal(input.Text("name")!)}(): {TypeOf(VariableTypes.Of(input.Text("type"), input.Flag("isArray")))};\n");
        }

        text.Append("declare const variables: {\n");
        variables.ForEach(v => text.Append($"  {v.Name}: {TypeOf(v.Type)};\n"));
        return text.Append("};\n").ToString();
    }

    private static IEnumerable<VariableDefinition> Variables(WorkflowDefinition definition) => definition.Variables.Concat(definition.Root is { } root ? Inner(root) : []);

    private static IEnumerable<VariableDefinition> Inner(ActivityDefinition activity) =>
        activity.Variables.Concat(activity.Children.Concat(activity.Ports.Select(p => p.Value)).SelectMany(Inner));

    private static bool IsName(string? name) => name is { Length: > 0 } && !char.IsDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '$');

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string TypeOf(VariableType type) => type switch
    {
        VariableType.String or VariableType.Guid or VariableType.DateTimeOffset or VariableType.TimeSpan => "string",
        VariableType.Boolean => "boolean",
        VariableType.Int32 or VariableType.Int64 or VariableType.Double or VariableType.Decimal => "number",
        _ => "any",
    };
}
