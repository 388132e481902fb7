using System.Runtime.CompilerServices;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>How nodes are chosen, as the governed document says it.</summary>
/// <param name="Strategies">Tried in this order; the first that serves everything decides, else the one that serves most.</param>
/// <param name="Rank">What candidates are ranked by, weightiest first: <c>kind</c> (the earlier in the strategy's list the better) or <c>free</c>.</param>
/// <param name="MaxNodes">Over how many nodes an order is spread at most.</param>
/// <param name="Excluded">Nodes that serve no order; null for none.</param>
internal sealed record SourcingProfile(IReadOnlyList<SourcingStrategy> Strategies, IReadOnlyList<string> Rank, int MaxNodes, IReadOnlyList<string>? Excluded = null)
{
    private static readonly string[] Ranks = ["kind", "free"];

    // By the document itself: two databases can each have a first version of the same name.
    private static readonly ConditionalWeakTable<GovernedDocument, SourcingProfile> Parsed = [];

    /// <summary>What stands against a profile, by its JSON path.</summary>
    public static IEnumerable<RequestFault> Faults(SourcingProfile profile)
    {
        if (profile.Strategies is not { Count: > 0 } || profile.Strategies.Any(s => s?.Kinds is not { Count: > 0 }))
        {
            yield return new("strategies", "orders.sourcing-strategies", "At least one strategy, each with the kinds of nodes that may serve.");
        }

        if (profile.Rank is null || profile.Rank.Except(Ranks).Any())
        {
            yield return new("rank", "orders.sourcing-rank", $"Ranked by {string.Join(" or ", Ranks)}, weightiest first.");
        }

        if (profile.MaxNodes < 1)
        {
            yield return new("maxNodes", "orders.sourcing-nodes", "At least 1.");
        }
    }

    /// <summary>The live profile; read once per version.</summary>
    /// <exception cref="InvalidOperationException">The document makes no sense; sourcing stops until a person mends it.</exception>
    public static (string Stamp, SourcingProfile Profile) Live(GovernedDocuments documents)
    {
        var document = documents.Live("sourcing-profile", "standard");
        return (document.Stamp, Parsed.GetValue(document, Read));
    }

    private static SourcingProfile Read(GovernedDocument document) =>
        document.Content.Deserialize<SourcingProfile>(JsonSerializerOptions.Web) is { } profile && !Faults(profile).Any()
            ? profile
            : throw new InvalidOperationException($"The sourcing profile {document.Stamp} has no strategy, no room for a node, or ranks by something unknown.");
}

/// <summary>One way to choose.</summary>
/// <param name="Name">What explanations call it.</param>
/// <param name="Kinds">Which kinds of nodes may serve, best first.</param>
/// <param name="Whole">Whether one node must serve everything.</param>
internal sealed record SourcingStrategy(string Name, IReadOnlyList<string> Kinds, bool Whole);
