using System.Collections.Frozen;

namespace RetailOps.Workflows;

/// <summary>One version of a definition, ready to run: immutable, shared by every instance and thread.</summary>
internal sealed class CompiledWorkflow
{
    public required WorkflowDefinition Definition { get; init; }

    public string DefinitionId => Definition.DefinitionId;

    public string VersionId => Definition.VersionId;

    public int Version => Definition.Version;

    /// <summary>All nodes, parents before children; the first is the workflow itself, the second its root.</summary>
    public required IReadOnlyList<CompiledNode> Nodes { get; init; }

    /// <summary>Activities that may start an instance, with the event that does.</summary>
    public required IReadOnlyList<CompiledTrigger> Triggers { get; init; }

    /// <summary>Every event an instance can wait for or be started by.</summary>
    public required FrozenDictionary<string, string> EventHashes { get; init; }

    public IEnumerable<string> EventNames => EventHashes.Keys;

    /// <summary>The requests its activities declare; what a definition version may send.</summary>
    public required IReadOnlySet<Type> Requests { get; init; }

    public required IReadOnlyList<DefinitionProblem> Problems { get; init; }

    /// <summary>Whether anything stops publishing. A draft with errors runs all the same, up to where it breaks.</summary>
    public bool HasErrors => Problems.Any(p => p.IsError);

    /// <summary>Drawn explicitly: after the automatic retries the instance ends as Faulted instead of waiting for a person.</summary>
    public required bool EndsOnFault { get; init; }

    /// <summary>Whether its steps with an effect are undone when an instance ends as Faulted.</summary>
    public required bool Compensates { get; init; }

    /// <summary>Some script asks for outputs of earlier activities, so they are kept.</summary>
    public required bool KeepsOutputs { get; init; }

    /// <summary>Whether an instance that has ended keeps what its variables held. Set once, before the version is run.</summary>
    public bool KeepsVariables { get; internal set; }

    /// <summary>By <see cref="CompiledNode.Key"/>.</summary>
    public required FrozenDictionary<string, CompiledNode> NodesById { get; init; }

    /// <summary>Which version each definition was taken in that is used as an activity.</summary>
    public required IReadOnlyDictionary<CompositeReference, string> Composites { get; init; }
}

/// <summary>One definition within a compiled workflow: the one that runs, or one that is used as an activity.</summary>
/// <param name="Definition">Its inputs and outputs are what the activities in it mean by those words.</param>
/// <param name="Outer">The key of the activity that stands for it; null for the one that runs.</param>
internal sealed record CompiledScope(WorkflowDefinition Definition, string? Outer)
{
    /// <summary>What comes before the ids of its activities, which are unique within one definition only.</summary>
    public string Prefix { get; } = Outer is null ? "" : Outer + "/";
}

/// <param name="Node">The activity.</param>
/// <param name="EventName">The event that starts an instance; null for a trigger of another kind.</param>
/// <param name="Schedule">The clock that starts instances; null for a trigger of another kind.</param>
/// <param name="Endpoints">The web requests that start instances; none for a trigger of another kind.</param>
internal sealed record CompiledTrigger(CompiledNode Node, string? EventName, ScheduleRule? Schedule, IReadOnlyList<EndpointRule> Endpoints)
{
    public string ActivityId => Node.Id;
}

/// <summary>One activity at its place in the definition.</summary>
internal sealed class CompiledNode
{
    public required int Index { get; init; }

    /// <summary>The activity's id, as drawn.</summary>
    public required string Id { get; init; }

    /// <summary>The id, behind those of the activities around it that stand for definitions. Stored states refer to it, so that a new compiler can read them.</summary>
    public required string Key { get; init; }

    public required CompiledScope Scope { get; init; }

    /// <summary>The path Elsa shows: <c>Workflow1:Flowchart1:e1</c>.</summary>
    public required string NodeId { get; init; }

    /// <summary>The same path in a document by itself: there the root has its first name, here the roots of what it uses as activities are counted before it.</summary>
    public string DesignerNodeId => NodeId.IndexOf(':', StringComparison.Ordinal) is > 0 and var end ? WorkflowRoot.RootId + NodeId[end..] : WorkflowRoot.RootId;

    /// <summary>As the journal names it; <c>Elsa.NotFoundActivity</c> for an unknown type.</summary>
    public required string Type { get; init; }

    public required int Version { get; init; }

    public string? Name { get; init; }

    /// <summary>The place among its parent's children, as in the file; -1 for a port.</summary>
    public required int Position { get; init; }

    public required Activity Activity { get; init; }

    public required Expression[] Inputs { get; init; }

    /// <summary>Names of the outputs with the id of the variable or workflow output each is bound to, or null.</summary>
    public required CompiledOutput[] Outputs { get; init; }

    public required CompiledVariable[] Variables { get; init; }

    /// <summary>What its variables begin with; executions take copies. Two threads that make it at once make the same.</summary>
    public ScopeValues Beginning => field ??= ScopeValues.Of(Variables);

    /// <summary>Of a container, in the order of the file. Filled once, while compiling.</summary>
    public CompiledNode[] Children { get; internal set; } = [];

    public IReadOnlyList<KeyValuePair<string, CompiledNode>> Ports { get; internal set; } = [];

    /// <summary>Of a flowchart.</summary>
    public FlowGraphs? Flow { get; internal set; }

    /// <summary>What of its executions is written down; null for nothing. Set once, before the version is run.</summary>
    public RecordedValues? Recorded { get; internal set; }

    /// <summary>How often it is retried by the clock; null for the usual.</summary>
    public RetryPolicy? Retry { get; internal set; }

    /// <summary>What the keys of steps that undo begin with; behind it stands the key of the step that they undo.</summary>
    public const string UndoPrefix = "undo:";

    /// <summary>Names of the inputs, where they are recorded for undo; none elsewhere.</summary>
    public string[] InputNames { get; internal set; } = [];

    /// <summary>Whether there is such a step for this one, in a definition that compensates.</summary>
    public bool IsUndoable { get; internal set; }

    /// <summary>How tokens meet before it, in a flowchart in token mode.</summary>
    public MergeMode Merge { get; init; }

    public CompiledNode? Port(string name) => Ports.FirstOrDefault(p => p.Key == name).Value;
}

internal sealed record CompiledOutput(string Name, string? Target);

internal sealed record CompiledVariable(string Id, string Name, VariableType Type, object? Default)
{
    /// <summary>As scripts spell it in <c>getX()</c>.</summary>
    public string Pascal { get; } = Name.Length == 0 ? "" : char.ToUpperInvariant(Name[0]) + Name[1..];
}
