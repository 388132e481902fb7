using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// What an analyst should know of a drawing before it goes live: what the compiler finds, and what would run and yet go wrong. Looks at what is drawn, knows nothing
/// of what scripts will say: an error is wrong whatever they say, a warning may be meant.
/// </summary>
internal sealed class Linter(ActivityCatalogue catalogue, FactCatalogue facts)
{
    private const int MostProblems = 500;

    /// <summary>Errors first.</summary>
    public IReadOnlyList<DefinitionProblem> Check(CompiledWorkflow workflow)
    {
        var nodes = DrawnNode.All(workflow, catalogue, facts).ToList();
        var flows = nodes.Where(n => n.Node.Flow is not null).Select(n => new DrawnFlow(n)).ToList();
        var found = workflow.Problems
            .Concat(flows.SelectMany(LintJoins.Of))
            .Concat(flows.SelectMany(LintLoops.Of))
            .Concat(nodes.SelectMany(LintLoops.OfWhile))
            .Concat(flows.SelectMany(LintWaits.Of))
            .Concat(nodes.SelectMany(UnknownEvents))
            .Concat(nodes.SelectMany(LintDoors.Of))
            .Concat(LintMoney.Unchecked(nodes[0], false))
            .Concat(flows.SelectMany(LintMoney.Unreleased))
            .Concat(flows.SelectMany(LintMoney.Unreconciled))
            .Concat(LintMoney.WithoutUndo(nodes));
        return [.. found.Distinct().OrderByDescending(p => p.IsError).Take(MostProblems)];
    }

    private IEnumerable<DefinitionProblem> UnknownEvents(DrawnNode node)
    {
        if (node.Node.Activity is Event && node.Literal("eventName") is { Length: > 0 } name && !facts.Types.ContainsKey(name))
        {
            yield return DefinitionProblem.Warning("unknown-event", node.Id, $"No module raises '{name}'; only a workflow could publish it.");
        }
    }
}

/// <summary>Joins that can never be passed.</summary>
internal static class LintJoins
{
    /// <summary>Beyond this the pairs are not compared: nobody draws such a thing by hand.</summary>
    private const int MostNodes = 400;

    public static IEnumerable<DefinitionProblem> Of(DrawnFlow flow)
    {
        for (var join = 0; join < flow.Nodes.Count; join++)
        {
            if (flow.Nodes[join].Node.Activity is not FlowJoin)
            {
                continue;
            }

            if (!flow.IsReachable(join))
            {
                yield return DefinitionProblem.Error("join-unreachable", flow.Nodes[join].Id, "Nothing leads to this join.");
            }
            else if (flow.Nodes[join].Literal("mode") == nameof(FlowJoinMode.WaitAll) && flow.Nodes.Count <= MostNodes && Divided(flow, join) is { } at)
            {
                yield return DefinitionProblem.Error("join-stuck", flow.Nodes[join].Id, $"This join waits for all ways into it, but '{flow.Nodes[at].Id}' goes only one of them: it is never passed. Let it wait for any, or for those that are under way.");
            }
        }
    }

    /// <summary>A step that goes on by one outcome, of which two ways into the join need different ones.</summary>
    private static int? Divided(DrawnFlow flow, int join)
    {
        foreach (var graph in flow.Graphs.Where(g => g.Reachable[join]))
        {
            var inbound = graph.Inbound[join];
            for (var at = 0; at < flow.Nodes.Count; at++)
            {
                var ports = flow.Out(at).Select(c => c.Port).Distinct().ToList();
                if (ports.Count < 2 || !graph.Reachable[at] || !flow.Nodes[at].IsExclusive || IsInLoop(flow, at))
                {
                    continue;
                }

                // By each way into the join: with which outcomes it can be come by at all.
                var allowed = inbound.Select(_ => new HashSet<string>()).ToList();
                foreach (var port in ports)
                {
                    var reached = flow.From([graph.Start], c => c.Source != at || c.Port == port);
                    for (var i = 0; i < inbound.Length; i++)
                    {
                        if (reached[inbound[i].Source] && (inbound[i].Source != at || inbound[i].Port == port))
                        {
                            allowed[i].Add(port);
                        }
                    }
                }

                if (allowed.Any(a => allowed.Any(b => a.Count > 0 && b.Count > 0 && !a.Overlaps(b))))
                {
                    return at;
                }
            }
        }

        return null;
    }

    private static bool IsInLoop(DrawnFlow flow, int node) => flow.From(flow.Out(node).Select(c => c.Target), _ => true)[node];
}

