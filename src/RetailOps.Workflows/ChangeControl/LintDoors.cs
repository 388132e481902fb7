namespace RetailOps.Workflows;

/// <summary>What a drawing opens to the world, and what it gives away, for who lets it go live.</summary>
internal static class LintDoors
{
    public static IEnumerable<DefinitionProblem> Of(DrawnNode node)
    {
        if (node.Node.Activity is HttpEndpoint endpoint && endpoint.Limits(node.Node).IsAnonymous)
        {
            yield return DefinitionProblem.Warning("endpoint-anonymous", node.Id, "Everybody may call this endpoint, once two people have let it go live.");
        }

        if (node.Node.Activity is HttpCallActivity && node.Literal("authorization") is { Length: > 0 } written && !written.Contains("${secret:", StringComparison.Ordinal))
        {
            yield return DefinitionProblem.Warning("credential-written-out", node.Id, "A credential that is written out can be read by everybody who reads the workflow; name a secret, as ${secret:name}.");
        }
    }
}
