using System.Text.Json;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A value for a variable of the whole workflow.</summary>
internal sealed record VariableValue(string? Id = null, JsonElement? Value = null);

/// <summary>Sets variables of a living instance, between two bursts. Never of one under change control: what it knows was given by its steps.</summary>
[Needs("workflows.run"), AsksDatabase]
internal sealed record SetVariables(Guid InstanceId, IReadOnlyList<VariableValue> Variables) : IRequest<Result<Guid>>;

internal sealed class SetVariablesHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<SetVariables, Result<Guid>>
{
    private const string Sql =
        $"""
        select i.state, i.revision, coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = i.version_id), true)
        from workflows.instances i where i.id = $1 and i.finished is null for update of i
        """;

    public async Task<Result<Guid>> Handle(SetVariables request, CancellationToken ct)
    {
        if (await Find(await work.Connection(ct), request.InstanceId, ct) is not var (state, isGoverned))
        {
            return Refusal.NotFound("workflows.no-living-instance", "There is no living instance with this id; it may have ended meanwhile.");
        }

        if (isGoverned)
        {
            return InstanceRefusals.Governed();
        }

        var declared = (await definitions.Compiled(state.VersionId, ct)).Workflow.Nodes[0].Variables;
        var values = state.Executions.Find(e => e.Parent is null)?.Variables;
        foreach (var given in request.Variables)
        {
            if (values is null || Array.Find(declared, v => v.Id == given.Id) is not { } variable)
            {
                return Refusal.Rule("workflows.unknown-variable", "The workflow has no variable with this id.", new { given.Id });
            }

            try
            {
                values[variable.Id] = given.Value is { } value ? variable.Type.Keep(ValueConverter.Plain(value)) : null;
            }
            catch (FormatException)
            {
                return Refusal.Rule("workflows.variable-type", "The value does not fit the variable's type.", new { given.Id });
            }
        }

        work.Write(new InstanceUpdateRow(state.Id, state.Revision, state.Status, StateSerializer.Write(state), work.Now, state.SubStatus, state.Name));
        return request.InstanceId;
    }

    private static async Task<(InstanceState State, bool IsGoverned)?> Find(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            return null;
        }

        var state = StateSerializer.Read(reader.GetFieldValue<byte[]>(0));
        state.Revision = reader.GetInt32(1);
        return (state, reader.GetBoolean(2));
    }
}
