using System.Reflection;
using System.Text.RegularExpressions;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An activity as the linter sees it: what was drawn, and what its kind declares.</summary>
internal sealed partial class DrawnNode
{
    private static readonly HashSet<string> Waiting = new(StringComparer.Ordinal)
    {
        "Elsa.Event", "Elsa.Delay", "Elsa.Timer", "Elsa.Cron", "Elsa.StartAt", "Elsa.RunTask", "Elsa.ExecuteWorkflow", "Elsa.HttpEndpoint", "Elsa.SendHttpRequest", "Elsa.FlowSendHttpRequest",
        "Elsa.DownloadHttpFile",
    };

    /// <summary>What ends by several outcomes at once, or by such as only a script knows.</summary>
    private static readonly HashSet<string> Many = new(StringComparer.Ordinal) { "Elsa.FlowFork", "Elsa.RunJavaScript", "Elsa.BulkDispatchWorkflows" };

    private readonly FactCatalogue facts;

    public DrawnNode(CompiledNode node, ActivityDefinition? drawn, ActivityKind? kind, FactCatalogue facts)
    {
        this.facts = facts;
        (Node, Drawn, Kind) = (node, drawn, kind);
        Effect = kind?.Class.GetCustomAttribute<EffectAttribute>();
        Settles = [.. kind?.Class.GetCustomAttributes<SettlesAttribute>().Select(s => s.Effect) ?? []];
        FixedOutcomes = kind is { Class: var type } && (type.IsDefined(typeof(OutcomesAttribute), inherit: false) && type != typeof(FlowSwitch) && !Many.Contains(kind.Type)) ? kind.Outcomes : null;
    }

    public CompiledNode Node { get; }

    public ActivityDefinition? Drawn { get; }

    public ActivityKind? Kind { get; }

    public EffectAttribute? Effect { get; }

    public IReadOnlyList<Effect> Settles { get; }

    /// <summary>The outcomes of a kind that has those and no others; null where the drawing or the run decides.</summary>
    public IReadOnlyList<string>? FixedOutcomes { get; }

    public string Id => Node.Id;

    /// <summary>Pays: gives money back for good.</summary>
    public bool Pays => Effect is { Effect: Workflows.Effect.Refunds, UndoneBy: null };

    /// <summary>
    /// A person or a policy has looked before it goes on, by what is declared: its effect is that it waits for a person, or that it grants what another one pays; or it waits for a
    /// fact that says so. What anything is called says nothing.
    /// </summary>
    public bool IsCheck => Effect is { Effect: Workflows.Effect.Waits } or { Effect: Workflows.Effect.Refunds, UndoneBy: not null }
        || (Node.Activity is Event && Literal("eventName") is { } name && IsLookedAt(name))
        || Kind?.Events.Any(IsLookedAt) == true
        || (Node.Activity is Sequence && Node.Children.Length > 0 && Inner.Any(i => i.IsCheck));

    public IReadOnlyList<DrawnNode> Inner { get; init; } = [];

    public bool Waits => Waiting.Contains(Node.Type) || Node.Activity is HumanTaskActivity || Kind?.Events.Count > 0 || (Node.Type is "Elsa.DispatchWorkflow" or "Elsa.BulkDispatchWorkflows" && Literal("waitForCompletion") is "true" or "True");

    /// <summary>Whether it goes on by one outcome of several, never by two.</summary>
    public bool IsExclusive => Kind is not null && !Many.Contains(Kind.Type) && (Node.Activity is not FlowSwitch || Literal("mode") is null or "MatchFirst");

    public bool Ends => Node.Activity is ITerminal;

    public static IEnumerable<DrawnNode> All(CompiledWorkflow workflow, ActivityCatalogue catalogue, FactCatalogue facts)
    {
        var drawn = new Dictionary<string, ActivityDefinition>(StringComparer.Ordinal);
        void Collect(ActivityDefinition activity)
        {
            drawn.TryAdd(activity.Id, activity);
            foreach (var inner in activity.Children.Concat(activity.Ports.Select(p => p.Value)))
            {
                Collect(inner);
            }
        }

        if (workflow.Definition.Root is { } root)
        {
            Collect(root);
        }

        DrawnNode Made(CompiledNode node)
        {
            var definition = drawn.GetValueOrDefault(node.Id);
            return new DrawnNode(node, definition, definition is null ? null : catalogue.Find(definition.Type, definition.Version), facts)
            {
                Inner = [.. node.Children.Concat(node.Ports.Select(p => p.Value)).Select(Made)],
            };
        }

        var top = Made(workflow.Nodes[0]);
        IEnumerable<DrawnNode> Down(DrawnNode node) => node.Inner.SelectMany(Down).Prepend(node);
        return Down(top);
    }

