using System.Collections.Concurrent;
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
/// <param name="Caller">The engine as this version: it may send what its activities declare, as far as that may be done by what one person let go live.</param>
/// <param name="Activation">How many instances may live at once.</param>
/// <param name="IsGoverned">Whether its definition goes live by two people.</param>
internal sealed record CompiledVersion(CompiledWorkflow Workflow, Caller.Engine Caller, Activation Activation, bool IsGoverned)
{
    /// <summary>As it would be if two people had let it go live: what a dry run shows.</summary>
    public CompiledVersion AsGoverned() => this with { IsGoverned = true, Caller = Caller with { Permissions = Powers.Of(Workflow, isGoverned: true) } };

    /// <summary>Whether one instance lives per definition and correlation id at most.</summary>
    public bool IsSingleton => Activation is Activation.CorrelatedSingleton;

    /// <summary>What two living instances may not share.</summary>
    public string? SingletonKey(string key) => Activations.SingletonKey(Activation, Workflow.DefinitionId, key);
}

/// <summary>A definition file that cannot be used, and why.</summary>
public sealed class DefinitionFileException(string file, IEnumerable<string> problems) : Exception($"{file} cannot be published:{Environment.NewLine}  {string.Join($"{Environment.NewLine}  ", problems)}");

/// <summary>What became of a folder of definition files.</summary>
/// <param name="Versions">How many new versions there are.</param>
/// <param name="Refused">Why, for each file that cannot be published: its name, then each fault with the activity's id and type. Nothing of these files was taken over.</param>
public sealed record ImportedWorkflows(int Versions, IReadOnlyList<string> Refused);

/// <summary>Versions of definitions: immutable once published, compiled once per process.</summary>
internal sealed partial class DefinitionStore(Database database, DefinitionLibrary library, ActivityCatalogue catalogue, Linter linter, WorkflowGovernance governance, ILogger<DefinitionStore> log)
{
    private readonly ConcurrentDictionary<string, CompiledVersion> compiled = [];

    /// <summary>Files of the last import that could not be published; see <see cref="ImportedWorkflows"/>.</summary>
    public IReadOnlyList<string> Refused { get; private set; } = [];

    /// <summary>The version with an id, compiled at first use.</summary>
    /// <exception cref="InvalidOperationException">There is no such version.</exception>
    public ValueTask<CompiledVersion> Compiled(string versionId, CancellationToken ct) =>
        compiled.TryGetValue(versionId, out var version) ? ValueTask.FromResult(version) : Load(versionId, ct);

