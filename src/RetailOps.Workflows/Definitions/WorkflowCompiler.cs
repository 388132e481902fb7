using System.Collections.Frozen;

namespace RetailOps.Workflows;

/// <summary>Turns a definition into a graph of arrays. Never fails on what it finds: problems are listed, and what cannot run becomes a node that says so when it is run.</summary>
internal sealed partial class WorkflowCompiler
{
    private const int MaxTriggers = 20;
    private const int MaxProblems = 500;

    private readonly WorkflowDefinition definition;
    private readonly ActivityCatalogue catalogue;
    private readonly ExpressionCompiler expressions;
    private readonly List<DefinitionProblem> problems = [];
    private readonly List<CompiledNode> nodes = [];
    private readonly List<CompiledTrigger> triggers = [];
    private readonly HashSet<string> events = new(StringComparer.Ordinal);
    private readonly HashSet<Type> requests = [];
    private readonly Dictionary<string, CompiledNode> byId = new(StringComparer.Ordinal);
    private CompiledScope scope;

    private WorkflowCompiler(WorkflowDefinition definition, ActivityCatalogue catalogue, DefinitionLookup? find)
    {
        this.definition = definition;
        this.catalogue = catalogue;
        this.find = find ?? (static _ => null);
        expressions = new ExpressionCompiler(problems);
        scope = new CompiledScope(definition, null);
    }

    /// <param name="definition">What is to be run.</param>
    /// <param name="catalogue">Kinds of activities.</param>
    /// <param name="find">Definitions that may be used as activities; null for none.</param>
    public static CompiledWorkflow Compile(WorkflowDefinition definition, ActivityCatalogue catalogue, DefinitionLookup? find = null) =>
        new WorkflowCompiler(definition, catalogue, find).Compile();

    private CompiledWorkflow Compile()
    {
        var name = RootName(definition, []);
        var workflow = Add(name, name, WorkflowRoot.Type, 1, null, -1, new WorkflowRoot { Id = name }, [], [], definition.Variables);
        if (definition.Root is { } root)
        {
            var node = Compile(root, workflow, 0);
            workflow.Children = [node];
            if (node.Activity is not (Composite or StateMachine))
            {
                problems.Add(DefinitionProblem.Error("root", root.Id, $"The root must be a flowchart or a sequence, not '{root.Type}'."));
            }
        }
        else
        {
            problems.Add(DefinitionProblem.Error("root", null, "The definition has no root activity; draw a flowchart."));
        }

        return new CompiledWorkflow
        {
            Definition = definition,
            Nodes = [.. nodes],
            Triggers = [.. triggers],
            EventHashes = events.ToFrozenDictionary(e => e, BookmarkHash.OfEvent, StringComparer.Ordinal),
            Requests = requests.ToFrozenSet(),
            Problems = [.. problems.Distinct().OrderByDescending(p => p.IsError).Take(MaxProblems)],
            EndsOnFault = definition.IncidentStrategy?.Contains("FaultStrategy", StringComparison.Ordinal) == true,
            KeepsOutputs = expressions.AsksForOutputs,
            Compensates = definition.Compensates,
            NodesById = byId.ToFrozenDictionary(StringComparer.Ordinal),
            Composites = composites,
        };
    }

    private CompiledNode Compile(ActivityDefinition source, CompiledNode parent, int position)
    {
        var kind = source.Type.Length == 0 ? null : catalogue.Find(source.Type, source.Version);
        if (kind is null && TryComposite(source, parent, position, out var composite))
        {
            return composite;
        }

        if (kind is null)
        {
            problems.Add(DefinitionProblem.Error("unknown-activity", source.Id, $"There is no activity type '{source.Type}'{(source.Version == 0 ? "" : $" in version {source.Version}")}."));
        }

        // The original names version 0 in this message, whatever the file says.
        var activity = kind?.Create(source.Id) ?? new NotFoundActivity(source.Type) { Id = source.Id };
        var node = Add(
            source.Id,
            parent.NodeId + ":" + source.Id,
            kind?.Type ?? NotFoundActivity.Type,
            kind?.Version ?? 1,
            source.Name,
            position,
            activity,
            kind is null ? [] : [.. kind.Inputs.Select((slot, i) => Input(source, slot, activity, i))],
            kind is null ? [] : [.. kind.Outputs.Select((slot, i) => Output(source, slot, activity, i))],
            source.Variables,
            source.Merge);
        if (kind is null)
        {
            return node;
        }

        requests.UnionWith(kind.Requests);
        events.UnionWith(kind.Events);
        node.Retry = RetryPolicy.Read(source.Json.Member("customProperties") ?? default, out var noRetry);
        if (noRetry is not null)
        {
            problems.Add(DefinitionProblem.Warning("retry", source.Id, noRetry));
        }

        if (definition.Compensates && kind.Undo is { } undo)
        {
            AddUndo(node, kind, undo);
        }

        node.Children = [.. source.Children.Select((child, i) => Compile(child, node, i))];
        node.Ports = [.. source.Ports.Select(p => new KeyValuePair<string, CompiledNode>(p.Key, Compile(p.Value, node, -1)))];
        var eventName = EventName(source, node);
        var rule = Rule(source, node);
        if (source.CanStart && scope.Outer is null && (parent.Activity is WorkflowRoot || parent.Index == 1))
        {
            triggers.Add(new CompiledTrigger(node, eventName, rule, Endpoints(source, node)));
        }

        if (activity is IDrawn drawn)
        {
            drawn.Read(source, expressions);
        }

        if (activity is Flowchart)
        {
            node.Flow = Flow(source, node);
        }

        return node;
    }

