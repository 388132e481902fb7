using System.Text.Json;

using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A step that failed.</summary>
/// <param name="Error">Its class, like <c>TimeoutException</c>; <c>workflows.stuck</c> where nothing failed and nothing can wake the instance.</param>
/// <param name="Attempt">How often it has failed by then.</param>
/// <param name="Status">retrying (by the clock), open (a person has to help) or healed.</param>
internal sealed record IncidentView(
    Guid Id, Guid InstanceId, string Definition, string? CorrelationId, string ActivityId, string ActivityType, string Error, string Message, int Attempt, string Status,
    DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt)
{
    public static IncidentView Of(StoredIncident incident, Guid instance, string definition, string? correlationId) => new(
        incident.Id, instance, definition, correlationId, incident.ActivityId, incident.ActivityType, incident.Error, incident.Message, incident.Attempt,
        incident.Status switch { 0 => "retrying", 1 => "open", _ => "healed" }, incident.Opened, incident.Closed);
}

/// <summary>Which incidents are meant: all open ones that meet each condition given.</summary>
/// <param name="Ids">At most 1,000.</param>
/// <param name="Definition">Of this definition's instances.</param>
/// <param name="Error">Of this class.</param>
/// <param name="ActivityType">Of this kind of step.</param>
/// <param name="Instances">Of these instances.</param>
/// <param name="Activities">Of the steps with these ids.</param>
internal sealed record IncidentFilter(
    IReadOnlyList<Guid>? Ids = null, string? Definition = null, string? Error = null, string? ActivityType = null, IReadOnlyList<Guid>? Instances = null, IReadOnlyList<string>? Activities = null);

/// <summary>Lists open incidents, oldest first.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ListIncidents(IncidentFilter Filter, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<IncidentView>>>;

/// <summary>Tries failed steps again now, at most 1,000 at once; a step that is being tried already is tried once.</summary>
/// <param name="DryRun">True says which, and does nothing.</param>
[Needs("workflows.retry"), AsksDatabase]
internal sealed record RetryIncidents(IncidentFilter Filter, bool DryRun) : IRequest<Result<IReadOnlyList<Guid>>>;

/// <summary>Gives a failed step up: it completes by an outcome that a person chooses, with the outputs that a person gives, and the workflow goes on behind it.</summary>
/// <param name="Outcome">One of the step's outcomes.</param>
/// <param name="Outputs">Values by the names of the step's outputs; null for none. At most 64 KB.</param>
[Needs("workflows.retry"), AsksDatabase]
internal sealed record SkipIncident(Guid Id, string Outcome, JsonElement? Outputs) : IRequest<Result<Guid>>;

/// <summary>What the stimulus says that skips a failed step.</summary>
internal sealed record SkipOrder(string Outcome, JsonElement? Outputs, string By);

internal sealed class SkipIncidentValidator : AbstractValidator<SkipIncident>
{
    private const int MostOutputs = 64 * 1024;

    public SkipIncidentValidator()
    {
        RuleFor(r => r.Outcome).Must(o => Text.HasLength(o, 200)).WithErrorCode("workflows.outcome").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Outputs)
            .Must(o => o is null || (o.Value.ValueKind == JsonValueKind.Object && o.Value.GetRawText() is { Length: <= MostOutputs } text && !text.Contains("\\u0000", StringComparison.Ordinal)))
            .WithErrorCode("workflows.outputs").WithMessage("An object of at most 64 KB, without the character U+0000.");
    }
}

internal sealed class ListIncidentsHandler(UnitOfWork work) : IRequestHandler<ListIncidents, Result<IReadOnlyList<IncidentView>>>
{
    public async Task<Result<IReadOnlyList<IncidentView>>> Handle(ListIncidents request, CancellationToken ct) =>
        (await IncidentTable.Open(await work.Connection(ct), request.Filter, request.After, request.Limit, ct)).ConvertAll(i => i.View);
}

internal sealed class RetryIncidentsHandler(UnitOfWork work, EngineBell bell) : IRequestHandler<RetryIncidents, Result<IReadOnlyList<Guid>>>
{
    private const int Most = 1_000;

    public async Task<Result<IReadOnlyList<Guid>>> Handle(RetryIncidents request, CancellationToken ct)
    {
        if (request.Filter.Ids?.Count > Most)
        {
            return Refusal.Malformed("workflows.too-many", "At most 1,000 at once.");
        }

        // What stands still because nothing can wake it has no step to be tried again.
        var open = (await IncidentTable.Open(await work.Connection(ct), request.Filter, null, Most, ct)).FindAll(i => i.View.Error != IncidentTable.Stuck);
        if (!request.DryRun)
        {
            open.ForEach(i => work.Write(new StimulusRow(Lane.People, i.Key, StimulusKind.Retry, "retry", i.View.Id, i.View.InstanceId, null, null, work.Trace)));
            work.OnCommitted(() => bell.Ring());
        }

        return open.ConvertAll(i => i.View.Id);
    }
}

