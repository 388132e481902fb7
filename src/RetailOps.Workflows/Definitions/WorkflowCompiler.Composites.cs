using System.Diagnostics.CodeAnalysis;

namespace RetailOps.Workflows;

/// <summary>How an activity names the definition that it stands for.</summary>
/// <param name="Type">The definition's name in Pascal case.</param>
/// <param name="DefinitionId">Null where only the name is drawn.</param>
/// <param name="VersionId">The version wanted; another one that is published will do when there is none such.</param>
internal sealed record CompositeReference(string Type, string? DefinitionId, string? VersionId)
{
    public static CompositeReference Of(ActivityDefinition drawn) =>
        new(drawn.Type, drawn.Json.Text("workflowDefinitionId"), drawn.Json.Text("workflowDefinitionVersionId"));

    /// <summary>A definition's name as activities call it: words joined, each with a capital.</summary>
    public static string TypeOf(string? name) => string.Concat((name ?? "").Split([' ', '_', '-'], StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));
}

/// <summary>The version of a definition that a reference means; null when there is none.</summary>
internal delegate WorkflowDefinition? DefinitionLookup(CompositeReference reference);

/// <summary>Definitions used as activities: compiled into the graph of the one that uses them.</summary>
internal sealed partial class WorkflowCompiler
{
    /// <summary>How deep definitions may stand in one another.</summary>
    public const int MaxComposites = 20;

    /// <summary>How many activities all of them may have together.</summary>
    public const int MaxNodes = 20_000;

    private readonly DefinitionLookup find;
    private readonly Dictionary<CompositeReference, string> composites = [];
    private readonly Dictionary<string, HashSet<string>> names = new(StringComparer.Ordinal);
    private readonly List<WorkflowDefinition> around = [];

    private bool TryComposite(ActivityDefinition source, CompiledNode parent, int position, [NotNullWhen(true)] out CompiledNode? node)
    {
        node = null;
        var reference = CompositeReference.Of(source);
        if (find(reference) is not { } inner)
        {
            return false;
        }

        if (Refused(source, inner) is { } problem)
        {
            problems.Add(problem);
            node = Add(source.Id, parent.NodeId + ":" + source.Id, NotFoundActivity.Type, 1, source.Name, position, new NotFoundActivity(source.Type) { Id = source.Id }, [], [], []);
            return true;
        }

        composites[reference] = inner.VersionId;
        var arguments = inner.Arguments.Select(a => (a, Argument(source, a))).ToArray();
        var outputs = inner.Outputs.Select(o => new CompiledOutput(o, (source.Json.Member(o)?.Member("memoryReference") ?? default).Text("id")));
        node = Add(
            source.Id, parent.NodeId + ":" + source.Id, source.Type, inner.Version, source.Name, position, new WorkflowActivity(arguments) { Id = source.Id }, [], [.. outputs], [], source.Merge);
        node.Children = [Within(inner, node)];
        return true;
    }

    private CompiledNode Within(WorkflowDefinition inner, CompiledNode composite)
    {
        var outside = scope;
        scope = new CompiledScope(inner, composite.Key);
        around.Add(inner);
        var name = RootName(inner, []);
        var workflow = Add(name, composite.NodeId + ":" + name, WorkflowRoot.Type, 1, null, 0, new WorkflowRoot { Id = name }, [], [], inner.Variables);
        if (inner.Root is { } root)
        {
            workflow.Children = [Compile(root, workflow, 0)];
        }

        around.Remove(inner);
        scope = outside;
        return workflow;
    }

    private Expression Argument(ActivityDefinition source, ArgumentDefinition argument) =>
        source.Json.Member(argument.Name) is { } drawn
            ? expressions.Input(drawn, null, typeof(object), source.Id, argument.Name)
            : argument.Default is { } otherwise ? new LiteralExpression(ValueConverter.Plain(otherwise)) : Expression.None;

    private DefinitionProblem? Refused(ActivityDefinition source, WorkflowDefinition inner)
    {
        if (inner.DefinitionId == definition.DefinitionId || around.Exists(d => d.DefinitionId == inner.DefinitionId))
        {
            return DefinitionProblem.Error("composite-cycle", source.Id, $"'{source.Type}' would run within itself: a workflow cannot be an activity of its own, not even by way of others.");
        }

        if (around.Count >= MaxComposites)
        {
            return DefinitionProblem.Error("composite-depth", source.Id, $"Workflows used as activities stand more than {MaxComposites} deep in one another.");
        }

        return nodes.Count >= MaxNodes
            ? DefinitionProblem.Error("composite-size", source.Id, $"With the workflows it uses as activities the definition has more than {MaxNodes} activities.")
            : null;
    }

    /// <summary>As the original numbers them: the innermost is Workflow1, and who is around takes the first number that nothing within has.</summary>
    private string RootName(WorkflowDefinition of, HashSet<string> open)
    {
        var taken = NamesIn(of, open);
        var number = 1;
        while (taken.Contains($"Workflow{number}"))
        {
            number++;
        }

        return $"Workflow{number}";
    }

    private HashSet<string> NamesIn(WorkflowDefinition of, HashSet<string> open)
    {
        if (names.TryGetValue(of.VersionId, out var known))
        {
            return known;
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        if (of.Root is null || open.Count > MaxComposites || !open.Add(of.DefinitionId))
        {
            return found;
        }

        var stack = new Stack<ActivityDefinition>([of.Root]);
        while (stack.TryPop(out var next))
        {
            found.Add(next.Id);
            foreach (var child in next.Children.Concat(next.Ports.Select(p => p.Value)))
            {
                stack.Push(child);
            }

            if (next.Type.Length > 0 && catalogue.Find(next.Type, next.Version) is null && find(CompositeReference.Of(next)) is { } inner && !open.Contains(inner.DefinitionId))
            {
                found.UnionWith(NamesIn(inner, open));
                found.Add(RootName(inner, open));
            }
        }

        open.Remove(of.DefinitionId);
        return names[of.VersionId] = found;
    }
}
