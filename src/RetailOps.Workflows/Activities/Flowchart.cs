namespace RetailOps.Workflows;

/// <summary>
/// Elsa's flowchart. In counter mode: when a child ends, each of its connections counts as visited, followed or not; what it leads to runs once all its
/// forward connections were visited and one of them was followed, and is skipped, with everything behind it, when none was.
/// </summary>
[Activity("Elsa.Flowchart", Category = "Flow")]
internal sealed partial class Flowchart : Composite
{
    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes)
    {
        if (child.Node!.Activity is ITerminal)
        {
            return Outcomes.Done;
        }

        if (self.Tokens is { } tokens)
        {
            return Pass(burst, self, tokens, child.Node.Position, outcomes) ? Outcomes.Done : null;
        }

        Leave(burst, self, child.Node.Position, outcomes, child.Backward);
        return self.Children == 0 ? Outcomes.Done : null;
    }

    protected override void Begin(Burst burst)
    {
        var self = burst.Current;
        var flow = self.Node!.Flow!;
        var start = burst.Trigger?.Node is { } trigger && self.Node.Children.Contains(trigger) && flow.CanStart(trigger.Position) ? trigger.Position : flow.Start;
        if (start < 0)
        {
            burst.Complete();
            return;
        }

        if (flow.IsTokenBased)
        {
            self.Tokens = new FlowTokens(start);
        }
        else
        {
            self.Flow = new FlowCounters(start, self.Node.Children.Length, flow.ConnectionSlots);
        }

        var child = self.Node.Children[start];
        burst.Schedule(child, self, resumed: child == burst.Trigger?.Node, payload: child == burst.Trigger?.Node ? burst.Trigger?.Payload : null);
    }

    /// <summary>Visits the connections out of a child, and those of the children skipped by it, depth first by an explicit stack.</summary>
    private static void Leave(Burst burst, ActivityExecution self, int position, Outcomes outcomes, bool backward)
    {
        var flow = self.Node!.Flow!;
        var graph = flow.From(self.Flow!.Start);
        var counters = self.Flow;
        // Mostly nothing is skipped, and no stack is needed.
        Stack<(int Child, int Next, Outcomes Outcomes)>? stack = null;
        var (child, next, by) = (position, 0, outcomes);
        if (!backward)
        {
            // A round begun by a connection back is the loop's, not a new arrival from the start.
            counters.Activities[child]++;
        }

        while (true)
        {
            if (next == flow.Outbound[child].Length)
            {
                if (stack?.TryPop(out var below) != true)
                {
                    return;
                }

                (child, next, by) = below;
                continue;
            }

            var connection = flow.Outbound[child][next++];
            var followed = by.Contains(connection.Port);
            counters.Visit(connection.Index, followed);
            if (!graph.IsForward(connection))
            {
                if (followed)
                {
                    Back(burst, self, graph, connection);
                }
            }
            else if (Arrive(burst, self, graph, connection))
            {
                (stack ??= new()).Push((child, next, by));
                (child, next, by) = (connection.Target, 0, Outcomes.None);
                counters.Activities[child]++;
            }
        }
    }

    private static void Back(Burst burst, ActivityExecution self, FlowGraph graph, FlowConnection connection)
    {
        var children = self.Node!.Children;
        if (!graph.IsSoundLoop(connection))
        {
            throw new InvalidOperationException(
                $"Invalid backward connection: Every path from the source ('{children[connection.Source].Id}') must go through the target ('{children[connection.Target].Id}') when tracing back to the start.");
        }

        burst.Schedule(children[connection.Target], self, backward: true);
    }

    /// <summary>Schedules what a visited connection leads to, when its join is met.</summary>
    /// <returns>Whether it is to be skipped.</returns>
    private static bool Arrive(Burst burst, ActivityExecution self, FlowGraph graph, FlowConnection connection)
    {
        var target = self.Node!.Children[connection.Target];
        var mode = target.Activity is FlowJoin join ? burst.Peek(target, join.Mode) : FlowJoinMode.WaitAllActive;
        var inbound = graph.Inbound[connection.Target];
        var counters = self.Flow!;
        var visits = counters.Activities[connection.Target];
        if (mode == FlowJoinMode.WaitAny)
        {
            if (counters.Visits(connection.Index) <= visits || burst.IsScheduled(target, self))
            {
                return false;               // the join has been passed in this round
            }

            if (IsAnyFollowed(inbound, counters))
            {
                burst.Schedule(target, self);
                CancelBefore(burst, self, graph, connection.Target);
                return false;
            }
        }

        foreach (var one in inbound)
        {
            if (counters.Visits(one.Index) <= visits)
            {
                return false;               // somebody is still on the way
            }
        }

        var runs = mode == FlowJoinMode.WaitAll ? AreAllFollowed(inbound, counters) : IsAnyFollowed(inbound, counters);
        if (runs)
        {
            burst.Schedule(target, self);
        }

        return !runs;
    }

    private static bool IsAnyFollowed(FlowConnection[] inbound, FlowCounters counters)
    {
        foreach (var connection in inbound)
        {
            if (counters.IsFollowed(connection.Index))
            {
                return true;
            }
        }

        return false;
    }

    private static bool AreAllFollowed(FlowConnection[] inbound, FlowCounters counters)
    {
        foreach (var connection in inbound)
        {
            if (!counters.IsFollowed(connection.Index))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first to arrive wins: what is still under way before the join is given up, and its own connections count as visited.</summary>
    private static void CancelBefore(Burst burst, ActivityExecution self, FlowGraph graph, int target)
    {
        var ancestors = graph.Ancestors(target);
        var overtaken = burst.RunningChildren(self).Where(e => ancestors[e.Node!.Position]).ToList();
        overtaken.ForEach(burst.CancelChild);
        overtaken.ForEach(e => Leave(burst, self, e.Node!.Position, Outcomes.None, backward: false));
    }
}
