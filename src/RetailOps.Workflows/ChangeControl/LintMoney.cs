namespace RetailOps.Workflows;

/// <summary>Promises, payments and postings, by the effects that activities declare.</summary>
internal static class LintMoney
{
    /// <summary>Steps that pay, and that a way leads to on which nobody and nothing has looked.</summary>
    /// <param name="node">A container, or a step.</param>
    /// <param name="isChecked">Whether somebody has looked before it begins.</param>
    public static IEnumerable<DefinitionProblem> Unchecked(DrawnNode node, bool isChecked)
    {
        if (node.Pays && !isChecked)
        {
            yield return DefinitionProblem.Error("refund-unchecked", node.Id, "A way leads here without an inspection, a grant or an approval: money would be given back unseen.");
        }

        var before = isChecked;
        var unseen = node.Node.Flow is null || isChecked ? null : Unseen(new DrawnFlow(node));
        for (var i = 0; i < node.Inner.Count; i++)
        {
            var inner = node.Inner[i];
            foreach (var problem in Unchecked(inner, unseen is not null && i < unseen.Length ? !unseen[i] : before))
            {
                yield return problem;
            }

            before |= node.Node.Activity is Sequence && inner.IsCheck;
        }
    }

    /// <summary>Promises that are neither kept nor given back on some way to the end.</summary>
    public static IEnumerable<DefinitionProblem> Unreleased(DrawnFlow flow)
    {
        for (var i = 0; i < flow.Nodes.Count; i++)
        {
            if (flow.Nodes[i].Effect is not { Effect: Effect.Allocates or Effect.Reserves, UndoneBy: { } undo } effect || !flow.IsReachable(i))
            {
                continue;
            }

            bool Settled(int n) => Settles(flow.Nodes[n], effect.Effect, undo);
            var open = flow.From(flow.Out(i).Where(c => !Settled(c.Target)).Select(c => c.Target), c => !Settled(c.Target) && !Settled(c.Source));
            if (flow.Out(i).Length == 0 || Enumerable.Range(0, flow.Nodes.Count).Any(n => open[n] && n != i && flow.MayEnd(n)))
            {
                yield return DefinitionProblem.Error("allocation-unreleased", flow.Nodes[i].Id, $"On some way to the end nobody takes over what is promised here, and {undo} does not give it back.");
            }
        }
    }

    /// <summary>Postings of which some end is not looked at.</summary>
    public static IEnumerable<DefinitionProblem> Unreconciled(DrawnFlow flow) =>
        from i in Enumerable.Range(0, flow.Nodes.Count)
        where flow.Nodes[i].Effect?.Effect is Effect.Posts && flow.IsReachable(i)
        from outcome in flow.Undrawn(i)
        select DefinitionProblem.Error("posting-unreconciled", flow.Nodes[i].Id, $"The outcome '{outcome}' leads nowhere: the books would differ and nobody would know.");

    /// <summary>Steps whose undo is drawn nowhere, and whose promise nobody takes over.</summary>
    public static IEnumerable<DefinitionProblem> WithoutUndo(IReadOnlyList<DrawnNode> nodes)
    {
        foreach (var node in nodes)
        {
            // What gives a promise back is an undo itself.
            if (node.Effect is { UndoneBy: { } undo, Effect: not Effect.Releases } effect && !nodes.Any(n => n != node && Settles(n, effect.Effect, undo)) && !nodes.Any(n => n.Effect?.UndoneBy == node.Kind!.Type))
            {
                var message = $"{undo}, which would take this back, is drawn nowhere.";
                yield return effect.Effect is Effect.Records ? DefinitionProblem.Warning("undo-missing", node.Id, message) : DefinitionProblem.Error("undo-missing", node.Id, message);
            }
        }
    }

    /// <summary>By child: whether a way leads there on which nothing has been looked at.</summary>
    private static bool[] Unseen(DrawnFlow flow) => flow.From(flow.Graphs.Select(g => g.Start), c => !flow.Nodes[c.Source].IsCheck);

    private static bool Settles(DrawnNode node, Effect effect, string undo) =>
        node.Kind?.Type == undo || node.Settles.Contains(effect) || node.Effect?.Effect is Effect.Releases || node.Inner.Any(i => Settles(i, effect, undo));
}
