using Npgsql;

namespace RetailOps.Workflows;

/// <summary>Which definitions and versions are under change control: conditions over a row <c>d</c> of <c>workflows.definitions</c>, written in this one place.</summary>
internal static class Governance
{
    /// <summary>The definition goes live by two people only.</summary>
    public const string IsGoverned = "exists (select from workflows.governed g where g.definition_id = d.definition_id)";

    /// <summary>The version may run for real: it is live, or somebody has approved it.</summary>
    public const string IsApproved = "(d.is_published or d.approved_by is not null)";

    /// <summary>Those of some definitions that go live by two people, in order.</summary>
    public static async Task<IReadOnlyList<string>> Among(NpgsqlConnection connection, string[] definitionIds, CancellationToken ct)
    {
        if (definitionIds.Length == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand("select g.definition_id from workflows.governed g where g.definition_id = any($1) order by 1", connection) { Parameters = { new() { Value = definitionIds } } };
        var found = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetString(0));
        }

        return found;
    }
}