    /// <summary>The version id of a definition's published version; null when there is none.</summary>
    /// <param name="connection">Where to ask.</param>
    /// <param name="definitionId">Of which definition.</param>
    /// <param name="byGoverned">Whether one that goes live by two people asks: it starts only such, and what one person let go live only what one person may let go live.</param>
    /// <param name="ct">Cancels.</param>
    public static async ValueTask<string?> Published(NpgsqlConnection connection, string definitionId, bool byGoverned, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select d.version_id from workflows.definitions d where d.definition_id = $1 and d.is_published and {Governance.IsGoverned} = $2", connection)
        {
            Parameters = { new() { Value = definitionId }, new() { Value = byGoverned } },
        };
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>
    /// Takes over the files of a folder: a file that changed since it was last taken over becomes a new version, published when the live
    /// version came from a file too, otherwise only proposed. Two hosts at once do it once. A file that cannot be published, or that the linter
    /// finds an error in, is left out: what was published of its definition before goes on, and so do the others. Warnings of what is taken
    /// over are logged.
    /// </summary>
    public async Task<ImportedWorkflows> Import(string folder, CancellationToken ct)
    {
        if (governance.All)
        {
            await using var govern = database.Requests.CreateCommand("insert into workflows.governed (definition_id) select distinct definition_id from workflows.definitions on conflict do nothing");
            await govern.ExecuteNonQueryAsync(ct);
        }

        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var refused = new List<string>();
        var count = 0;
        var left = Directory.EnumerateFiles(folder, "*.json").Order(StringComparer.Ordinal).ToList();
        for (var before = int.MaxValue; left.Count > 0 && left.Count < before;)
        {
            // What one uses as an activity may stand in a later file: as long as some get in, the others are tried again.
            before = left.Count;
            refused.Clear();
            foreach (var file in left.ToList())
            {
                var name = Path.GetFileName(file);
                try
                {
                    count += await ImportOneOf(files, name, await File.ReadAllTextAsync(file, ct), ct) ? 1 : 0;
                    left.Remove(file);
                }
                catch (DefinitionFileException bad)
                {
                    refused.Add(bad.Message);
                }
            }
        }

        refused.ForEach(problem => LogRefused(log, problem));
        Refused = refused;
        return new(count, refused);
    }

    /// <summary>Takes over one file's text. False when it says the same as when it was last taken over.</summary>
    public async Task<bool> ImportFile(string name, string text, CancellationToken ct) => await Store(name, text, await Compile(name, text, ct), ct);

    private async Task<bool> ImportOneOf(Dictionary<string, string> files, string name, string text, CancellationToken ct)
    {
        var workflow = await Compile(name, text, ct);
        var found = linter.Check(workflow);
        if (found.Where(p => p.IsError).Select(p => p.ToString()).ToList() is { Count: > 0 } errors)
        {
            throw new DefinitionFileException(name, errors);
        }

        if (!files.TryAdd(workflow.DefinitionId, name))
        {
            throw new DefinitionFileException(name, [$"{files[workflow.DefinitionId]} has the definitionId '{workflow.DefinitionId}' too."]);
        }

        var isNew = await Store(name, text, workflow, ct);
        foreach (var warning in isNew ? found : [])
        {
            LogWarning(log, name, warning.ToString());
        }

        return isNew;
    }

    private async Task<CompiledWorkflow> Compile(string name, string text, CancellationToken ct)
    {
        CompiledWorkflow workflow;
        try
        {
            workflow = await library.Compile(DefinitionReader.Read(Encoding.UTF8.GetBytes(text)), pin: false, ct);
        }
        catch (DefinitionException bad)
        {
            throw new DefinitionFileException(name, [bad.Message]);
        }

        if (workflow.DefinitionId.Length == 0)
        {
            throw new DefinitionFileException(name, ["The definition has no definitionId."]);
        }

        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        var problems = workflow.Problems.Where(p => p.IsError).Concat(await TriggerIndex.Problems(connection, workflow, ct)).ToList();
        return problems.Count > 0 ? throw new DefinitionFileException(name, problems.Select(p => p.ToString())) : workflow;
    }

    private async Task<bool> Store(string name, string text, CompiledWorkflow workflow, CancellationToken ct)
    {
        var checksum = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ReplaceLineEndings("\n"))));
        await using var connection = await database.Requests.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        var latest = await Latest(connection, workflow.DefinitionId, ct);
        if (latest?.FileChecksum == checksum || (latest?.Live is { } live && ElsaDocument.Checksum(live) == ElsaDocument.Checksum(text)))
        {
            return false;
        }

        var version = (latest?.Version ?? 0) + 1;
        var publish = latest is null || latest.IsLiveFromFile;
        var versionId = $"{workflow.DefinitionId}-{version}-{checksum[..8]}";
        await Insert(connection, workflow, versionId, version, name, text, checksum, publish, ct);
        await transaction.CommitAsync(ct);
        LogImported(log, name, version, publish ? "published" : "proposed, because people have changed what is live");
        return true;
    }

    /// <param name="Version">The highest number there ever was.</param>
    /// <param name="FileChecksum">Of the file's text when it was last taken over.</param>
    /// <param name="IsLiveFromFile">Whether the live version came from a file; false when people have taken it away.</param>
    /// <param name="Live">What the live version says: what was exported to a file is not taken over again.</param>
    private sealed record LatestVersion(int Version, string? FileChecksum, bool IsLiveFromFile, string? Live);

    private static async Task<LatestVersion?> Latest(NpgsqlConnection connection, string definitionId, CancellationToken ct)
    {
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new("select pg_advisory_xact_lock(hashtextextended($1, 11))") { Parameters = { new() { Value = definitionId } } },
                new(
                    """
                    select max(d.version),
                           (select f.checksum from workflows.definitions f where f.definition_id = $1 and f.origin like 'file:%' order by f.version desc limit 1),
                           coalesce(bool_or(d.origin like 'file:%') filter (where d.is_published), false),
                           max(d.document::text) filter (where d.is_published)
                    from workflows.definitions d where d.definition_id = $1 having count(*) > 0
                    """) { Parameters = { new() { Value = definitionId } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(reader.GetInt32(0), await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1), reader.GetBoolean(2), await reader.IsDBNullAsync(3, ct) ? null : reader.GetString(3))
            : null;
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
                    insert into workflows.definitions (version_id, definition_id, version, name, document, checksum, is_latest, is_published, origin, authors, description, tool_version, usable_as_activity)
                    values ($1, $2, $3, $4, $5, $6, true, $7, $8, array[$8], $9, $10, $11)
                    """)
                {
                    Parameters =
                    {
                        new() { Value = versionId },
                        new() { Value = workflow.DefinitionId },
                        new() { Value = version },
                        new() { Value = workflow.Definition.Name ?? workflow.DefinitionId },
                        new() { Value = document.ToJsonString(), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Json },
                        new() { Value = checksum },
                        new() { Value = publish },
                        new() { Value = $"file:{file}" },
                        new() { Value = (object?)workflow.Definition.Document.Text("description") ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                        new() { Value = (object?)workflow.Definition.Document.Text("toolVersion") ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                        new() { Value = (workflow.Definition.Document.Member("options") ?? default).Flag("usableAsActivity") },
                    },
                },
                new("insert into workflows.governed (definition_id) values ($1) on conflict do nothing") { Parameters = { new() { Value = workflow.DefinitionId } } },
            },
        };
        if (!publish)
        {
            batch.BatchCommands.Add(ProposalTable.OfFile(workflow.DefinitionId, versionId, version, ElsaDocument.Checksum(document.ToJsonString()), file));
        }

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
            TriggerIndex.Replace(workflow, versionId).ForEach(batch.BatchCommands.Add);
        }

        await batch.ExecuteNonQueryAsync(ct);
    }

    private async ValueTask<CompiledVersion> Load(string versionId, CancellationToken ct)
    {
        // From its first run on a version says for ever what it says: marked before it is read, so that no draft is saved in between.
        await using var command = database.Requests.CreateCommand(
            $"""
            with marked as (update workflows.definitions set has_run = true where version_id = $1 and not has_run returning definition_id, document, approved_by, is_published),
            d as (
              select definition_id, document, approved_by, is_published from marked
              union all select definition_id, document, approved_by, is_published from workflows.definitions where version_id = $1 and not exists (select from marked))
            select d.document::text, d.approved_by, {Governance.IsGoverned}, {Governance.IsApproved} from d
            """);
        command.Parameters.Add(new() { Value = versionId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct))
        {
            throw new InvalidOperationException($"There is no definition version {versionId}.");
        }

        var definition = DefinitionReader.Read(Encoding.UTF8.GetBytes(reader.GetString(0)));
        var workflow = await library.Compile(definition, pin: true, ct);
        var (isGoverned, isApproved) = (reader.GetBoolean(2), reader.GetBoolean(3));
        LogPersistence.Apply(workflow, catalogue, byDefault: !isGoverned);
        var caller = new Caller.Engine(workflow.DefinitionId, workflow.Version, await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1), Powers.Of(workflow, isGoverned));
        var version = new CompiledVersion(workflow, caller, Activations.Of(definition.ActivationStrategy), isGoverned);

        if (!isGoverned && isApproved && Powers.Of(workflow, isGoverned: true).Count > caller.Permissions.Count)
        {
            LogPowerless(log, workflow.DefinitionId, workflow.Version);
        }

        // A draft of a free definition may yet become governed, and is another one then.
        return isGoverned || isApproved ? compiled.GetOrAdd(versionId, version) : version;
    }

    [LoggerMessage(4204, LogLevel.Warning, "Version {Version} of {DefinitionId} is live by one person and does what takes two: those steps are refused. Save it anew and propose it")]
    private static partial void LogPowerless(ILogger log, string definitionId, int version);

    [LoggerMessage(4203, LogLevel.Warning, "{File}: {Problem}")]
    private static partial void LogWarning(ILogger log, string file, string problem);

    [LoggerMessage(4202, LogLevel.Error, "{Problem}")]
    private static partial void LogRefused(ILogger log, string problem);

    [LoggerMessage(4201, LogLevel.Information, "{File} is version {Version} now, {How}")]
    private static partial void LogImported(ILogger log, string file, int version, string how);
}
