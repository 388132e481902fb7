using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What became of one execution of an activity, told by its journal entries.</summary>
internal sealed class ElsaExecution
{
    public required Guid Id { get; init; }

    public required string ActivityId { get; init; }

    public required string ActivityType { get; init; }

    public required string NodeId { get; init; }

    public required int Version { get; init; }

    public required string? Name { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? CompletedAt { get; set; }

    /// <summary>Running, Completed, Canceled or Faulted.</summary>
    public string Status { get; set; } = "Running";

    public bool HasBookmarks { get; set; }

    public string? Outcomes { get; set; }

    public string? Error { get; set; }

    public string? Data { get; set; }

    public ElsaExecution? Parent { get; set; }

    public int Faults { get; set; }

    public int Depth => Parent is null ? 0 : Parent.Depth + 1;

    public bool IsOver => Status is "Completed" or "Canceled";
}

/// <summary>Executions and counts in Elsa's shapes, from a journal.</summary>
internal static class ElsaExecutions
{
    private static readonly object NoMap = new { _type = "ObjectMap" };

    /// <summary>In the order in which they began.</summary>
    public static IReadOnlyList<ElsaExecution> Of(JournalPage journal)
    {
        var byId = new Dictionary<Guid, ElsaExecution>();
        var all = new List<ElsaExecution>();
        foreach (var entry in journal.Entries)
        {
            if (!byId.TryGetValue(entry.ExecutionId, out var execution))
            {
                var node = journal.Workflow.NodesById.GetValueOrDefault(entry.ActivityId);
                execution = new()
                {
                    Id = entry.ExecutionId,
                    ActivityId = entry.ActivityId,
                    ActivityType = entry.ActivityType,
                    NodeId = node?.DesignerNodeId ?? entry.ActivityId,
                    Version = node?.Version ?? 1,
                    Name = node?.Name,
                    StartedAt = entry.Occurred,
                };
                byId.Add(entry.ExecutionId, execution);
                all.Add(execution);
            }

            if (entry.Parent is { } number && byId.TryGetValue(ExecutionId.Of(journal.InstanceId, number), out var parent))
            {
                execution.Parent = parent;
            }

            Read(execution, entry);
        }

        // A fault counts for those around it, too, as in the original.
        foreach (var faulted in all.Where(e => e.Status == "Faulted"))
        {
            for (var around = faulted; around is not null; around = around.Parent)
            {
                around.Faults++;
            }
        }

        return all;
    }

    /// <summary>A record with all that is known.</summary>
    public static object Record(JournalPage journal, ElsaExecution execution)
    {
        using var data = execution.Data is null ? null : JsonDocument.Parse(execution.Data);
        var type = journal.Incidents.LastOrDefault(i => i.ActivityId == execution.ActivityId && i.Message == execution.Error)?.Error;
        return new
        {
            workflowInstanceId = journal.InstanceId,
            activityId = execution.ActivityId,
            activityNodeId = execution.NodeId,
            activityType = execution.ActivityType,
            activityTypeVersion = execution.Version,
            activityName = execution.Name,
            activityState = data?.RootElement.Member("state")?.Clone(),
            payload = Payload(execution.Outcomes),
            outputs = data?.RootElement.Member("outputs") is { } outputs && outputs.EnumerateObject().Any() ? outputs.Clone() : (JsonElement?)null,
            properties = NoMap,
            metadata = NoMap,
            exception = execution.Error is { } error ? new { type = type ?? "Exception", message = error } : null,
            startedAt = execution.StartedAt,
            hasBookmarks = execution.HasBookmarks,
            status = execution.Status,
            aggregateFaultCount = execution.Faults,
            completedAt = execution.CompletedAt,
            schedulingActivityExecutionId = execution.Parent?.Id,
            schedulingActivityId = execution.Parent?.ActivityId,
            callStackDepth = execution.Depth,
            id = execution.Id,
            tenantId = "",
        };
    }

    /// <summary>A record for lists that are asked for often.</summary>
    public static object Summary(JournalPage journal, ElsaExecution execution) => new
    {
        workflowInstanceId = journal.InstanceId,
        activityId = execution.ActivityId,
        activityNodeId = execution.NodeId,
        activityType = execution.ActivityType,
        activityTypeVersion = execution.Version,
        activityName = execution.Name,
        startedAt = execution.StartedAt,
        hasBookmarks = execution.HasBookmarks,
        status = execution.Status,
        metadata = NoMap,
        aggregateFaultCount = execution.Faults,
        completedAt = execution.CompletedAt,
        id = execution.Id,
    };

    /// <summary>The badges of a drawing: one line for each activity that has run, of those that are asked for; null for all.</summary>
    public static IReadOnlyList<object> Stats(JournalPage journal, IReadOnlySet<string>? nodeIds) =>
        [.. Of(journal).Where(e => nodeIds?.Contains(e.NodeId) != false).GroupBy(e => e.NodeId).Select(g => new
        {
            activityId = g.First().ActivityId,
            activityNodeId = g.Key,
            startedCount = g.Count(),
            completedCount = g.Count(e => e.Status == "Completed"),
            uncompletedCount = g.Count(e => !e.IsOver),
            isBlocked = g.Any(e => e.HasBookmarks),
            isFaulted = g.Any(e => e.Status == "Faulted"),
            aggregateFaultCount = g.Sum(e => e.Faults),
            metadata = NoMap,
        })];

    /// <summary>One entry of a journal.</summary>
    public static object Entry(JournalPage journal, StoredEntry entry)
    {
        var node = journal.Workflow.NodesById.GetValueOrDefault(entry.ActivityId);
        using var data = entry.Data is null ? null : JsonDocument.Parse(entry.Data);
        return new
        {
            id = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{journal.InstanceId:N}-{entry.Sequence}"),
            activityInstanceId = entry.ExecutionId,
            parentActivityInstanceId = entry.Parent is { } parent ? ExecutionId.Of(journal.InstanceId, parent) : (Guid?)null,
            activityId = entry.ActivityId,
            activityType = entry.ActivityType,
            activityTypeVersion = node?.Version ?? 1,
            activityName = node?.Name,
            nodeId = node?.DesignerNodeId ?? entry.ActivityId,
            timestamp = entry.Occurred,
            sequence = entry.Sequence,
            eventName = entry.Event,
            message = entry.Event == "Completed" ? null : entry.Message,
            activityState = data?.RootElement.Member("state")?.Clone(),
            payload = entry.Event == "Completed" ? Payload(entry.Message) : null,
        };
    }

    private static object? Payload(string? outcomes) => outcomes is null or "Done" ? null : new { Outcomes = outcomes.Split(", "), _type = "ObjectMap" };

    private static void Read(ElsaExecution execution, StoredEntry entry)
    {
        execution.Data = entry.Data ?? execution.Data;
        execution.HasBookmarks = entry.Event == "Suspended";
        (execution.Status, execution.CompletedAt) = entry.Event switch
        {
            "Completed" => ("Completed", (DateTimeOffset?)entry.Occurred),
            "Canceled" => ("Canceled", entry.Occurred),
            "Faulted" => ("Faulted", null),
            _ => ("Running", null),
        };
        execution.Outcomes = entry.Event == "Completed" ? entry.Message : null;
        execution.Error = entry.Event == "Faulted" ? entry.Message : null;
    }
}
