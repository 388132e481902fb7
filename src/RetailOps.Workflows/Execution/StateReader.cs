using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>Reads version 1 of the state document.</summary>
internal static class StateReader
{
    public static InstanceState Read(JsonElement root)
    {
        var state = new InstanceState
        {
            Id = root.GetProperty("id").GetGuid(),
            DefinitionId = root.GetProperty("def").GetString()!,
            VersionId = root.GetProperty("ver").GetString()!,
            CorrelationId = root.Text("cor"),
            Name = root.Text("name"),
            Status = Enum.Parse<InstanceStatus>(root.GetProperty("st").GetString()!),
            SubStatus = Enum.Parse<InstanceSubStatus>(root.GetProperty("sub").GetString()!),
            JournalSequence = root.GetProperty("seq").GetInt64(),
            LastExecution = root.GetProperty("num").GetInt64(),
            BudgetsInARow = root.Number("bud"),
            Input = Values(root, "in"),
            Output = Values(root, "out"),
            ActivityOutputs = Values(root, "ao"),
            EndVariables = Values(root, "ev"),
            Properties = Properties(root, "prop"),
            LastResult = root.TryGetProperty("last", out var last) ? ValueCodec.Read(last) : null,
        };

        var byNumber = new Dictionary<long, ActivityExecution>();
        foreach (var json in root.Items("ex"))
        {
            var execution = Execution(json, json.TryGetProperty("p", out var p) ? byNumber[p.GetInt64()] : null);
            byNumber.Add(execution.Number, execution);
            state.Executions.Add(execution);
        }

        foreach (var number in root.Items("q"))
        {
            var execution = byNumber[number.GetInt64()];
            execution.Queued = true;
            state.Scheduled.Enqueue(execution);
        }

        state.Bookmarks.AddRange(root.Items("bm").Select(b => new Bookmark(
            b.GetProperty("id").GetGuid(),
            Enum.Parse<BookmarkKind>(b.GetProperty("k").GetString()!),
            b.GetProperty("n").GetString()!,
            b.Text("h"),
            b.TryGetProperty("d", out var due) ? due.GetDateTimeOffset() : null,
            b.GetProperty("e").GetInt64(),
            b.GetProperty("a").GetString()!,
            b.GetProperty("at").GetDateTimeOffset(),
            b.Text("key"))));
        state.Incidents.AddRange(root.Items("inc").Select(i => new Incident(
            i.GetProperty("id").GetGuid(),
            i.GetProperty("e").GetInt64(),
            i.GetProperty("a").GetString()!,
            i.GetProperty("node").GetString()!,
            i.GetProperty("type").GetString()!,
            i.GetProperty("msg").GetString()!,
            i.GetProperty("cls").GetString()!,
            i.GetProperty("n").GetInt32(),
            i.GetProperty("at").GetDateTimeOffset(),
            i.TryGetProperty("re", out var retry) ? retry.GetDateTimeOffset() : null)));
        state.Undoing = root.Text("und") is { } undoing ? Enum.Parse<InstanceSubStatus>(undoing) : null;
        state.Done.AddRange(root.Items("done").Select(d => new DoneStep(d.GetProperty("a").GetString()!, (JsonElement)ValueCodec.Read(d.GetProperty("v"))!)));
        return state;
    }

    private static ActivityExecution Execution(JsonElement json, ActivityExecution? parent)
    {
        if (parent is not null)
        {
            parent.Children++;
        }

        var execution = new ActivityExecution
        {
            Number = json.GetProperty("n").GetInt64(),
            ActivityId = json.GetProperty("a").GetString()!,
            Parent = parent,
            Status = (ExecutionStatus)json.GetProperty("s").GetInt32(),
            Backward = json.Flag("b"),
            Resumed = json.Flag("r"),
            Payload = json.TryGetProperty("pl", out var payload) ? (JsonElement)ValueCodec.Read(payload)! : null,
            Attempt = json.Number("at"),
            Cursor = json.Number("c"),
            Properties = json.TryGetProperty("prop", out _) ? Properties(json, "prop") : null,
            Variables = json.TryGetProperty("var", out var variables) ? Variables(variables) : null,
            Flow = json.TryGetProperty("flow", out var flow) ? Flow(flow) : null,
        };
        if (json.TryGetProperty("tok", out var tokens))
        {
            execution.Tokens = Tokens(tokens);
        }

        return execution;
    }

    private static FlowTokens Tokens(JsonElement json)
    {
        var tokens = new FlowTokens(json.Number("s"));
        tokens.All.AddRange(json.Items("t").Select(v => v.GetInt32()).Chunk(2).Select(pair => new FlowToken(pair[0], (FlowTokenKind)pair[1])));
        return tokens;
    }

    private static FlowCounters Flow(JsonElement json)
    {
        var flow = new FlowCounters(json.Number("s"), json.Number("an"), json.Number("cn"));
        foreach (var pair in json.Items("a").Select(v => v.GetInt32()).Chunk(2))
        {
            flow.Activities[pair[0]] = pair[1];
        }

        foreach (var pair in json.Items("c").Select(v => v.GetInt32()).Chunk(2))
        {
            flow.Connections[pair[0]] = pair[1];
        }

        return flow;
    }

    private static ScopeValues Variables(JsonElement json)
    {
        var values = new ScopeValues();
        foreach (var member in json.EnumerateObject())
        {
            values[member.Name] = ValueCodec.Read(member.Value);
        }

        return values;
    }

    private static Dictionary<string, object?> Values(JsonElement json, string name)
    {
        var values = new Dictionary<string, object?>();
        if (json.TryGetProperty(name, out var members))
        {
            foreach (var member in members.EnumerateObject())
            {
                values[member.Name] = ValueCodec.Read(member.Value);
            }
        }

        return values;
    }

    private static Dictionary<string, JsonElement> Properties(JsonElement json, string name) =>
        Values(json, name).ToDictionary(p => p.Key, p => (JsonElement)p.Value!);
}
