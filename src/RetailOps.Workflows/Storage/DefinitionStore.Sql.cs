using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A version ready to run, with who it acts as.</summary>
/// <param name="Workflow">The compiled graph.</param>
/// <param name="Caller">The engine as this version: it may send what its activities declare.</param>
/// <param name="IsSingleton">Whether one instance lives per definition and correlation id at most.</param>
internal sealed record CompiledVersion(CompiledWorkflow Workflow, Caller.Engine Caller, bool IsSingleton);

/// <summary>A definition file that cannot be used, and why.</summary>
public sealed class DefinitionFileException(string file, IEnumerable<string> problems) : Exception($"{file} cannot be published:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", problems)}");

/// <summary>What became of a folder of definition files.</summary>
/// <param name="Versions">How many new versions there are.</param>
/// <param name="Refused">Why, for each file that cannot be published: its name, then each fault with the activity's id and type. Nothing of these files was taken over.</param>
public sealed record ImportedWorkflows(int Versions, IReadOnlyList<string> Refused);

/// <summary>Versions of definitions: immutable once published, compiled once per process.</summary>
internal sealed partial class DefinitionStore(Database database, ActivityCatalogue catalogue, ILogger<DefinitionStore> log)
{
    private readonly ConcurrentDictionary<string, CompiledVersion> compiled = [];

    /// <summary>Files of the last import that could not be published; see <see cref="ImportedWorkflows"/>.</summary>
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>The version with an id, compiled at first use.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public ValueTask<CompiledVersion> Compiled(string versionId, CancellationToken ct) =>
        compiled.TryGetValue(versionId, out var version) ? ValueTask.FromResult(version) : Load(versionId, ct);

    /// <summary>The version id of a definition's published version; null when there is none.</summary>
    public static async ValueTask<string?> Published(NpgsqlConnection connection, string definitionId, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select version_id from workflows.definitions where definition_id = $1 and is_published", connection)
        {
            Parameters = { new() { Value = definitionId } },
        };
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>
    /// Takes over the files of a folder: a file that changed since it was last taken over becomes a new version, published when the live
    /// version came from a file too, otherwise only proposed. Two hosts at once do it once. A file that cannot be published is left out: what
    /// was published of its definition before goes on, and so do the others.
    /// </summary>
    public async Task<ImportedWorkflows> Import(string folder, CancellationToken ct)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var refused = new List<string>();
        var count = 0;
        foreach (var file in Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file);
            try
            {
                count += await ImportOneOf(files, name, await File.ReadAllTextAsync(file, ct), ct) ? 1 : 0;
            }
            catch (DefinitionFileException bad)
            {
                LogRefused(log, bad.Message);
                refused.Add(bad.Message);
            }
        }

