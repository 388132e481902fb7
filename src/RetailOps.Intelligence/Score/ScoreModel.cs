using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Intelligence;

/// <summary>A model by points, as it is stored under the kind <c>score-model</c>.</summary>
/// <param name="Features">What it looks at.</param>
/// <param name="Rules">What gives points; their sum, within 0 and 100, is the score.</param>
/// <param name="Title">For people.</param>
/// <param name="Tests">Cases that are tried whenever the model is saved.</param>
internal sealed record ScoreModelContent(
    IReadOnlyList<ConditionInput> Features, IReadOnlyList<ScoreRule> Rules, string? Title = null, IReadOnlyList<ScoreCase>? Tests = null);

/// <param name="Reason">In the model's words; each once.</param>
/// <param name="Points">From -100 to 100, not 0: below zero speaks for it.</param>
/// <param name="When">Conditions by feature; all must hold.</param>
/// <param name="Note">Why there is this rule.</param>
internal sealed record ScoreRule(string Reason, decimal Points, IReadOnlyDictionary<string, JsonElement> When, string? Note = null);

/// <param name="Name">What the case is.</param>
/// <param name="Features">What is known.</param>
/// <param name="Points">What the model must say.</param>
internal sealed record ScoreCase(string Name, JsonElement Features, decimal Points);

/// <summary>One version of a model, ready to score. Immutable.</summary>
internal sealed class ScoreModel
{
    public const string Kind = "score-model";

    private readonly ScoreModelContent content;
    private readonly (ScoreRule Rule, (int Feature, Condition Condition)[] When)[] rules;

    private ScoreModel(ScoreModelContent content, List<RequestFault> faults)
    {
        this.content = content;
        rules = [.. content.Rules.Select((rule, i) => (rule, Conditions(rule, i, faults)))];
    }

    public static IReadOnlyList<RequestFault> Faults(JsonElement json) => Read(json).Faults;

    /// <exception cref="InvalidOperationException">It has faults; nothing that was validated has.</exception>
    public static ScoreModel Compile(JsonElement json) => Read(json) is { Model: { } model, Faults.Count: 0 } ? model : throw new InvalidOperationException("The score model has faults.");

    /// <summary>What the model declares, of what was given: nothing else is kept, so that nothing else is stored.</summary>
    public Dictionary<string, JsonElement> Known(IReadOnlyDictionary<string, JsonElement> given) =>
        content.Features.Where(f => given.ContainsKey(f.Name)).ToDictionary(f => f.Name, f => given[f.Name]);

    /// <summary>Adds up. A feature that is missing or cannot be read counts as unknown: nothing waits for a model.</summary>
    public (decimal Points, IReadOnlyList<ScoreReason> Reasons) Score(JsonElement features)
    {
        var values = content.Features.Select(f => Value(f, features)).ToArray();
        var reasons = rules
            .Where(r => r.When.All(w => w.Condition.Holds(values[w.Feature])))
            .Select(r => new ScoreReason(r.Rule.Reason, r.Rule.Points))
            .OrderByDescending(r => r.Points)
            .ToList();
        return (Math.Clamp(reasons.Sum(r => r.Points), 0, 100), reasons);
    }

    private static ConditionValue Value(ConditionInput feature, JsonElement features)
    {
        try
        {
            return feature.Read(features);
        }
        catch (FormatException)
        {
            return default;
        }
    }

    private static (ScoreModel? Model, IReadOnlyList<RequestFault> Faults) Read(JsonElement json)
    {
        ScoreModelContent? content = null;
        var shape = DocumentKind.Of<ScoreModelContent>(Kind, read =>
        {
            content = read;
            return OfShape(read);
        }).Validate(json);
        if (shape.Count > 0 || content is null)
        {
            return (null, shape);
        }

        var faults = new List<RequestFault>();
        var model = new ScoreModel(content, faults);
        if (faults.Count == 0)
        {
            faults.AddRange(OfTests(model, content.Tests ?? []));
        }

        return (model, faults);
    }

    private static IEnumerable<RequestFault> OfShape(ScoreModelContent content)
    {
        if (content.Features.Count is 0 or > 100 || content.Features.DistinctBy(f => f.Name).Count() != content.Features.Count)
        {
            yield return new("features", "intelligence.features", "A model has 1 to 100 features, each once.");
        }

        foreach (var fault in content.Features.SelectMany((f, i) => f.Faults($"features[{i}]")))
        {
            yield return fault;
        }

        if (content.Rules.Count is 0 or > 500)
        {
            yield return new("rules", "intelligence.rules", "A model has 1 to 500 rules.");
        }

        for (var i = 0; i < content.Rules.Count; i++)
        {
            var rule = content.Rules[i];
            if (!Text.HasLength(rule.Reason, 200) || content.Rules.Take(i).Any(r => r.Reason == rule.Reason))
            {
                yield return new($"rules[{i}].reason", "intelligence.reason", "A reason has 1 to 200 characters and is there once.");
            }

            if (rule.Points is 0 or < -100 or > 100 || decimal.Round(rule.Points, 2) != rule.Points)
            {
                yield return new($"rules[{i}].points", "intelligence.points", "A rule gives -100 to 100 points, not 0, with two decimals at most.");
            }

            if (rule.When.Count == 0)
            {
                yield return new($"rules[{i}].when", "intelligence.when", "A rule has a condition: points for everything say nothing.");
            }
        }
    }

    private static IEnumerable<RequestFault> OfTests(ScoreModel model, IReadOnlyList<ScoreCase> tests)
    {
        for (var i = 0; i < tests.Count; i++)
        {
            var (points, reasons) = model.Score(tests[i].Features);
            if (points != tests[i].Points)
            {
                yield return new($"tests[{i}]", "intelligence.test", $"'{tests[i].Name}' expects {tests[i].Points} points; {string.Join(", ", reasons.Select(r => $"{r.Reason} {r.Points}"))} make {points}.");
            }
        }
    }

    private (int Feature, Condition Condition)[] Conditions(ScoreRule rule, int number, List<RequestFault> faults)
    {
        var conditions = new List<(int, Condition)>();
        foreach (var (name, cell) in rule.When)
        {
            var feature = content.Features.ToList().FindIndex(f => f.Name == name);
            try
            {
                conditions.Add((feature, feature < 0 ? throw new FormatException($"The model has no feature '{name}'.") : Condition.Read(cell, content.Features[feature].Type)));
            }
            catch (FormatException e)
            {
                faults.Add(new($"rules[{number}].when.{name}", "intelligence.condition", e.Message));
            }
        }

        return [.. conditions];
    }
}
