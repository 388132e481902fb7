namespace RetailOps.Workflows;

/// <summary>Which definitions and versions are under change control: conditions over a row <c>d</c> of <c>workflows.definitions</c>, written in this one place.</summary>
internal static class Governance
{
    /// <summary>The definition goes live by two people only.</summary>
    public const string IsGoverned = "exists (select from workflows.governed g where g.definition_id = d.definition_id)";

    /// <summary>The version may run for real: it is live, or somebody has approved it.</summary>
    public const string IsApproved = "(d.is_published or d.approved_by is not null)";
}
