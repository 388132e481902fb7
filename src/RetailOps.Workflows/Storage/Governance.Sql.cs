namespace RetailOps.Workflows;

/// <summary>Which definitions and versions are under change control: conditions over a row <c>d</c> of <c>workflows.definitions</c>, written in this one place.</summary>
internal static class Governance
{
    /// <summary>Some version of the definition came from a file of the product.</summary>
    public const string IsGoverned = "exists (select from workflows.definitions g where g.definition_id = d.definition_id and g.origin like 'file:%')";

    /// <summary>The version may run for real: it is live, or somebody has approved it.</summary>
    public const string IsApproved = "(d.is_published or d.approved_by is not null)";
}
