using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>One version of a table, ready to be asked. Immutable, shared by all threads.</summary>
internal sealed class DecisionTable
{
    private readonly DecisionContent content;
    private readonly Condition[][] conditions;
    private readonly int[] ranks;

    private DecisionTable(DecisionContent content, Condition[][] conditions)
    {
        this.content = content;
        this.conditions = conditions;
        ranks = [.. content.Rows.Select(Rank)];
    }

    /// <summary>The outcomes that a step can leave by: the values of the text output <c>outcome</c>; empty when there is none.</summary>
    public IReadOnlyList<string> Outcomes => content.Outputs.FirstOrDefault(o => o is { Name: "outcome", Type: ConditionType.Text })?.Values ?? [];

    internal HitPolicy HitPolicy => content.HitPolicy;

    internal bool MayHitNothing => content.Otherwise is not null || content.HitPolicy is HitPolicy.Collect;

    internal IReadOnlyList<ConditionInput> Inputs => content.Inputs;

    internal IReadOnlyList<DecisionRow> Rows => content.Rows;

    internal IReadOnlyList<Condition[]> Conditions => conditions;

    internal IReadOnlyList<int> Ranks => ranks;

    /// <summary>Everything that is wrong with a content, by its JSON path.</summary>
    public static IReadOnlyList<RequestFault> Faults(JsonElement content) => Read(content).Faults;

    /// <summary>The table.</summary>
    /// <exception cref="InvalidOperationException">It has faults; nothing that was validated has.</exception>
    public static DecisionTable Compile(JsonElement content) => Read(content) is { Table: { } table, Faults.Count: 0 }
        ? table
        : throw new InvalidOperationException("The decision table has faults.");

    /// <summary>Asks.</summary>
    /// <exception cref="FormatException">An input is missing or of another kind.</exception>
    /// <exception cref="InvalidOperationException">Two rows of a table that permits one hit.</exception>
    public (IReadOnlyList<int> Rows, JsonElement Result) Evaluate(JsonElement inputs)
    {
        var values = content.Inputs.Select(i => i.Read(inputs)).ToArray();
        var hits = new List<int>();
        for (var row = 0; row < conditions.Length; row++)
        {
            if (Hits(row, values))
            {
                hits.Add(row);
                if (content.HitPolicy is HitPolicy.First)
                {
                    break;
                }
            }
        }

        if (content.HitPolicy is HitPolicy.Unique && hits.Count > 1)
        {
            throw new InvalidOperationException($"Rows {hits[0] + 1} and {hits[1] + 1} both hit; the table permits one.");
        }

        if (content.HitPolicy is HitPolicy.Priority && hits.Count > 1)
        {
            hits = [hits.MinBy(r => ranks[r])];
        }

        return ([.. hits.Select(r => r + 1)], JsonSerializer.SerializeToElement(Answer(hits)));
    }

    private bool Hits(int row, ConditionValue[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!conditions[row][i].Holds(values[i]))
            {
                return false;
            }
        }

        return true;
    }

    private JsonObject Answer(List<int> hits)
    {
        var answer = new JsonObject();
        foreach (var output in content.Outputs)
        {
            answer[output.Name] = hits.Count == 0 && content.Otherwise is { } otherwise ? Node(otherwise[output.Name])
                : content.HitPolicy is HitPolicy.Collect ? Collected(hits, output.Name)
                : hits.Count == 0 ? null : Node(content.Rows[hits[0]].Then[output.Name]);
        }

        return answer;
    }

    private JsonNode? Collected(List<int> hits, string output)
    {
        var values = hits.Select(r => content.Rows[r].Then[output]);
        return content.Aggregate switch
        {
            Aggregate.Count => JsonValue.Create(hits.Count),
            Aggregate.Sum => JsonValue.Create(values.Sum(v => v.GetDecimal())),
            Aggregate.Min => hits.Count == 0 ? null : JsonValue.Create(values.Min(v => v.GetDecimal())),
            Aggregate.Max => hits.Count == 0 ? null : JsonValue.Create(values.Max(v => v.GetDecimal())),
            _ => new JsonArray([.. values.Select(Node)]),
        };
    }

    private int Rank(DecisionRow row)
    {
        var first = content.Outputs[0];
        return content.HitPolicy is HitPolicy.Priority && row.Then.TryGetValue(first.Name, out var value) && value.ValueKind is JsonValueKind.String
            ? first.Values!.ToList().IndexOf(value.GetString()!)
            : 0;
    }

    private static JsonNode? Node(JsonElement value) => JsonSerializer.SerializeToNode(value);

    private static (DecisionTable? Table, IReadOnlyList<RequestFault> Faults) Read(JsonElement json)
    {
        DecisionContent? content = null;
        var shape = DocumentKind.Of<DecisionContent>("decision", read =>
        {
            content = read;
            return DecisionFaults.OfShape(read);
        }).Validate(json);
        if (shape.Count > 0 || content is null)
        {
            return (null, shape);
        }

        var faults = new List<RequestFault>();
        var conditions = new Condition[content.Rows.Count][];
        for (var row = 0; row < content.Rows.Count; row++)
        {
            conditions[row] = [.. content.Inputs.Select(i => ReadCell(content.Rows[row], row, i, faults))];
        }

        if (faults.Count > 0)
        {
            return (null, faults);
        }

        var table = new DecisionTable(content, conditions);
        faults.AddRange(DecisionCoverage.Faults(table));
        if (faults.Count == 0)
        {
            faults.AddRange(DecisionFaults.OfTests(table, content.Tests ?? []));
        }

        return (table, faults);
    }

    private static Condition ReadCell(DecisionRow row, int number, ConditionInput input, List<RequestFault> faults)
    {
        try
        {
            var condition = Condition.Read(row.When?.GetValueOrDefault(input.Name) ?? default, input.Type);
            if (input.Values is { } values && condition.Words.FirstOrDefault(w => !values.Contains(w)) is { } stranger)
            {
                throw new FormatException($"'{stranger}' is none of the values of {input.Name}.");
            }

            return condition;
        }
        catch (FormatException e)
        {
            faults.Add(new($"rows[{number}].when.{input.Name}", "decisions.condition", e.Message));
            return Condition.Parse("-", input.Type);
        }
    }
}
