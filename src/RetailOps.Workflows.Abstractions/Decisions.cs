using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Decision tables, for modules that decide inside their own code. A step of a workflow uses <c>RetailOps.Decide</c>.</summary>
public interface IDecisions
{
    /// <summary>Asks the live version of a table. In memory: no database, no waiting, the same answer for the same version and inputs.</summary>
    /// <param name="name">The table's name.</param>
    /// <param name="inputs">An object with the inputs that the table declares; others are ignored.</param>
    /// <exception cref="InvalidOperationException">There is no such table, or two rows of a table that permits one hit.</exception>
    /// <exception cref="FormatException">An input is missing or of another kind; the message names it.</exception>
    DecisionResult Evaluate(string name, JsonElement inputs);
}

/// <summary>What a decision table said, and why.</summary>
/// <param name="Table">Its name.</param>
/// <param name="Version">The version that was asked.</param>
/// <param name="Rows">The rows that count, from 1 in the order of the table; empty when none hit and <c>otherwise</c> answered, or nothing.</param>
/// <param name="Result">An object with a member per output; lists under the hit policy Collect without an aggregate, and null where nothing hit.</param>
public sealed record DecisionResult(string Table, int Version, IReadOnlyList<int> Rows, JsonElement Result);
