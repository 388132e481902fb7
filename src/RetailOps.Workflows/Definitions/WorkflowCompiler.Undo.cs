namespace RetailOps.Workflows;

/// <summary>Steps that undo: one beside each step with an effect, in a definition that compensates. Nobody draws them.</summary>
internal sealed partial class WorkflowCompiler
{
    private void AddUndo(CompiledNode node, ActivityKind kind, EffectAttribute effect)
    {
        if (catalogue.Find(effect.UndoneBy!, 0) is not { } undo)
        {
            problems.Add(DefinitionProblem.Error("undo", node.Id, $"'{kind.Type}' is undone by '{effect.UndoneBy}', which does not exist."));
            return;
        }

        var given = (effect.UndoInputs ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(pair => pair.Split('='))
            .ToDictionary(pair => ActivitySlot.NameOf(pair[0]), pair => ActivitySlot.NameOf(pair[1]));
        var activity = undo.Create(node.Id);
        var inputs = undo.Inputs.Select((slot, i) =>
        {
            slot.Bind(activity, i);
            return (Expression)new RecordedExpression([given.GetValueOrDefault(slot.Name, slot.Name)], expressions.Input(null, slot.Default, slot.ValueType, node.Id, slot.Name));
        }).ToArray();
        foreach (var slot in undo.Outputs)
        {
            slot.Bind(activity, -1);
        }

        var compiled = new CompiledNode
        {
            Index = nodes.Count,
            Id = node.Id,
            Key = CompiledNode.UndoPrefix + node.Key,
            Scope = node.Scope,
            NodeId = node.NodeId + ":undo",
            Type = undo.Type,
            Version = undo.Version,
            Name = node.Name,
            Position = -1,
            Activity = activity,
            Inputs = inputs,
            Outputs = [],
            Variables = [],
        };
        nodes.Add(compiled);
        byId.TryAdd(compiled.Key, compiled);
        requests.UnionWith(undo.Requests);
        node.InputNames = [.. kind.Inputs.Select(i => i.Name)];
        node.IsUndoable = true;
    }
}
