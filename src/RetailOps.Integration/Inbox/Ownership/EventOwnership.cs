using System.Text.Json;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>The content of the governed document <c>event-ownership</c>.</summary>
/// <param name="Rules">The first one that fits decides; what no rule names nobody from outside may say.</param>
internal sealed record OwnershipPolicy(IReadOnlyList<OwnershipRule> Rules)
{
    public const string Kind = "event-ownership";
    public const string Standard = "standard";

    private const string OneSource = "source:";
    private const int MostHours = 8_784;

    private static readonly string[] Entities = ["order", "shipment", "stock", "refund"];
    private static readonly string[] Who = [SourceRoles.Channel, SourceRoles.Carrier, SourceRoles.Payments, SourceRoles.System, "retailops"];

    public static IEnumerable<RequestFault> Faults(OwnershipPolicy policy)
    {
        if (policy.Rules.Count is 0 or > 200)
        {
            yield return new("rules", "integration.ownership-rules", "1 to 200 rules.");
        }

        foreach (var (i, rule) in policy.Rules.Index())
        {
            if (!Entities.Contains(rule.Entity))
            {
                yield return new($"rules[{i}].entity", "integration.ownership-entity", $"One of {string.Join(", ", Entities)}.");
            }

            if (rule.Fields.Count is 0 or > 50 || rule.Fields.Any(string.IsNullOrWhiteSpace))
            {
                yield return new($"rules[{i}].fields", "integration.ownership-fields", "1 to 50 names, or *.");
            }

            foreach (var who in rule.Writers.Append(rule.Master).Where(w => !Who.Contains(w) && !(w.StartsWith(OneSource, StringComparison.Ordinal) && w.Length > OneSource.Length)))
            {
                yield return new($"rules[{i}].writers", "integration.ownership-who", $"'{who.Cut(64)}' is none of {string.Join(", ", Who)} or source:name.");
            }

            if (rule.FreshnessHours is < 1 or > MostHours)
            {
                yield return new($"rules[{i}].freshnessHours", "integration.ownership-freshness", $"1 to {MostHours} hours.");
            }
        }
    }

    /// <summary>Why a source may not say a fact; null when it may.</summary>
    public string? Against(Source source, (string Entity, string Field) fact, DateTimeOffset? happenedAt, DateTimeOffset now)
    {
        var rule = Rules.FirstOrDefault(r => r.Entity == fact.Entity && (r.Fields.Contains(fact.Field) || r.Fields.Contains("*")));
        if (rule is null)
        {
            return $"No rule says who may write {fact.Entity}.{fact.Field}.";
        }

        if (!rule.Writers.Append(rule.Master).Any(w => w == source.Reader.Role || w == OneSource + source.Name))
        {
            return $"{fact.Entity}.{fact.Field} is written by {string.Join(", ", rule.Writers.Prepend(rule.Master).Distinct())}, not by {source.Name}, which is a {source.Reader.Role}.";
        }

        return rule.FreshnessHours is { } hours && happenedAt is { } at && now - at > TimeSpan.FromHours(hours)
            ? $"It happened {(now - at).TotalHours:0} hours ago; {fact.Entity}.{fact.Field} is taken for {hours}."
            : null;
    }
}

/// <summary>Asks the document that rules.</summary>
internal sealed class EventOwnership(GovernedDocuments documents)
{
    private volatile Tuple<int, OwnershipPolicy>? read;

    /// <summary>Why a message may not do what it asks for; null when it may.</summary>
    public string? Against(Source source, IEnumerable<InboundCommand> commands, DateTimeOffset? happenedAt, DateTimeOffset now)
    {
        var wanted = commands.Where(c => c is not InboundCommand.Park).ToList();
        return wanted.Count == 0 ? null
            : Live() is not { } policy ? "No document says who owns which fact; have an event-ownership approved."
            : wanted.Select(c => policy.Against(source, c.Fact, happenedAt, now)).FirstOrDefault(why => why is not null);
    }

    public (string Stamp, OwnershipPolicy Policy)? Rules() => documents.FindLive(OwnershipPolicy.Kind, OwnershipPolicy.Standard) is { } live ? (live.Stamp, Live()!) : null;

    private OwnershipPolicy? Live()
    {
        if (documents.FindLive(OwnershipPolicy.Kind, OwnershipPolicy.Standard) is not { } live)
        {
            return null;
        }

        var known = read;
        if (known?.Item1 != live.Version)
        {
            read = known = Tuple.Create(live.Version, live.Content.Deserialize<OwnershipPolicy>(ApiJson.Options)!);
        }

        return known.Item2;
    }
}

internal sealed class GetOwnershipHandler(EventOwnership ownership) : IRequestHandler<GetOwnership, Result<OwnershipView>>
{
    public Task<Result<OwnershipView>> Handle(GetOwnership request, CancellationToken ct) => Task.FromResult<Result<OwnershipView>>(
        ownership.Rules() is { } rules
            ? new OwnershipView(rules.Stamp, rules.Policy.Rules)
            : Refusal.NotFound("integration.no-ownership", "No document says who owns which fact; propose an event-ownership called standard, and have it approved."));
}
