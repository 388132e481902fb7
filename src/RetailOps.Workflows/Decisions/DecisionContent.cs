using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Which of the rows that hit count, as in DMN.</summary>
internal enum HitPolicy
{
    /// <summary>At most one row hits.</summary>
    Unique,

    /// <summary>The first in the order of the table.</summary>
    First,

    /// <summary>The one whose first output stands first among the values of that output.</summary>
    Priority,

    /// <summary>All of them, listed or aggregated.</summary>
    Collect,
}

/// <summary>What becomes of collected rows.</summary>
internal enum Aggregate
{
    List,
    Sum,
    Min,
    Max,
    Count,
}

/// <summary>A decision table as it is stored; see docs/decision-tables.md.</summary>
/// <param name="HitPolicy">Which rows count.</param>
/// <param name="Inputs">What is asked.</param>
/// <param name="Outputs">What is answered.</param>
/// <param name="Rows">The rules.</param>
/// <param name="Title">For people.</param>
/// <param name="Aggregate">Of <c>collect</c>.</param>
/// <param name="Otherwise">The answer when no row hits; null for none, and then there must be no gap.</param>
/// <param name="Tests">Cases that are tried whenever the table is saved.</param>
internal sealed record DecisionContent(
    HitPolicy HitPolicy,
    IReadOnlyList<ConditionInput> Inputs,
    IReadOnlyList<DecisionOutput> Outputs,
    IReadOnlyList<DecisionRow> Rows,
    string? Title = null,
    Aggregate Aggregate = Aggregate.List,
    IReadOnlyDictionary<string, JsonElement>? Otherwise = null,
    IReadOnlyList<DecisionCase>? Tests = null);

/// <param name="Name">Its member in the result.</param>
/// <param name="Type">What it is.</param>
/// <param name="Values">Of a text: all it can be, the most important first; null for any text.</param>
/// <param name="Label">For people.</param>
internal sealed record DecisionOutput(string Name, ConditionType Type, IReadOnlyList<string>? Values = null, string? Label = null);

/// <param name="Then">The outputs.</param>
/// <param name="When">Conditions by input; what is left out may be anything.</param>
/// <param name="Note">Why there is this row.</param>
internal sealed record DecisionRow(IReadOnlyDictionary<string, JsonElement> Then, IReadOnlyDictionary<string, JsonElement>? When = null, string? Note = null);

/// <param name="Name">What the case is.</param>
/// <param name="Inputs">What is asked.</param>
/// <param name="Expect">Members that the result must have.</param>
internal sealed record DecisionCase(string Name, JsonElement Inputs, IReadOnlyDictionary<string, JsonElement> Expect);
