using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows;

/// <summary>Our compact state as Elsa's API shows an instance's state.</summary>
internal static class ElsaState
{
    /// <summary>The member <c>workflowState</c> of an instance, and what <c>execute</c> answers.</summary>
    public static JsonObject Of(InstanceDetail instance)
    {
        var (line, state, workflow) = (instance.Line, instance.State, instance.Workflow);
        var json = new JsonObject
        {
            ["id"] = state.Id.ToString(),
            ["definitionId"] = state.DefinitionId,
            ["definitionVersionId"] = state.VersionId,
            ["definitionVersion"] = workflow.Version,
        };
        Add(json, "correlationId", state.CorrelationId);
        Add(json, "name", state.Name);
        json["status"] = line.Status;
        json["subStatus"] = line.SubStatus;
        json["isExecuting"] = state.NeedsContinue;
        json["bookmarks"] = new JsonArray([.. state.Bookmarks.Select(b => Bookmark(state, workflow, b))]);
        json["incidents"] = new JsonArray([.. Incidents(instance)]);
        json["isSystem"] = false;
        json["completionCallbacks"] = new JsonArray([.. state.Executions.Where(e => e.Parent is not null).Select(e => Callback(state, workflow, e))]);
        json["activityExecutionContexts"] = new JsonArray([.. state.Executions.AsEnumerable().Reverse().Select(e => Execution(instance, e))]);
        json["scheduledActivities"] = new JsonArray([.. state.Scheduled.Select(e => (JsonNode)new JsonObject { ["activityNodeId"] = NodeId(workflow, e.ActivityId), ["activityInstanceId"] = Id(state, e.Number) })]);
        json["executionLogSequence"] = state.JournalSequence;
        json["input"] = Values(state.Input);
        json["output"] = Values(state.Output);
        json["properties"] = new JsonObject([.. state.Properties.Select(p => KeyValuePair.Create(p.Key, JsonSerializer.SerializeToNode(p.Value)))]);
        json["createdAt"] = JsonValue.Create(line.CreatedAt);
        json["updatedAt"] = JsonValue.Create(line.UpdatedAt);
        if (line.FinishedAt is { } finished)
        {
            json["finishedAt"] = JsonValue.Create(finished);
        }

        return json;
    }

    /// <summary>A whole instance, around its state.</summary>
    public static JsonObject Instance(InstanceDetail instance)
    {
        var line = instance.Line;
        var json = new JsonObject
        {
            ["id"] = line.Id.ToString(),
            ["definitionId"] = line.DefinitionId,
            ["definitionVersionId"] = line.DefinitionVersionId,
            ["version"] = line.Version,
            ["workflowState"] = Of(instance),
            ["status"] = line.Status,
            ["subStatus"] = line.SubStatus,
            ["isExecuting"] = instance.State.NeedsContinue,
        };
        Add(json, "correlationId", instance.State.CorrelationId);
        Add(json, "name", line.Name);
        Add(json, "parentWorkflowInstanceId", ParentLink.Of(instance.State)?.Id.ToString());
        json["incidentCount"] = line.IncidentCount;
        json["isSystem"] = false;
        json["createdAt"] = JsonValue.Create(line.CreatedAt);
        json["updatedAt"] = JsonValue.Create(line.UpdatedAt);
        if (line.FinishedAt is { } finished)
        {
            json["finishedAt"] = JsonValue.Create(finished);
        }

        if (instance.Dry is { } dry)
        {
            json["dryRun"] = JsonNode.Parse(dry);
        }

        return json;
    }

    /// <summary>What is declared for the whole workflow, with the values of now, or of the end where they were kept.</summary>
    public static IReadOnlyList<object> Variables(InstanceDetail instance)
    {
        var whole = instance.State.Executions.FirstOrDefault(e => e.Parent is null);
        return [.. instance.Workflow.Nodes[0].Variables.Select(v => new { id = v.Id, name = v.Name, value = Value(Held(v.Id)) })];

        object? Held(string id) => instance.State.IsFinished ? instance.State.EndVariables.GetValueOrDefault(id) : whole?.Variables?.GetValueOrDefault(id);
    }

    private static JsonElement? Value(object? value) => value is null ? null : ValueConverter.ToJson(value);

