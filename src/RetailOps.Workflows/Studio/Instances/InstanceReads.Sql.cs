using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An instance with all that is known of it.</summary>
/// <param name="Begun">When the executions that live began, by their ids.</param>
internal sealed record InstanceDetail(InstanceLine Line, InstanceState State, CompiledWorkflow Workflow, IReadOnlyDictionary<Guid, DateTimeOffset> Begun, IReadOnlyList<StoredIncident> Incidents, string? Dry);

/// <summary>An incident as it is stored, open or healed.</summary>
internal sealed record StoredIncident(Guid Id, string ActivityId, string ActivityType, string Error, string Message, int Attempt, short Status, DateTimeOffset Opened, DateTimeOffset? Closed);

/// <summary>Reads one instance with its state.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ReadInstance(Guid Id) : IRequest<Result<InstanceDetail>>;

/// <summary>Reads one instance without its state.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ReadInstanceLine(Guid Id) : IRequest<Result<InstanceLine>>;

internal sealed class ReadInstanceLineHandler(UnitOfWork work) : IRequestHandler<ReadInstanceLine, Result<InstanceLine>>
{
    public async Task<Result<InstanceLine>> Handle(ReadInstanceLine request, CancellationToken ct) =>
        await InstanceList.One(await work.Connection(ct), request.Id, ct) is { } line ? line : InstanceRefusals.Unknown();
}

internal sealed class ReadInstanceHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<ReadInstance, Result<InstanceDetail>>
{
    public async Task<Result<InstanceDetail>> Handle(ReadInstance request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        return await InstanceList.One(connection, request.Id, ct) is { } line && await InstanceTable.State(connection, request.Id, ct) is var (state, dry)
            ? new InstanceDetail(
                line, state, (await definitions.Compiled(state.VersionId, ct)).Workflow, await InstanceTable.Begun(connection, state, ct), await InstanceTable.Incidents(connection, request.Id, ct), dry)
            : InstanceRefusals.Unknown();
    }
}

internal static class InstanceRefusals
{
    public static Refusal Unknown() => Refusal.NotFound("workflows.unknown-instance", "There is no such instance; what ended more than a week ago is gone.");

    public static Refusal Lives() =>
        Refusal.Conflict("workflows.singleton-lives", "An instance of this definition lives for this correlation id, and the definition permits one; wait for its end or cancel it.");

    public static Refusal Governed() =>
        new Refusal(RefusalKind.Forbidden, "workflows.governed-instance", "This instance belongs to a definition under change control: an operator may cancel it, and nobody may change or delete its history.");
}

/// <summary>Reads what belongs to one instance.</summary>
internal static class InstanceTable
{
    public static async Task<(InstanceState State, string? Dry)?> State(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select state, revision, dry::text from workflows.instances where id = $1", connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        var state = StateSerializer.Read(reader.GetFieldValue<byte[]>(0));
        state.Revision = reader.GetInt32(1);
        return (state, await reader.IsDBNullAsync(2, ct) ? null : reader.GetString(2));
    }

    public static async Task<IReadOnlyDictionary<Guid, DateTimeOffset>> Begun(NpgsqlConnection connection, InstanceState state, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select execution_id, min(occurred) from workflows.journal where instance_id = $1 and event = 'Started' and execution_id = any($2) group by execution_id", connection)
        {
            Parameters = { new() { Value = state.Id }, new() { Value = state.Executions.Select(e => ExecutionId.Of(state.Id, e.Number)).ToArray() } },
        };
        var begun = new Dictionary<Guid, DateTimeOffset>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            begun.Add(reader.GetGuid(0), reader.GetFieldValue<DateTimeOffset>(1));
        }

        return begun;
    }

    public static async Task<IReadOnlyList<StoredIncident>> Incidents(NpgsqlConnection connection, Guid instance, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select id, activity_id, activity_type, error, message, attempt, status, opened, closed from workflows.incidents where instance_id = $1 order by opened, id limit 1000", connection)
        {
            Parameters = { new() { Value = instance } },
        };
        var incidents = new List<StoredIncident>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            incidents.Add(new(
                reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5), reader.GetInt16(6),
                reader.GetFieldValue<DateTimeOffset>(7), await reader.IsDBNullAsync(8, ct) ? null : reader.GetFieldValue<DateTimeOffset>(8)));
        }

        return incidents;
    }
}