internal sealed class SkipIncidentHandler(UnitOfWork work, DefinitionStore definitions, ActivityCatalogue catalogue, EngineBell bell) : IRequestHandler<SkipIncident, Result<Guid>>
{
    public async Task<Result<Guid>> Handle(SkipIncident request, CancellationToken ct)
    {
        if (await IncidentTable.Open(await work.Connection(ct), new([request.Id]), null, 1, ct) is not [var open])
        {
            return IncidentTable.Unknown();
        }

        var workflow = (await definitions.Compiled(open.VersionId, ct)).Workflow;
        if (open.View.Error == IncidentTable.Stuck || workflow.NodesById.GetValueOrDefault(open.View.ActivityId) is not { } node)
        {
            return Refusal.Rule("workflows.nothing-to-skip", "Nothing has failed here that could be skipped; cancel the instance.");
        }

        var outcomes = Outcomes(workflow, node);
        if (!outcomes.Contains(request.Outcome))
        {
            return Refusal.Rule("workflows.unknown-outcome", "The step has other outcomes; choose one of them.", new { outcomes });
        }

        if (request.Outputs?.EnumerateObject().Select(o => o.Name).FirstOrDefault(name => !Array.Exists(node.Outputs, o => o.Name == name)) is { } unknown)
        {
            return Refusal.Rule("workflows.unknown-output", "The step has no output of this name.", new { unknown, outputs = node.Outputs.Select(o => o.Name) });
        }

        var data = JsonSerializer.Serialize(new SkipOrder(request.Outcome, request.Outputs, work.Caller.Actor), JsonReading.Web);
        work.Write(new StimulusRow(Lane.People, open.Key, StimulusKind.Skip, "skip", request.Id, open.View.InstanceId, null, data, work.Trace));
        work.OnCommitted(() => bell.Ring());
        return request.Id;
    }

    /// <summary>Those that its kind declares, and those that are drawn.</summary>
    private List<string> Outcomes(CompiledWorkflow workflow, CompiledNode node)
    {
        var around = workflow.Nodes.FirstOrDefault(n => n.Flow is not null && n.Children.Contains(node));
        var drawn = around?.Flow?.Outbound[node.Position].Select(c => c.Port) ?? [];
        return [.. (catalogue.Find(node.Type, node.Version)?.Outcomes ?? []).Concat(drawn).DefaultIfEmpty("Done").Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>An open incident with what it takes to act upon it.</summary>
internal sealed record OpenIncident(IncidentView View, string Key, string VersionId);

internal static class IncidentTable
{
    public const string Stuck = "workflows.stuck";

    public static Refusal Unknown() => Refusal.NotFound("workflows.no-open-incident", "There is no failed step with this id to be helped; it may have been healed meanwhile.");

    public static async Task<List<OpenIncident>> Open(NpgsqlConnection connection, IncidentFilter filter, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select c.id, c.activity_id, c.activity_type, c.error, c.message, c.attempt, c.status, c.opened, c.closed, c.instance_id, c.key, i.definition_id, i.version_id
            from workflows.incidents c join workflows.instances i on i.id = c.instance_id
            where c.status < 2 and ($1::uuid[] is null or c.id = any($1)) and ($2::text is null or i.definition_id = $2) and ($3::text is null or c.error = $3)
              and ($4::text is null or c.activity_type = $4) and ($5::uuid is null or c.id > $5)
              and ($7::uuid[] is null or c.instance_id = any($7)) and ($8::text[] is null or c.activity_id = any($8))
            order by c.id limit $6
            """, connection)
        {
            Parameters =
            {
                new() { Value = (object?)filter.Ids?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = (object?)filter.Definition ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)filter.Error ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)filter.ActivityType ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)after ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = limit },
                new() { Value = (object?)filter.Instances?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid },
                new() { Value = (object?)filter.Activities?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            },
        };
        var open = new List<OpenIncident>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var (instance, key) = (reader.GetGuid(9), reader.GetString(10));
            var stored = new StoredIncident(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5), reader.GetInt16(6),
                reader.GetFieldValue<DateTimeOffset>(7), await reader.IsDBNullAsync(8, ct) ? null : reader.GetFieldValue<DateTimeOffset>(8));
            open.Add(new(IncidentView.Of(stored, instance, reader.GetString(11), key == instance.ToString() ? null : key), key, reader.GetString(12)));
        }

        return open;
    }
}