    private static JsonObject Bookmark(InstanceState state, CompiledWorkflow workflow, Bookmark bookmark)
    {
        var node = workflow.NodesById.GetValueOrDefault(bookmark.ActivityId);
        var json = new JsonObject { ["id"] = bookmark.Id.ToString(), ["name"] = node?.Type ?? bookmark.Name };
        Add(json, "hash", bookmark.Hash);
        json["payload"] = bookmark.Kind switch
        {
            BookmarkKind.Event => new JsonObject { ["eventName"] = bookmark.Name },
            BookmarkKind.Timer => new JsonObject { ["resumeAt"] = JsonValue.Create(bookmark.Due) },
            BookmarkKind.Child => new JsonObject { ["childInstanceId"] = bookmark.Id.ToString() },
            _ => new JsonObject { ["taskId"] = bookmark.Id.ToString() },
        };
        json["activityId"] = bookmark.ActivityId;
        json["activityNodeId"] = NodeId(workflow, bookmark.ActivityId);
        json["activityInstanceId"] = Id(state, bookmark.Execution);
        json["createdAt"] = JsonValue.Create(bookmark.CreatedAt);
        json["autoBurn"] = true;
        json["callbackMethodName"] = "CompleteInternalAsync";
        json["autoComplete"] = true;
        return json;
    }

    /// <summary>Those that are open; of an instance that a failure has ended, all that are stored.</summary>
    private static IEnumerable<JsonNode> Incidents(InstanceDetail instance)
    {
        var workflow = instance.Workflow;
        return instance.State.SubStatus is InstanceSubStatus.Faulted
            ? instance.Incidents.Select(i => (JsonNode)Incident(i.ActivityId, NodeId(workflow, i.ActivityId), i.ActivityType, i.Message, i.Error, i.Opened))
            : instance.State.Incidents.Select(i => Incident(i.ActivityId, NodeId(workflow, i.ActivityId), i.ActivityType, i.Message, i.ErrorClass, i.At))
                .Concat(instance.Incidents.Where(i => i is { Status: < 2, ActivityId: "" }).Select(i => Incident("", "", "", i.Message, i.Error, i.Opened)));
    }

    private static JsonObject Incident(string activityId, string nodeId, string type, string message, string error, DateTimeOffset at) => new()
    {
        ["activityId"] = activityId,
        ["activityNodeId"] = nodeId,
        ["activityType"] = type,
        ["message"] = message,
        ["exception"] = new JsonObject { ["type"] = error, ["message"] = message },
        ["timestamp"] = JsonValue.Create(at),
    };

    private static JsonObject Callback(InstanceState state, CompiledWorkflow workflow, ActivityExecution execution) => new()
    {
        ["ownerInstanceId"] = Id(state, execution.Parent!.Number),
        ["childNodeId"] = NodeId(workflow, execution.ActivityId),
        ["methodName"] = execution.Parent.Parent is null ? "OnRootCompletedAsync" : execution.Parent.Flow is null ? "OnChildCompletedAsync" : "OnChildCompletedCounterBasedLogicAsync",
    };

    private static JsonObject Execution(InstanceDetail instance, ActivityExecution execution)
    {
        var (state, workflow) = (instance.State, instance.Workflow);
        var json = new JsonObject { ["id"] = Id(state, execution.Number), ["callStackDepth"] = Depth(execution) };
        if (execution.Parent is { } parent)
        {
            json["parentContextId"] = Id(state, parent.Number);
        }

        json["scheduledActivityNodeId"] = NodeId(workflow, execution.ActivityId);
        if (execution.Parent is { } owner)
        {
            json["ownerActivityNodeId"] = NodeId(workflow, owner.ActivityId);
        }

        json["properties"] = Properties(execution);
        json["metadata"] = new JsonObject();
        json["activityState"] = new JsonObject();
        json["dynamicVariables"] = new JsonArray();
        json["status"] = execution.Status.ToString();
        json["isExecuting"] = false;
        json["faultCount"] = execution.Attempt;
        json["startedAt"] = JsonValue.Create(instance.Begun.GetValueOrDefault(ExecutionId.Of(state.Id, execution.Number), instance.Line.CreatedAt));
        return json;
    }

    private static JsonObject Properties(ActivityExecution execution)
    {
        var json = new JsonObject([.. (execution.Properties ?? []).Select(p => KeyValuePair.Create(p.Key, JsonSerializer.SerializeToNode(p.Value)))]);
        if (execution.Variables is { Count: > 0 } variables)
        {
            json["Variables"] = Values(variables);
        }

        return json;
    }

    private static int Depth(ActivityExecution execution)
    {
        var depth = 0;
        for (var above = execution.Parent; above is not null; above = above.Parent)
        {
            depth++;
        }

        return depth;
    }

    private static JsonObject Values(IEnumerable<KeyValuePair<string, object?>> values) =>
        new([.. values.Select(v => KeyValuePair.Create(v.Key, v.Value is null ? null : JsonSerializer.SerializeToNode(ValueConverter.ToJson(v.Value))))]);

    private static string Id(InstanceState state, long number) => ExecutionId.Of(state.Id, number).ToString();

    private static string NodeId(CompiledWorkflow workflow, string activityId) => workflow.NodesById.GetValueOrDefault(activityId)?.DesignerNodeId ?? activityId;

    private static void Add(JsonObject json, string name, string? text)
    {
        if (text is not null)
        {
            json[name] = text;
        }
    }
}