        Refused = refused;
        return new(count, refused);
    }

    /// <summary>Takes over one file's text. False when it says the same as when it was last taken over.</summary>
    public Task<bool> ImportFile(string name, string text, CancellationToken ct) => Store(name, text, Compile(name, text), ct);

    private Task<bool> ImportOneOf(Dictionary<string, string> files, string name, string text, CancellationToken ct)
    {
        var workflow = Compile(name, text);
        return files.TryAdd(workflow.DefinitionId, name)
            ? Store(name, text, workflow, ct)
            : throw new DefinitionFileException(name, [$"{files[workflow.DefinitionId]} has the definitionId '{workflow.DefinitionId}' too."]);
    }

    private CompiledWorkflow Compile(string name, string text)
    {
        CompiledWorkflow workflow;
        try
        {
            workflow = WorkflowCompiler.Compile(DefinitionReader.Read(Encoding.UTF8.GetBytes(text)), catalogue);
        }
        catch (DefinitionException bad)
        {
            throw new DefinitionFileException(name, [bad.Message]);
        }

        if (workflow.DefinitionId.Length == 0)
        {
            throw new DefinitionFileException(name, ["The definition has no definitionId."]);
        }

        return workflow.HasErrors ? throw new DefinitionFileException(name, workflow.Problems.Where(p => p.IsError).Select(p => p.ToString())) : workflow;
    }

    private async Task<bool> Store(string name, string text, CompiledWorkflow workflow, CancellationToken ct)
    {
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var latest = await Latest(connection, workflow.DefinitionId, ct);
        if (latest?.FileChecksum == checksum)
        {
            return false;
        }

        var version = (latest?.Version ?? 0) + 1;
        var publish = latest is null || latest.IsLiveFromFile;
        var versionId = $"{workflow.DefinitionId}-{version}-{checksum[..8]}";
        await Insert(connection, workflow, versionId, version, name, text, checksum, publish, ct);
        await transaction.CommitAsync(ct);
        LogImported(log, name, version, publish ? "published" : "proposed, because the live version was edited elsewhere");
        return true;
    }

    private sealed record LatestVersion(int Version, string? FileChecksum, bool IsLiveFromFile);

    private static async Task<LatestVersion?> Latest(NpgsqlConnection connection, string definitionId, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select pg_advisory_xact_lock(hashtextextended($1, 11))") { Parameters = { new() { Value = definitionId } } },
                new(
                    """
                    select l.version,
                           (select f.checksum from workflows.definitions f where f.definition_id = $1 and f.origin like 'file:%' order by f.version desc limit 1),
                           coalesce((select p.origin like 'file:%' from workflows.definitions p where p.definition_id = $1 and p.is_published), true)
                    from workflows.definitions l where l.definition_id = $1 and l.is_latest
                    """) { Parameters = { new() { Value = definitionId } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await reader.ReadAsync(ct) ? new(reader.GetInt32(0), await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1), reader.GetBoolean(2)) : null;
    }

    private static async Task Insert(
        NpgsqlConnection connection, CompiledWorkflow workflow, string versionId, int version, string file, string text, string checksum, bool publish, CancellationToken ct)
    {
        var document = JsonNode.Parse(text)!.AsObject();
        (document["id"], document["version"], document["isLatest"], document["isPublished"]) = (versionId, version, true, publish);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("update workflows.definitions set is_latest = false, is_published = is_published and not $2 where definition_id = $1 and (is_latest or is_published)")
                {
                    Parameters = { new() { Value = workflow.DefinitionId }, new() { Value = publish } },
                },
                new(
                    """
                    insert into workflows.definitions (version_id, definition_id, version, name, document, checksum, is_latest, is_published, origin)
                    values ($1, $2, $3, $4, $5, $6, true, $7, $8)
                    """)
                {
                    Parameters =
                    {
                        new() { Value = versionId },
                        new() { Value = workflow.DefinitionId },
                        new() { Value = version },
                        new() { Value = workflow.Definition.Name ?? workflow.DefinitionId },
                        new() { Value = document.ToJsonString(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb },
                        new() { Value = checksum },
                        new() { Value = publish },
                        new() { Value = $"file:{file}" },
                    },
                },
            },
        };
        if (publish)
        {
            var triggers = workflow.Triggers.Where(t => t.EventName is not null).ToList();
            batch.BatchCommands.Add(new("delete from workflows.triggers where definition_id = $1") { Parameters = { new() { Value = workflow.DefinitionId } } });
            batch.BatchCommands.Add(new("insert into workflows.triggers (name, version_id, definition_id, activity_id) select n, $2, $3, a from unnest($1, $4) as u (n, a)")
            {
                Parameters =
                {
                    new() { Value = triggers.Select(t => t.EventName!).ToArray() },
                    new() { Value = versionId },
                    new() { Value = workflow.DefinitionId },
                    new() { Value = triggers.Select(t => t.ActivityId).ToArray() },
                },
            });
            batch.BatchCommands.Add(new("insert into workflows.event_names (name, version_id) select n, $2 from unnest($1) as n")
            {
                Parameters = { new() { Value = workflow.EventNames.ToArray() }, new() { Value = versionId } },
            });
        }

        await batch.ExecuteNonQueryAsync(ct);
    }

    private async ValueTask<CompiledVersion> Load(string versionId, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand($"select d.document::text, d.approved_by, {Governance.IsGoverned} from workflows.definitions d where d.version_id = $1");
        command.Parameters.Add(new() { Value = versionId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            throw new InvalidOperationException($"There is no definition version {versionId}.");
        }

        var definition = DefinitionReader.Read(Encoding.UTF8.GetBytes(reader.GetString(0)));
        var workflow = WorkflowCompiler.Compile(definition, catalogue);
        LogPersistence.Apply(workflow, catalogue, byDefault: !reader.GetBoolean(2));
        var permissions = workflow.Requests.Select(r => r.GetCustomAttribute<NeedsAttribute>()?.Permission).OfType<string>().ToHashSet();
        var caller = new Caller.Engine(workflow.DefinitionId, workflow.Version, await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1), permissions);
        return compiled.GetOrAdd(versionId, new CompiledVersion(workflow, caller, IsSingleton(definition)));
    }

    private static bool IsSingleton(WorkflowDefinition definition) => definition.ActivationStrategy is { } strategy && strategy.Contains("Singleton", StringComparison.Ordinal);

    [LoggerMessage(4202, LogLevel.Error, "{Problem}")]
    private static partial void LogRefused(ILogger log, string problem);

    [LoggerMessage(4201, LogLevel.Information, "{File} is version {Version} now, {How}")]
    private static partial void LogImported(ILogger log, string file, int version, string how);
}
