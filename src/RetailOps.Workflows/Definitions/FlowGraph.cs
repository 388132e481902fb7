namespace RetailOps.Workflows;

/// <param name="Source">Position of the child it leaves.</param>
/// <param name="Port">The outcome that follows it.</param>
/// <param name="Target">Position of the child it enters.</param>
/// <param name="Index">Its place in the file's connections; stored counters refer to it.</param>
internal sealed record FlowConnection(int Source, string Port, int Target, int Index);

/// <summary>A flowchart's connections, and what is forward and backward for each activity it may start from.</summary>
internal sealed class FlowGraphs
{
    private readonly FlowGraph?[] byStart;
    private readonly FlowConnection?[] byIndex;

    /// <param name="children">How many activities it holds.</param>
    /// <param name="connections">Those with two ends.</param>
    /// <param name="connectionSlots">How many the file has.</param>
    /// <param name="start">Where it starts when no trigger did; -1 for an empty one.</param>
    /// <param name="triggers">Where else it may start.</param>
    /// <param name="isTokenBased">Whether tokens and not counters decide what runs.</param>
    public FlowGraphs(int children, FlowConnection[] connections, int connectionSlots, int start, IEnumerable<int> triggers, bool isTokenBased)
    {
        IsTokenBased = isTokenBased;
        Connections = connections;
        ConnectionSlots = connectionSlots;
        Start = start;
        Outbound = Group(children, connections, c => c.Source);
        Inbound = Group(children, connections, c => c.Target);
        byIndex = new FlowConnection?[connectionSlots];
        Array.ForEach(connections, c => byIndex[c.Index] = c);
        byStart = new FlowGraph?[children];
        foreach (var one in triggers.Append(start).Where(s => s >= 0))
        {
            byStart[one] ??= new FlowGraph(children, connections, Outbound, one);
        }
    }

    public FlowConnection[] Connections { get; }

    public bool IsTokenBased { get; }

    /// <summary>How many connections the file has, dropped ones included.</summary>
    public int ConnectionSlots { get; }

    /// <summary>Where it starts when no trigger did; -1 for an empty flowchart.</summary>
    public int Start { get; }

    /// <summary>By child, in the order of the file, which is the order of scheduling.</summary>
    public FlowConnection[][] Outbound { get; }

    /// <summary>By child: every connection into it, those that lead back too.</summary>
    public FlowConnection[][] Inbound { get; }

    public IEnumerable<FlowGraph> All => byStart.OfType<FlowGraph>();

    public FlowGraph From(int start) => byStart[start]
        ?? throw new InvalidOperationException("The flowchart was started from an activity that is neither its start nor a trigger.");

    /// <summary>The connection at a place in the file.</summary>
    public FlowConnection At(int index) => byIndex[index]!;

    public bool CanStart(int child) => byStart[child] is not null;

    internal static FlowConnection[][] Group(int children, IEnumerable<FlowConnection> connections, Func<FlowConnection, int> by)
    {
        var groups = new List<FlowConnection>?[children];
        foreach (var connection in connections)
        {
            (groups[by(connection)] ??= []).Add(connection);
        }

        return [.. groups.Select(g => g?.ToArray() ?? [])];
    }
}

/// <summary>
/// Which connections lead forward, as seen from one start. The original's rule, on which its joins depend: breadth first in the order of the file,
/// a connection is forward unless its target already leads to its source.
/// </summary>
internal sealed class FlowGraph
{
    private readonly bool[] forward;
    private readonly bool[] sound;

    public FlowGraph(int children, FlowConnection[] connections, FlowConnection[][] outbound, int start)
    {
        Start = start;
        var slots = connections.Length == 0 ? 0 : connections.Max(c => c.Index) + 1;
        forward = new bool[slots];
        sound = new bool[slots];
        Reachable = new bool[children];
        Classify(children, connections, outbound);
        Inbound = FlowGraphs.Group(children, connections.Where(c => forward[c.Index]), c => c.Target);
        foreach (var back in connections.Where(c => !forward[c.Index] && Reachable[c.Source]))
        {
            sound[back.Index] = GoesThrough(children, outbound, back);
        }
    }

    public int Start { get; }

    /// <summary>By child: the forward connections into it.</summary>
    public FlowConnection[][] Inbound { get; }

    public bool[] Reachable { get; }

    public bool IsForward(FlowConnection connection) => forward[connection.Index];

    /// <summary>A loop is sound when every way from the start to its end goes through where it leads back to.</summary>
    public bool IsSoundLoop(FlowConnection connection) => sound[connection.Index];

    /// <summary>All children from which forward connections lead to this one.</summary>
    public bool[] Ancestors(int child)
    {
        var found = new bool[Inbound.Length];
        var queue = new Queue<int>([child]);
        while (queue.TryDequeue(out var next))
        {
            foreach (var connection in Inbound[next])
            {
                if (!found[connection.Source])
                {
                    found[connection.Source] = true;
                    queue.Enqueue(connection.Source);
                }
            }
        }

        return found;
    }

    private void Classify(int children, FlowConnection[] connections, FlowConnection[][] outbound)
    {
        var edges = new List<int>[children];
        var accepted = new HashSet<(int Source, int Target)>();
        var queue = new Queue<int>([Start]);
        Reachable[Start] = true;
        while (queue.TryDequeue(out var source))
        {
            foreach (var connection in outbound[source])
            {
                var edge = (source, connection.Target);
                if (accepted.Contains(edge) || Leads(edges, connection.Target, source))
                {
                    continue;
                }

                accepted.Add(edge);
                (edges[source] ??= []).Add(connection.Target);
                if (!Reachable[connection.Target])
                {
                    Reachable[connection.Target] = true;
                    queue.Enqueue(connection.Target);
                }
            }
        }

        foreach (var connection in connections)
        {
            forward[connection.Index] = accepted.Contains((connection.Source, connection.Target));
        }
    }

    private static bool Leads(List<int>?[] edges, int from, int to)
    {
        if (from == to)
        {
            return true;
        }

        if (edges[from] is null)
        {
            return false;
        }

        var seen = new bool[edges.Length];
        var stack = new Stack<int>([from]);
        while (stack.TryPop(out var next))
        {
            foreach (var target in edges[next] ?? [])
            {
                if (target == to)
                {
                    return true;
                }

                if (!seen[target])
                {
                    seen[target] = true;
                    stack.Push(target);
                }
            }
        }

        return false;
    }

    private bool GoesThrough(int children, FlowConnection[][] outbound, FlowConnection back)
    {
        if (back.Source == back.Target || back.Target == Start)
        {
            return true;
        }

        // Without the target, can the start still lead to the source?
        var seen = new bool[children];
        var stack = new Stack<int>([Start]);
        while (stack.TryPop(out var next))
        {
            if (next == back.Source)
            {
                return false;
            }

            foreach (var connection in outbound[next])
            {
                if (forward[connection.Index] && connection.Target != back.Target && !seen[connection.Target])
                {
                    seen[connection.Target] = true;
                    stack.Push(connection.Target);
                }
            }
        }

        return true;
    }
}
