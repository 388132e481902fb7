using System.Text;
using System.Text.Json;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Compiles definitions with those that they use as activities.</summary>
internal sealed class DefinitionLibrary(Database database, ActivityCatalogue catalogue)
{
    private const int MaxDefinitions = 200;

    private const string FindSql =
        """
        select d.version_id, d.name, d.document::text from workflows.definitions d
        where (d.version_id = $1 or (d.is_published and (d.definition_id = $2 or ($2 is null and $3))))
          and (exists (select from workflows.governed g where g.definition_id = d.definition_id) or not exists (select from workflows.governed g where g.definition_id = $4))
        order by d.version_id = $1 desc nulls last, d.definition_id
        """;

    /// <param name="definition">What is to be run.</param>
    /// <param name="pin">Whether it is a stored version, which keeps for all its instances the versions of others that it was first compiled with.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<CompiledWorkflow> Compile(WorkflowDefinition definition, bool pin, CancellationToken ct)
    {
        if (!References(definition).Any())
        {
            return WorkflowCompiler.Compile(definition, catalogue);
        }

        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        var taken = pin ? await Taken(connection, definition.VersionId, ct) : null;
        var found = await Find(connection, definition, taken ?? [], ct);
        var workflow = WorkflowCompiler.Compile(definition, catalogue, found.GetValueOrDefault);
        if (!pin || taken is not null || workflow.Composites.Count == 0)
        {
            return workflow;
        }

        // Another host may have been faster: what it has taken counts.
        await using var keep = new NpgsqlCommand("insert into workflows.composites (version_id, taken) values ($1, $2) on conflict do nothing", connection)
        {
            Parameters =
            {
                new() { Value = definition.VersionId },
                new() { Value = JsonSerializer.Serialize(workflow.Composites.ToDictionary(c => Name(c.Key), c => c.Value)), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb },
            },
        };
        return await keep.ExecuteNonQueryAsync(ct) == 1
            ? workflow
            : WorkflowCompiler.Compile(definition, catalogue, (await Find(connection, definition, (await Taken(connection, definition.VersionId, ct))!, ct)).GetValueOrDefault);
    }

    private async Task<Dictionary<CompositeReference, WorkflowDefinition>> Find(NpgsqlConnection connection, WorkflowDefinition definition, Dictionary<string, string> taken, CancellationToken ct)
    {
        var found = new Dictionary<CompositeReference, WorkflowDefinition>();
        var asked = new HashSet<CompositeReference>();
        var queue = new Queue<CompositeReference>(References(definition));
        while (queue.TryDequeue(out var reference) && found.Count < MaxDefinitions)
        {
            if (!asked.Add(reference) || await Find(connection, reference, taken.GetValueOrDefault(Name(reference)), definition.DefinitionId, ct) is not { } inner)
            {
                continue;
            }

            found.Add(reference, inner);
            foreach (var next in References(inner))
            {
                queue.Enqueue(next);
            }
        }

        return found;
    }

    /// <summary>The version that was taken before, or is drawn; else the published one of the definition; else the published one of that name. What goes live by two people uses only what does so too.</summary>
    private static async Task<WorkflowDefinition?> Find(NpgsqlConnection connection, CompositeReference reference, string? taken, string by, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(FindSql, connection)
        {
            Parameters =
            {
                new() { Value = (object?)(taken ?? reference.VersionId) ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)reference.DefinitionId ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = taken is null },
                new() { Value = by },
            },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var isMeant = reader.GetString(0) == (taken ?? reference.VersionId) || reference.DefinitionId is not null || CompositeReference.TypeOf(reader.GetString(1)) == reference.Type;
            if (isMeant)
            {
                return DefinitionReader.Read(Encoding.UTF8.GetBytes(reader.GetString(2)));
            }
        }

        return null;
    }

    private static async Task<Dictionary<string, string>?> Taken(NpgsqlConnection connection, string versionId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select taken::text from workflows.composites where version_id = $1", connection) { Parameters = { new() { Value = versionId } } };
        return await command.ExecuteScalarAsync(ct) is string json ? JsonSerializer.Deserialize<Dictionary<string, string>>(json) : null;
    }

    /// <summary>Activities of a kind that the catalogue does not have.</summary>
    private IEnumerable<CompositeReference> References(WorkflowDefinition definition)
    {
        var stack = new Stack<ActivityDefinition>(definition.Root is null ? [] : [definition.Root]);
        while (stack.TryPop(out var next))
        {
            foreach (var child in next.Children.Concat(next.Ports.Select(p => p.Value)))
            {
                stack.Push(child);
            }

            if (next.Type.Length > 0 && catalogue.Find(next.Type, next.Version) is null)
            {
                yield return CompositeReference.Of(next);
            }
        }
    }

    private static string Name(CompositeReference reference) => $"{reference.Type}|{reference.DefinitionId}|{reference.VersionId}";
}
