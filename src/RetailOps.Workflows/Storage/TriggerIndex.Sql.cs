using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>The rows by which clocks and web requests find what they start. Those of events are the definition store's own.</summary>
internal static class TriggerIndex
{
    /// <summary>The statements that put a published version's clocks and endpoints in place of those of the version before; in the publishing transaction.</summary>
    public static List<NpgsqlBatchCommand> Replace(CompiledWorkflow workflow, string versionId)
    {
        var clocks = workflow.Triggers.Where(t => t.Schedule is not null).ToList();
        var endpoints = Endpoints(workflow).ToList();
        return
        [
            .. Remove(workflow.DefinitionId),
            new("insert into workflows.schedules (version_id, definition_id, activity_id, kind, rule) select $1, $2, a, k, r from unnest($3, $4, $5) as u (a, k, r)")
            {
                Parameters =
                {
                    new() { Value = versionId },
                    new() { Value = workflow.DefinitionId },
                    new() { Value = clocks.Select(c => c.ActivityId).ToArray() },
                    new() { Value = clocks.Select(c => c.Schedule!.Kind).ToArray() },
                    new() { Value = clocks.Select(c => c.Schedule!.Text).ToArray() },
                },
            },
            new("insert into workflows.endpoints (version_id, definition_id, activity_id, method, shape, path) select $1, $2, a, m, s, p from unnest($3, $4, $5, $6) as u (a, m, s, p)")
            {
                Parameters =
                {
                    new() { Value = versionId },
                    new() { Value = workflow.DefinitionId },
                    new() { Value = endpoints.Select(e => e.ActivityId).ToArray() },
                    new() { Value = endpoints.Select(e => e.Rule.Method).ToArray() },
                    new() { Value = endpoints.Select(e => e.Rule.Shape).ToArray() },
                    new() { Value = endpoints.Select(e => e.Rule.Path).ToArray() },
                },
            },
        ];
    }

    /// <summary>The statements that take a definition's clocks and endpoints away, when it is retracted or deleted.</summary>
    public static List<NpgsqlBatchCommand> Remove(string definitionId) =>
    [
        new("delete from workflows.schedules where definition_id = $1") { Parameters = { new() { Value = definitionId } } },
        new("delete from workflows.endpoints where definition_id = $1") { Parameters = { new() { Value = definitionId } } },
    ];

    /// <summary>A version's endpoints, each once.</summary>
    public static IEnumerable<(string ActivityId, EndpointRule Rule)> Endpoints(CompiledWorkflow workflow) =>
        workflow.Triggers.SelectMany(t => t.Endpoints.Select(e => (t.ActivityId, Rule: e))).DistinctBy(e => (e.Rule.Method, e.Rule.Shape));

    /// <summary>What stands against publishing: endpoints that another published definition has. Whoever publishes at the same moment is stopped by the primary key.</summary>
    public static async Task<List<DefinitionProblem>> Problems(NpgsqlConnection connection, CompiledWorkflow workflow, CancellationToken ct)
    {
        var mine = workflow.Triggers.SelectMany(t => t.Endpoints.Select(e => (t.ActivityId, Rule: e))).ToList();
        if (mine.Count == 0)
        {
            return [];
        }

        await using var command = new NpgsqlCommand(
            """
            select e.method, e.shape, e.definition_id from workflows.endpoints e join workflows.definitions d on d.version_id = e.version_id and d.is_published
            where e.definition_id <> $1 and e.method = any ($2) and e.shape = any ($3)
            """, connection);
        command.Parameters.Add(new() { Value = workflow.DefinitionId });
        command.Parameters.Add(new() { Value = mine.Select(e => e.Rule.Method).ToArray() });
        command.Parameters.Add(new() { Value = mine.Select(e => e.Rule.Shape).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var problems = new List<DefinitionProblem>();
        while (await reader.ReadAsync(ct))
        {
            var (method, shape, owner) = (reader.GetString(0), reader.GetString(1), reader.GetString(2));
            problems.AddRange(mine.Where(e => e.Rule.Method == method && e.Rule.Shape == shape).Select(e =>
                DefinitionProblem.Error("http-path", e.ActivityId, $"{method} {e.Rule.Path} starts definition '{owner}' already.")));
        }

        return problems;
    }
}

/// <summary>A clock that starts instances of a live version.</summary>
internal sealed record LiveScheduleRow(string VersionId, string DefinitionId, string ActivityId, ScheduleRule Rule) : IRow<LiveScheduleRow>
{
    public static RowTable<LiveScheduleRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into workflows.schedules (version_id, definition_id, activity_id, kind, rule) select * from unnest($1, $2, $3, $4, $5)",
        everyRow: true,
        Column.Text<LiveScheduleRow>(r => r.VersionId),
        Column.Text<LiveScheduleRow>(r => r.DefinitionId),
        Column.Text<LiveScheduleRow>(r => r.ActivityId),
        Column.Text<LiveScheduleRow>(r => r.Rule.Kind),
        Column.Text<LiveScheduleRow>(r => r.Rule.Text));
}

/// <summary>A web request that starts instances of a live version.</summary>
internal sealed record LiveEndpointRow(string VersionId, string DefinitionId, string ActivityId, EndpointRule Rule) : IRow<LiveEndpointRow>
{
    public static RowTable<LiveEndpointRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into workflows.endpoints (version_id, definition_id, activity_id, method, shape, path) select * from unnest($1, $2, $3, $4, $5, $6)",
        everyRow: true,
        Column.Text<LiveEndpointRow>(r => r.VersionId),
        Column.Text<LiveEndpointRow>(r => r.DefinitionId),
        Column.Text<LiveEndpointRow>(r => r.ActivityId),
        Column.Text<LiveEndpointRow>(r => r.Rule.Method),
        Column.Text<LiveEndpointRow>(r => r.Rule.Shape),
        Column.Text<LiveEndpointRow>(r => r.Rule.Path));
}
