using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What can be wrong with a table before its rows are compared, and after.</summary>
internal static class DecisionFaults
{
    private const int MostRows = 1_000;

    public static IEnumerable<RequestFault> OfShape(DecisionContent content) =>
        [.. Sizes(content), .. content.Inputs.SelectMany((input, i) => input.Faults($"inputs[{i}]")), .. Outputs(content), .. Rows(content), .. Policy(content)];

    /// <summary>The table's own cases, tried.</summary>
    public static IEnumerable<RequestFault> OfTests(DecisionTable table, IReadOnlyList<DecisionCase> tests)
    {
        for (var i = 0; i < tests.Count; i++)
        {
            var path = $"tests[{i}]";
            string? wrong;
            try
            {
                var (rows, result) = table.Evaluate(tests[i].Inputs);
                wrong = tests[i].Expect
                    .Where(e => !result.TryGetProperty(e.Key, out var is_) || !JsonElement.DeepEquals(is_, e.Value))
                    .Select(e => $"'{tests[i].Name}' expects {e.Key} {e.Value.GetRawText()}; rows {(rows.Count == 0 ? "(none)" : string.Join(", ", rows))} gave {result.GetRawText()}.")
                    .FirstOrDefault();
            }
            catch (Exception e) when (e is FormatException or InvalidOperationException)
            {
                wrong = $"'{tests[i].Name}': {e.Message}";
            }

            if (wrong is not null)
            {
                yield return new(path, "decisions.test", wrong);
            }
        }
    }

    private static IEnumerable<RequestFault> Sizes(DecisionContent content)
    {
        if (content.Inputs.Count is 0 or > 20)
        {
            yield return new("inputs", "decisions.inputs", "A table has 1 to 20 inputs.");
        }

        if (content.Outputs.Count is 0 or > 10)
        {
            yield return new("outputs", "decisions.outputs", "A table has 1 to 10 outputs.");
        }

        if (content.Rows.Count is 0 or > MostRows)
        {
            yield return new("rows", "decisions.rows", "A table has 1 to 1,000 rows.");
        }

        if (content.Inputs.Select(i => i.Name).Concat(content.Outputs.Select(o => o.Name)).GroupBy(n => n).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            yield return new("inputs", "decisions.twice", $"'{twice.Key}' is there twice; inputs and outputs have names of their own.");
        }
    }

    private static IEnumerable<RequestFault> Outputs(DecisionContent content)
    {
        for (var i = 0; i < content.Outputs.Count; i++)
        {
            var output = content.Outputs[i];
            if (string.IsNullOrWhiteSpace(output.Name) || output.Name.Length > 64)
            {
                yield return new($"outputs[{i}].name", "decisions.output-name", "A name has 1 to 64 characters.");
            }

            if (output.Values is not null && (output.Type is not ConditionType.Text || output.Values.Count == 0 || output.Values.Distinct().Count() != output.Values.Count))
            {
                yield return new($"outputs[{i}].values", "decisions.output-values", "Only a text has values, each once, at least one.");
            }

            if (output is { Name: "outcome", Values: null })
            {
                yield return new($"outputs[{i}].values", "decisions.outcomes", "The output 'outcome' is what a workflow leaves by: list its values.");
            }
        }
    }

    private static IEnumerable<RequestFault> Rows(DecisionContent content)
    {
        var inputs = content.Inputs.Select(i => i.Name).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < content.Rows.Count; i++)
        {
            foreach (var stranger in content.Rows[i].When?.Keys.Where(k => !inputs.Contains(k)) ?? [])
            {
                yield return new($"rows[{i}].when.{stranger}", "decisions.unknown-input", $"The table has no input '{stranger}'.");
            }

            foreach (var fault in Answer(content, content.Rows[i].Then, $"rows[{i}].then"))
            {
                yield return fault;
            }
        }

        if (content.Otherwise is { } otherwise)
        {
            foreach (var fault in Answer(content, otherwise, "otherwise"))
            {
                yield return fault;
            }
        }
    }

    private static IEnumerable<RequestFault> Answer(DecisionContent content, IReadOnlyDictionary<string, JsonElement> answer, string path)
    {
        foreach (var stranger in answer.Keys.Where(k => content.Outputs.All(o => o.Name != k)))
        {
            yield return new($"{path}.{stranger}", "decisions.unknown-output", $"The table has no output '{stranger}'.");
        }

        foreach (var output in content.Outputs)
        {
            if (!answer.TryGetValue(output.Name, out var value) || !Fits(output, value))
            {
                yield return new(
                    $"{path}.{output.Name}", "decisions.output", $"'{output.Name}' is {(output.Values is null ? $"a {output.Type.ToSnakeCase()}" : $"one of {string.Join(", ", output.Values)}")}.");
            }
        }
    }

    private static bool Fits(DecisionOutput output, JsonElement value) => output.Type switch
    {
        ConditionType.Number => value.ValueKind is JsonValueKind.Number && value.TryGetDecimal(out _),
        ConditionType.Whole => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _),
        ConditionType.Flag => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        ConditionType.Date => value.ValueKind is JsonValueKind.String && DateOnly.TryParseExact(value.GetString(), "yyyy-MM-dd", out _),
        _ => value.ValueKind is JsonValueKind.String && output.Values?.Contains(value.GetString()!) != false,
    };

    private static IEnumerable<RequestFault> Policy(DecisionContent content)
    {
        if (content.Aggregate is not Aggregate.List && content.HitPolicy is not HitPolicy.Collect)
        {
            yield return new("aggregate", "decisions.aggregate", "Only collected rows are aggregated.");
        }

        if (content.Aggregate is Aggregate.Sum or Aggregate.Min or Aggregate.Max && content.Outputs.Any(o => o.Type is not (ConditionType.Number or ConditionType.Whole)))
        {
            yield return new("aggregate", "decisions.aggregate-type", "Only numbers have a sum, a least and a most.");
        }

        if (content.HitPolicy is HitPolicy.Priority && content.Outputs is [{ Values: null }, ..])
        {
            yield return new("outputs[0].values", "decisions.priority", "Priority is the order of the first output's values: list them.");
        }
    }
}
