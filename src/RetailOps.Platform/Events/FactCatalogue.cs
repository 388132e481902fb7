using System.Reflection;
using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>All kinds of facts of the loaded modules, and who wants to hear of them.</summary>
public sealed class FactCatalogue
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<Type, string> names;
    private readonly Dictionary<string, Type> types;
    private readonly Dictionary<string, string[]> subscribers;

    /// <param name="assemblies">Where facts are declared (the Contracts).</param>
    /// <param name="subscribers">Everyone who subscribes.</param>
    /// <exception cref="InvalidOperationException">A fact has no name, or two have the same, or a subscriber wants one that does not exist.</exception>
    public FactCatalogue(IEnumerable<Assembly> assemblies, IEnumerable<SubscriberDescription> subscribers)
    {
        var found = assemblies.Distinct().SelectMany(a => a.GetTypes()).Where(t => t is { IsAbstract: false } && typeof(IFact).IsAssignableFrom(t)).ToList();
        names = found.ToDictionary(
            t => t, t => t.GetCustomAttribute<EventNameAttribute>()?.Name ?? throw new InvalidOperationException($"{t.FullName} has no [EventName]."));
        types = names.GroupBy(n => n.Value).ToDictionary(
            g => g.Key, g => g.Count() == 1 ? g.First().Key : throw new InvalidOperationException($"Two facts are called {g.Key}."));
        var all = subscribers.ToList();
        if (all.SelectMany(s => s.EventNames).FirstOrDefault(n => !types.ContainsKey(n)) is { } unknown)
        {
            throw new InvalidOperationException($"A subscriber wants {unknown}, which nobody raises.");
        }

        this.subscribers = types.Keys.ToDictionary(n => n, n => all.Where(s => s.EventNames.Contains(n)).Select(s => s.Name).Distinct().ToArray());
    }

    /// <summary>Every name, for lists and tests.</summary>
    public IReadOnlyDictionary<string, Type> Types => types;

    /// <summary>The stored name of a kind of fact.</summary>
    public string NameOf(Type fact) => names.TryGetValue(fact, out var name) ? name : throw new InvalidOperationException($"{fact.FullName} is in no assembly that the host registered.");

    /// <summary>Whom an event is delivered to.</summary>
    public IReadOnlyList<string> SubscribersOf(string eventName) => subscribers[eventName];

    internal static string ToJson(IFact fact) => JsonSerializer.Serialize(fact, fact.GetType(), Json);

    internal IFact FromJson(string eventName, string data) => (IFact)JsonSerializer.Deserialize(data, types[eventName], Json)!;
}

/// <summary>A subscriber's stable name and what it wants to hear.</summary>
/// <param name="Name"><c>module.purpose</c>; never renamed, deliveries stand under it.</param>
/// <param name="EventNames">Stored names of facts.</param>
public sealed record SubscriberDescription(string Name, IReadOnlyList<string> EventNames);

/// <summary>
/// Hears of facts after they were committed, at least once and deduplicated: each in a transaction with its effects, which facts of other keys
/// may share without seeing what it writes; in order for each business key. An exception is tried again with back-off and ends among the dead letters.
/// </summary>
public interface ISubscriber
{
    /// <summary>Acts on one fact within the unit of work of the delivery.</summary>
    Task Hear(IFact fact, CancellationToken ct);
}
