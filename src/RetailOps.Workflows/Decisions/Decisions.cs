using System.Collections.Concurrent;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>The live tables, each version compiled once.</summary>
internal sealed class Decisions(GovernedDocuments documents) : IDecisions
{
    public const string Kind = "decision";

    private readonly ConcurrentDictionary<(string Name, int Version), DecisionTable> tables = new();

    public DecisionResult Evaluate(string name, JsonElement inputs) => Evaluate(documents.Live(Kind, name), inputs);

    public DecisionResult Evaluate(GovernedDocument document, JsonElement inputs) => Answer(
        document.Name, document.Version, tables.GetOrAdd((document.Name, document.Version), static (_, content) => DecisionTable.Compile(content), document.Content), inputs);

    /// <summary>Tries a content that is no version yet; it counts as version 0.</summary>
    public static DecisionResult Try(string name, JsonElement content, JsonElement inputs) => Answer(name, 0, DecisionTable.Compile(content), inputs);

    private static DecisionResult Answer(string name, int version, DecisionTable table, JsonElement inputs)
    {
        var (rows, result) = table.Evaluate(inputs);
        return new(name, version, rows, result);
    }
}