    private CompiledNode Add(
        string id,
        string nodeId,
        string type,
        int version,
        string? name,
        int position,
        Activity activity,
        Expression[] inputs,
        CompiledOutput[] outputs,
        IReadOnlyList<VariableDefinition> variables,
        MergeMode merge = MergeMode.Stream)
    {
        var node = new CompiledNode
        {
            Index = nodes.Count,
            Id = id,
            Key = scope.Prefix + id,
            Scope = scope,
            Merge = merge,
            NodeId = nodeId,
            Type = type,
            Version = version,
            Name = name,
            Position = position,
            Activity = activity,
            Inputs = inputs,
            Outputs = outputs,
            Variables = [.. variables.Select(v => Variable(v, id))],
        };
        nodes.Add(node);
        if (id.Length == 0)
        {
            problems.Add(DefinitionProblem.Error("no-id", null, $"An activity of type '{type}' has no id."));
        }
        else if (!byId.TryAdd(node.Key, node))
        {
            problems.Add(DefinitionProblem.Error("duplicate-id", id, $"Two activities have the id '{id}'."));
        }

        return node;
    }

    private CompiledVariable Variable(VariableDefinition variable, string activityId)
    {
        object? value = null;
        try
        {
            value = variable.Default is { } json ? variable.Type.Keep(ValueConverter.Plain(json)) : null;
        }
        catch (FormatException e)
        {
            problems.Add(DefinitionProblem.Error("variable-default", activityId, $"The default of variable '{variable.Name}' does not fit its type: {e.Message}"));
        }

        return new CompiledVariable(variable.Id, variable.Name, variable.Type, value);
    }

    private Expression Input(ActivityDefinition source, ActivitySlot slot, Activity activity, int index)
    {
        var json = source.Json.Member(slot.Name);
        if (json is null && slot.Default is null)
        {
            slot.Bind(activity, -1);
            return Expression.None;
        }

        slot.Bind(activity, index);
        return expressions.Input(json, slot.Default, slot.ValueType, source.Id, slot.Name);
    }

    private static CompiledOutput Output(ActivityDefinition source, ActivitySlot slot, Activity activity, int index)
    {
        slot.Bind(activity, index);
        return new CompiledOutput(slot.Name, (source.Json.Member(slot.Name)?.Member("memoryReference") ?? default).Text("id"));
    }

    private string? EventName(ActivityDefinition source, CompiledNode node)
    {
        if (node.Activity is not Event e)
        {
            return null;
        }

        if (e.EventName.Slot >= 0 && node.Inputs[e.EventName.Slot] is Literal<string> { Value.Length: > 0 } name)
        {
            events.Add(name.Value);
            return name.Value;
        }

        problems.Add(DefinitionProblem.Error("event-name", source.Id, "The name of an event must be written out: what is computed while running cannot be delivered."));
        return null;
    }

    private FlowGraphs Flow(ActivityDefinition source, CompiledNode node)
    {
        var positions = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var child in node.Children)
        {
            positions.TryAdd(child.Id, child.Position);
        }

        var connections = new List<FlowConnection>();
        for (var i = 0; i < source.Connections.Count; i++)
        {
            var drawn = source.Connections[i];
            if (positions.TryGetValue(drawn.Source, out var from) && positions.TryGetValue(drawn.Target, out var to))
            {
                connections.Add(new FlowConnection(from, drawn.Port, to, i));
            }
            else
            {
                problems.Add(DefinitionProblem.Warning("dangling-connection", source.Id, $"The connection from '{drawn.Source}' to '{drawn.Target}' has an end that does not exist; it is left out."));
            }
        }

        var own = node.Index == 1 ? triggers.Where(t => node.Children.Contains(t.Node)).Select(t => t.Node.Position).ToList() : [];
        if (own.Count > MaxTriggers)
        {
            problems.Add(DefinitionProblem.Error("triggers", source.Id, $"At most {MaxTriggers} activities can start a workflow."));
        }

        var start = Start(source, node, positions, connections);
        if (start < 0)
        {
            problems.Add(DefinitionProblem.Error("no-start", source.Id, "The flowchart is empty: nothing can start."));
        }

        var flow = new FlowGraphs(node.Children.Length, [.. connections], source.Connections.Count, start, own.Take(MaxTriggers), scope.Definition.IsTokenBased);
        foreach (var graph in flow.IsTokenBased ? [] : flow.All)
        {
            problems.AddRange(connections
                .Where(c => graph.Reachable[c.Source] && !graph.IsForward(c) && !graph.IsSoundLoop(c))
                .Take(MaxProblems)
                .Select(c => DefinitionProblem.Error("loop", node.Children[c.Source].Id, $"The connection back to '{node.Children[c.Target].Id}' is no loop: a way from the start goes around it.")));
        }

        problems.AddRange(node.Children
            .Where(child => !flow.All.Any(g => g.Reachable[child.Position]))
            .Select(child => DefinitionProblem.Warning("unreachable", child.Id, "Nothing leads to this activity.")));
        return flow;
    }

    /// <summary>The original's order: drawn start, a Start activity, the first that can start, the first without a way in, the first.</summary>
    private static int Start(ActivityDefinition source, CompiledNode node, Dictionary<string, int> positions, List<FlowConnection> connections)
    {
        if (source.StartId is { } id && positions.TryGetValue(id, out var drawn))
        {
            return drawn;
        }

        if (Array.FindIndex(node.Children, c => c.Activity is Start) is >= 0 and var start)
        {
            return start;
        }

        if (source.Children.ToList().FindIndex(c => c.CanStart) is >= 0 and var trigger)
        {
            return trigger;
        }

        var entered = connections.Select(c => c.Target).ToHashSet();
        return Array.FindIndex(node.Children, c => !entered.Contains(c.Position)) is >= 0 and var free ? free : node.Children.Length == 0 ? -1 : 0;
    }
}