/// <summary>Loops that only the step budget would end.</summary>
internal static class LintLoops
{
    public static IEnumerable<DefinitionProblem> Of(DrawnFlow flow)
    {
        foreach (var back in flow.Graphs.SelectMany(g => flow.Connections.Where(c => g.Reachable[c.Source] && !g.IsForward(c))).DistinctBy(c => c.Index))
        {
            var (from, to) = (flow.From([back.Target], _ => true), flow.To(back.Source));
            var loop = Enumerable.Range(0, flow.Nodes.Count).Where(n => from[n] && to[n]).ToHashSet();
            if (loop.Any(n => flow.Nodes[n].Waits || flow.Nodes[n].Inner.Any(i => i.Waits)))
            {
                continue;
            }

            var hasWayOut = loop.Any(n => flow.MayEnd(n) || flow.Out(n).Any(c => !loop.Contains(c.Target)));
            yield return hasWayOut
                ? DefinitionProblem.Warning("loop-without-wait", flow.Nodes[back.Source].Id, $"The loop back to '{flow.Nodes[back.Target].Id}' waits for nothing: see that it is left after a bounded number of rounds.")
                : DefinitionProblem.Error("loop-without-bound", flow.Nodes[back.Source].Id, $"The loop back to '{flow.Nodes[back.Target].Id}' is never left and waits for nothing.");
        }
    }

    public static IEnumerable<DefinitionProblem> OfWhile(DrawnNode node)
    {
        if (node.Node.Activity is While && node.Literal("condition") is "true" or "True" && !Down(node).Any(n => n.Waits || n.Ends))
        {
            yield return DefinitionProblem.Error("loop-without-bound", node.Id, "The loop's condition always holds, and its body neither waits nor breaks.");
        }
    }

    private static IEnumerable<DrawnNode> Down(DrawnNode node) => node.Inner.SelectMany(Down).Prepend(node);
}

/// <summary>Waits, and answers that lead nowhere.</summary>
internal static class LintWaits
{
    public static IEnumerable<DefinitionProblem> Of(DrawnFlow flow)
    {
        var starts = flow.Graphs.Select(g => g.Start).ToHashSet();
        for (var i = 0; i < flow.Nodes.Count; i++)
        {
            var node = flow.Nodes[i];
            if (!flow.IsReachable(i))
            {
                continue;
            }

            if (node.Node.Activity is HumanTaskActivity)
            {
                foreach (var answer in (node.Texts("outcomes") ?? []).Where(a => flow.Out(i).Length > 0 && !flow.Out(i).Any(c => c.Port == a)))
                {
                    yield return DefinitionProblem.Error("wait-no-exit", node.Id, $"The answer '{answer}' leads nowhere: whoever gives it is not heard.");
                }

                if (!flow.Out(i).Any(c => c.Port == HumanTaskActivity.Overdue))
                {
                    yield return DefinitionProblem.Warning("wait-alone", node.Id, "Nobody hears of it when this task is forgotten: give it a time, and draw Overdue.");
                }
            }
            else if (node.Node.Activity is Event && !(starts.Contains(i) && node.Drawn?.CanStart == true) && !HasRival(flow, i))
            {
                yield return DefinitionProblem.Warning("wait-alone", node.Id, "If this event never comes, the workflow waits for ever: let another event, or a time, race with it.");
            }

            foreach (var stray in flow.Out(i).Where(c => node.FixedOutcomes?.Contains(c.Port) == false).Select(c => c.Port).Distinct())
            {
                yield return DefinitionProblem.Warning("unknown-outcome", node.Id, $"There is no outcome '{stray}'; that connection is never followed.");
            }

            foreach (var undrawn in node.Effect?.Effect is Effect.Posts || flow.Out(i).Length == 0 ? [] : flow.Undrawn(i))
            {
                yield return DefinitionProblem.Warning("outcome-undrawn", node.Id, $"The outcome '{undrawn}' leads nowhere: the workflow ends there.");
            }
        }
    }

    /// <summary>It leads into a join that takes whichever comes first, and something else does too.</summary>
    private static bool HasRival(DrawnFlow flow, int wait) => flow.Out(wait).Any(c =>
        flow.Nodes[c.Target] is { Node.Activity: FlowJoin } join && join.Literal("mode") is null or nameof(FlowJoinMode.WaitAny) && flow.Connections.Any(o => o.Target == c.Target && o.Source != wait));
}
