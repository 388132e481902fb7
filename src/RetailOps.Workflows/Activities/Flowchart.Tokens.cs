namespace RetailOps.Workflows;

/// <summary>How tokens meet before an activity.</summary>
internal enum MergeMode
{
    /// <summary>Runs on arrival, unless something is still on its way to one of those before it.</summary>
    Stream,

    /// <summary>Runs when each forward connection has brought a token.</summary>
    Merge,

    /// <summary>As <see cref="Merge"/>, for the connections that lead back too.</summary>
    Converge,

    /// <summary>Runs for the first token; of each other connection the next one is swallowed.</summary>
    Cascade,

    /// <summary>As <see cref="Cascade"/>, and what is still under way before it is cancelled.</summary>
    Race,
}

/// <summary>
/// Token mode. Each followed connection gets a token; what it leads to says when it runs. A token that waits for others that never come keeps the
/// flowchart from ending: the instance is stuck, and that is reported.
/// </summary>
internal sealed partial class Flowchart
{
    /// <returns>Whether the flowchart has ended.</returns>
    private static bool Pass(Burst burst, ActivityExecution self, FlowTokens tokens, int position, Outcomes outcomes)
    {
        var flow = self.Node!.Flow!;
        var graph = flow.From(tokens.Start);
        var followed = Array.FindAll(flow.Outbound[position], c => outcomes.Contains(c.Port)).DistinctBy(c => (c.Port, c.Target)).ToList();
        followed.ForEach(c => tokens.All.Add(new(c.Index, FlowTokenKind.Live)));
        tokens.All.RemoveAll(t => IsUnderWay(t) && Target(flow, t) == position);
        followed.ForEach(c => Arrive(burst, self, flow, graph, tokens, c));
        tokens.All.RemoveAll(t => t.Kind is FlowTokenKind.Spent && Target(flow, t) == position);
        return self.Children == 0 && !tokens.All.Exists(t => t.Kind is FlowTokenKind.Held);
    }

    private static void Arrive(Burst burst, ActivityExecution self, FlowGraphs flow, FlowGraph graph, FlowTokens tokens, FlowConnection connection)
    {
        var target = self.Node!.Children[connection.Target];
        var mode = target.Activity is FlowJoin join ? burst.Peek(target, join.Mode) is FlowJoinMode.WaitAny ? MergeMode.Race : MergeMode.Merge : target.Merge;
        switch (mode)
        {
            case MergeMode.Merge:
                Meet(burst, self, tokens, target, connection, graph.Inbound[connection.Target]);
                break;
            case MergeMode.Converge:
                Meet(burst, self, tokens, target, connection, flow.Inbound[connection.Target]);
                break;
            case MergeMode.Cascade or MergeMode.Race:
                if (mode is MergeMode.Race)
                {
                    Overtake(burst, self, flow, graph, tokens, connection.Target);
                }

                First(burst, self, graph, tokens, target, connection);
                break;
            default:
                if (!Array.Exists(graph.Inbound[connection.Target], c => tokens.All.Exists(t => IsUnderWay(t) && Target(flow, t) == c.Source)))
                {
                    burst.Schedule(target, self);
                }

                break;
        }
    }

    /// <summary>Waits for a token on each of the connections.</summary>
    private static void Meet(Burst burst, ActivityExecution self, FlowTokens tokens, CompiledNode target, FlowConnection connection, FlowConnection[] inbound)
    {
        if (inbound.Length > 1 && !Array.TrueForAll(inbound, c => tokens.All.Exists(t => IsUnderWay(t) && IsOn(t, c, inbound))))
        {
            Mark(tokens, connection.Index, FlowTokenKind.Held);
            return;
        }

        // They are no longer held up: the target runs, and its end takes them away.
        foreach (var one in inbound)
        {
            Mark(tokens, one.Index, FlowTokenKind.Live);
        }

        burst.Schedule(target, self);
    }

    private static void First(Burst burst, ActivityExecution self, FlowGraph graph, FlowTokens tokens, CompiledNode target, FlowConnection connection)
    {
        var swallowed = tokens.All.FindIndex(t => t.Connection == connection.Index && !IsUnderWay(t));
        if (swallowed >= 0)
        {
            tokens.All[swallowed] = new(connection.Index, FlowTokenKind.Spent);
            return;
        }

        burst.Schedule(target, self);
        foreach (var other in graph.Inbound[connection.Target].Where(c => c.Source != connection.Source))
        {
            tokens.All.Add(new(other.Index, FlowTokenKind.Blocked));
        }
    }

    private static void Overtake(Burst burst, ActivityExecution self, FlowGraphs flow, FlowGraph graph, FlowTokens tokens, int target)
    {
        var ancestors = graph.Ancestors(target);
        foreach (var execution in burst.RunningChildren(self).Where(e => ancestors[e.Node!.Position]))
        {
            var position = execution.Node!.Position;
            burst.CancelChild(execution);
            tokens.All.RemoveAll(t => Target(flow, t) == position || Source(flow, t) == position);
        }
    }

    private static void Mark(FlowTokens tokens, int connection, FlowTokenKind kind)
    {
        for (var i = 0; i < tokens.All.Count; i++)
        {
            if (tokens.All[i].Connection == connection && IsUnderWay(tokens.All[i]))
            {
                tokens.All[i] = new(connection, kind);
            }
        }
    }

    private static bool IsUnderWay(FlowToken token) => token.Kind is FlowTokenKind.Live or FlowTokenKind.Held;

    /// <summary>Two connections by one port to one activity share their token.</summary>
    private static bool IsOn(FlowToken token, FlowConnection connection, FlowConnection[] inbound) =>
        token.Connection == connection.Index
        || Array.Exists(inbound, c => c.Index == token.Connection && c.Source == connection.Source && c.Port == connection.Port);

    private static int Target(FlowGraphs flow, FlowToken token) => flow.At(token.Connection).Target;

    private static int Source(FlowGraphs flow, FlowToken token) => flow.At(token.Connection).Source;
}