    private bool IsLookedAt(string fact) => facts.Types.GetValueOrDefault(fact)?.IsDefined(typeof(LookedAtAttribute), inherit: false) == true;

    /// <summary>What an input says when it is written out; null when it is computed or missing.</summary>
    public string? Literal(string input)
    {
        if (Drawn?.Json.Member(input) is not { } json)
        {
            return null;
        }

        var value = json.Member("expression") is { } expression ? expression.Text("type") is null or "Literal" ? expression.Member("value") : null : json;
        return value is { ValueKind: not (System.Text.Json.JsonValueKind.Object or System.Text.Json.JsonValueKind.Array) } plain ? plain.ToString() : null;
    }

    /// <summary>A list of texts that is written out, as a literal or as a script that is one; null for others.</summary>
    public IReadOnlyList<string>? Texts(string input)
    {
        var expression = Drawn?.Json.Member(input)?.Member("expression") ?? default;
        if (expression.Items("value").ToList() is { Count: > 0 } items)
        {
            return [.. items.Select(i => i.ToString())];
        }

        return (expression.Text("value") ?? Literal(input)) is { } text && TextList().IsMatch(text) ? [.. Quoted().Matches(text).Select(m => m.Groups[1].Value)] : null;
    }

    [GeneratedRegex("""^\s*\[\s*(['"][^'"]*['"]\s*,?\s*)+\]\s*$""", RegexOptions.CultureInvariant)]
    private static partial Regex TextList();

    [GeneratedRegex("""['"]([^'"]*)['"]""", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();
}

/// <summary>One flowchart as the linter walks it.</summary>
internal sealed class DrawnFlow(DrawnNode chart)
{
    private readonly FlowGraphs graphs = chart.Node.Flow!;

    public DrawnNode Chart { get; } = chart;

    /// <summary>In the order of the file, which is that of the connections' numbers.</summary>
    public IReadOnlyList<DrawnNode> Nodes { get; } = [.. chart.Inner.Take(chart.Node.Children.Length)];

    public IReadOnlyList<FlowConnection> Connections => graphs.Connections;

    public IEnumerable<FlowGraph> Graphs => graphs.All;

    public FlowConnection[] Out(int node) => graphs.Outbound[node];

    public bool IsReachable(int node) => graphs.All.Any(g => g.Reachable[node]);

    /// <summary>Whether the flow may end behind a node: it ends there, nothing leads on, or one of its outcomes is not drawn.</summary>
    public bool MayEnd(int node) => Nodes[node].Ends || Out(node).Length == 0 || Undrawn(node).Any();

    public IEnumerable<string> Undrawn(int node) => Nodes[node].FixedOutcomes?.Where(o => !Out(node).Any(c => c.Port == o)) ?? [];

    /// <summary>All that can be reached over connections that may be followed.</summary>
    public bool[] From(IEnumerable<int> starts, Func<FlowConnection, bool> follows)
    {
        var seen = new bool[Nodes.Count];
        var open = new Stack<int>();
        foreach (var start in starts.Where(s => s >= 0 && !seen[s]))
        {
            seen[start] = true;
            open.Push(start);
        }

        while (open.TryPop(out var node))
        {
            foreach (var connection in Out(node).Where(c => !seen[c.Target] && follows(c)))
            {
                seen[connection.Target] = true;
                open.Push(connection.Target);
            }
        }

        return seen;
    }

    /// <summary>All from which a node can be reached.</summary>
    public bool[] To(int node)
    {
        var seen = new bool[Nodes.Count];
        seen[node] = true;
        for (var grew = true; grew;)
        {
            grew = false;
            foreach (var connection in Connections.Where(c => seen[c.Target] && !seen[c.Source]))
            {
                seen[connection.Source] = grew = true;
            }
        }

        return seen;
    }
}
