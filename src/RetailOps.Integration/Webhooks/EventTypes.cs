using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What others can hear of: the facts of the business. Sign-ins, clients, workflows and what one room only says to another stay inside.</summary>
internal sealed class EventTypes
{
    /// <summary>A message that tells of nothing but itself.</summary>
    public const string Ping = "webhooks.ping.v1";

    private const string EveryOne = ".*";

    // What one room asks of another, and that somebody read what is known of a customer. That a customer was erased is said: others have to do the same.
    private static readonly HashSet<string> Inside = new(StringComparer.Ordinal)
    {
        "integration.posting-requested.v1", "orders.customer-exported.v1", "orders.stock-arrived.v1",
    };

    private readonly SortedDictionary<string, EventTypeView> types = new(StringComparer.Ordinal);

    public EventTypes(FactCatalogue facts)
    {
        foreach (var (name, type) in facts.Types)
        {
            if (PermissionFor(name) is { } needs && !Inside.Contains(name))
            {
                types.Add(name, new(name, TypeOf(name), needs, type.GetProperty(nameof(OrderId)) is not null));
            }
        }
    }

    public IReadOnlyCollection<EventTypeView> All => types.Values;

    /// <summary>The <c>type</c> of a message.</summary>
    public static string TypeOf(string name) => "retailops." + name;

    /// <summary>The types that a name or a whole room means; empty for none.</summary>
    public IEnumerable<EventTypeView> Named(string wanted) =>
        types.TryGetValue(wanted, out var one) ? [one]
        : wanted.EndsWith(EveryOne, StringComparison.Ordinal) && wanted.Length > EveryOne.Length ? types.Values.Where(t => t.Name.StartsWith(wanted[..^1], StringComparison.Ordinal))
        : [];

    /// <summary>All that is meant, each once.</summary>
    public string[] Expand(IEnumerable<string> wanted) => [.. wanted.SelectMany(Named).Select(t => t.Name).Distinct()];

    /// <summary>The permissions that reading what is meant asks for.</summary>
    public string[] Needed(IEnumerable<string> wanted) => [.. wanted.SelectMany(Named).Select(t => t.Needs).Distinct()];

    private static string? PermissionFor(string name) => name.Split('.') switch
    {
        ["orders", ..] => "orders.read",
        ["inventory", var what, ..] => what == "item-changed" ? "items.read" : what == "node-changed" ? "nodes.read" : "inventory.read",
        ["returns", var what, ..] => what.StartsWith("re", StringComparison.Ordinal) && !what.StartsWith("refund", StringComparison.Ordinal) || what.StartsWith("line-", StringComparison.Ordinal) ? "returns.read" : "refunds.read",
        ["integration", var what, ..] => what.StartsWith("document-", StringComparison.Ordinal) || what.StartsWith("posting-", StringComparison.Ordinal) ? "integration.read" : null,
        _ => null,
    };
}

internal sealed class ListEventTypesHandler(EventTypes types) : IRequestHandler<ListEventTypes, Result<IReadOnlyList<EventTypeView>>>
{
    public Task<Result<IReadOnlyList<EventTypeView>>> Handle(ListEventTypes request, CancellationToken ct) => Task.FromResult<Result<IReadOnlyList<EventTypeView>>>(types.All.ToList());
}
