using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Workflows;

/// <summary>One version of a definition as it is stored.</summary>
/// <param name="VersionId">The id of the version.</param>
/// <param name="DefinitionId">The id that all versions share.</param>
/// <param name="Version">From 1.</param>
/// <param name="Name">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="ToolVersion">What wrote it.</param>
/// <param name="IsLatest">Whether it is the last one; one version is.</param>
/// <param name="IsPublished">Whether it is live; at most one version is.</param>
/// <param name="IsSystem">Hidden from the usual lists.</param>
/// <param name="HasRun">Whether something was started by it; then it says for ever what it says.</param>
/// <param name="Origin"><c>file:…</c> or <see cref="Studio"/>.</param>
/// <param name="Authors">Who has changed what it says since a version was last approved.</param>
/// <param name="Reason">Why it went live; null before.</param>
/// <param name="ApprovedBy">Who let it go live; null before, and for files.</param>
/// <param name="Approved">When; null before.</param>
/// <param name="Revision">Counts what was saved into it.</param>
/// <param name="Created">When the version began.</param>
/// <param name="Document">Its JSON; empty in lists.</param>
internal sealed record StoredVersion(
    string VersionId,
    string DefinitionId,
    int Version,
    string Name,
    string? Description,
    string? ToolVersion,
    bool IsLatest,
    bool IsPublished,
    bool IsSystem,
    bool HasRun,
    string Origin,
    IReadOnlyList<string> Authors,
    string? Reason,
    string? ApprovedBy,
    DateTimeOffset? Approved,
    int Revision,
    DateTimeOffset Created,
    string Document)
{
    /// <summary>The origin of what people drew.</summary>
    public const string Studio = "studio";

    public bool IsFromFile => Origin.StartsWith("file:", StringComparison.Ordinal);
}

/// <summary>A published workflow that others may draw as one activity.</summary>
internal sealed record UsableWorkflow(string DefinitionId, string VersionId, int Version, string Name, string Document);

/// <summary>How a definition stands, with its lock held: what is decided by it stays so until the commit.</summary>
/// <param name="Latest">The last version; null when there is none, or all are deleted.</param>
/// <param name="Published">The live version; null for none.</param>
/// <param name="Highest">The highest number there ever was; 0 for none.</param>
/// <param name="IsGoverned">Whether it goes live by two people.</param>
/// <param name="WasProposed">Whether the latest version was put before somebody, whatever became of that: then it says for ever what it says.</param>
internal sealed record DefinitionHead(StoredVersion? Latest, StoredVersion? Published, int Highest, bool IsGoverned, bool WasProposed);

internal static class DefinitionReads
{
    private const string Columns =
        "d.version_id, d.definition_id, d.version, d.name, d.description, d.tool_version, d.is_latest, d.is_published, d.is_system, d.has_run, d.origin, d.authors, d.reason, d.approved_by, d.approved, d.revision, d.drawn";

    /// <summary>Takes a definition for this transaction, and tells how it stands. Whoever changes anything of it asks this first.</summary>
    public static async Task<DefinitionHead> Lock(NpgsqlConnection connection, string definitionId, CancellationToken ct)
    {
        // The look is a statement of its own behind the lock: its snapshot sees what the lock's last holder committed.
        await using (var turn = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended($1, 11))", connection) { Parameters = { new() { Value = definitionId } } })
        {
            await turn.ExecuteNonQueryAsync(ct);
        }

        // The rows themselves, too: a version that is about to be run for the first time says so in its row.
        var living = await Read(connection, $"select {Columns}, d.document::text from workflows.definitions d where d.definition_id = $1 and d.deleted is null and (d.is_latest or d.is_published) for update", ct, new NpgsqlParameter { Value = definitionId });
        await using var command = new NpgsqlCommand(
            """
            select coalesce((select max(d.version) from workflows.definitions d where d.definition_id = $1), 0),
                   exists (select from workflows.governed g where g.definition_id = $1),
                   exists (select from workflows.proposals p join workflows.definitions d using (version_id) where p.definition_id = $1 and p.action = 'publish' and d.is_latest)
            """, connection)
        { Parameters = { new() { Value = definitionId } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return new(living.Find(v => v.IsLatest), living.Find(v => v.IsPublished), reader.GetInt32(0), reader.GetBoolean(1), reader.GetBoolean(2));
    }

    /// <summary>The version with an id; null for none.</summary>
    public static async Task<StoredVersion?> Find(NpgsqlConnection connection, string versionId, CancellationToken ct) =>
        (await Read(connection, $"select {Columns}, d.document::text from workflows.definitions d where d.version_id = $1 and d.deleted is null", ct, new NpgsqlParameter { Value = versionId })).SingleOrDefault();

    public static async Task<StoredVersion?> Latest(NpgsqlConnection connection, string definitionId, CancellationToken ct) => await Find(connection, definitionId, VersionChoice.Latest, ct);

    /// <summary>The highest version that a choice allows; null for none.</summary>
    public static async Task<StoredVersion?> Find(NpgsqlConnection connection, string definitionId, VersionChoice choice, CancellationToken ct) =>
        (await Read(
            connection,
            $"select {Columns}, d.document::text from workflows.definitions d where d.definition_id = $1 and d.deleted is null and {choice.Sql} order by d.version desc limit 1",
            ct,
            new NpgsqlParameter { Value = definitionId })).SingleOrDefault();

    /// <summary>Versions of one definition, newest first.</summary>
    public static Task<List<StoredVersion>> Versions(NpgsqlConnection connection, string definitionId, bool withDocuments, CancellationToken ct) =>
        Read(
            connection,
            $"select {Columns}, {(withDocuments ? "d.document::text" : "''")} from workflows.definitions d where d.definition_id = $1 and d.deleted is null order by d.version desc limit 1000",
            ct,
            new NpgsqlParameter { Value = definitionId });

    /// <summary>Versions by their ids, in that order.</summary>
    public static Task<List<StoredVersion>> Many(NpgsqlConnection connection, string[] versionIds, CancellationToken ct) =>
        Read(
            connection,
            $"select {Columns}, d.document::text from unnest($1) with ordinality as u (id, n) join workflows.definitions d on d.version_id = u.id where d.deleted is null order by u.n limit 500",
            ct,
            new NpgsqlParameter { Value = versionIds });

    /// <summary>A page of versions without their documents, and how many there are.</summary>
    public static async Task<(List<StoredVersion> Items, long Total)> List(NpgsqlConnection connection, DefinitionQuery query, CancellationToken ct)
    {
        const string Filter =
            """
            d.deleted is null
            and ($1 is null or d.definition_id = any ($1)) and ($2 is null or d.version_id = any ($2)) and ($3 is null or d.is_system = $3)
            and ($4 is null or strpos(lower(d.name), $4) > 0 or strpos(lower(d.definition_id), $4) > 0 or strpos(lower(d.version_id), $4) > 0 or strpos(lower(coalesce(d.description, '')), $4) > 0)
            """;
        NpgsqlParameter[] Filters() =>
        [
            new() { Value = (object?)query.DefinitionIds ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = (object?)query.Ids ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
            new() { Value = (object?)query.IsSystem ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Boolean },
            new() { Value = (object?)query.Search?.ToLowerInvariant() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
        ];
        var order = query.OrderBy switch
        {
            DefinitionOrder.Name => "lower(d.name)",
            DefinitionOrder.Version => "d.version",
            _ => "d.drawn",
        };
        var way = query.Descending ? "desc" : "asc";
        await using var count = new NpgsqlCommand($"select count(*) from workflows.definitions d where {Filter} and {query.Versions.Sql}", connection);
        count.Parameters.AddRange(Filters());
        var total = (long)(await count.ExecuteScalarAsync(ct))!;
        var items = await Read(
            connection,
            $"select {Columns}, '' from workflows.definitions d where {Filter} and {query.Versions.Sql} order by {order} {way}, d.definition_id {way}, d.version {way} offset $5 limit $6",
            ct,
            [.. Filters(), new() { Value = (long)query.Page * query.PageSize }, new() { Value = query.PageSize }]);
        return (items, total);
    }

    public static async Task<bool> IsNameTaken(NpgsqlConnection connection, string name, string? butDefinition, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select exists (select from workflows.definitions d where d.deleted is null and (d.is_latest or d.is_published) and lower(d.name) = lower($1) and ($2 is null or d.definition_id <> $2))", connection)
        {
            Parameters = { new() { Value = name }, new() { Value = (object?)butDefinition ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text } },
        };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Published workflows that are usable as an activity.</summary>
    public static async Task<List<UsableWorkflow>> Usable(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select d.definition_id, d.version_id, d.version, d.name, d.document::text from workflows.definitions d where d.is_published and d.usable_as_activity and d.deleted is null order by d.definition_id", connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<UsableWorkflow>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetString(3), reader.GetString(4)));
        }

        return found;
    }

    /// <summary>Every live version, by definition.</summary>
    public static Task<List<StoredVersion>> AllLive(NpgsqlConnection connection, CancellationToken ct) =>
        Read(connection, $"select {Columns}, d.document::text from workflows.definitions d where d.is_published and d.deleted is null order by d.definition_id", ct);

    /// <summary>Latest versions whose text names a definition somewhere: who uses it is among them.</summary>
    public static Task<List<StoredVersion>> Naming(NpgsqlConnection connection, string definitionId, CancellationToken ct) =>
        Read(
            connection,
            $"select {Columns}, d.document::text from workflows.definitions d where d.is_latest and d.deleted is null and d.definition_id <> $1 and strpos(d.document::text, $1) > 0 order by d.definition_id limit 500",
            ct,
            new NpgsqlParameter { Value = definitionId });

    private static async Task<List<StoredVersion>> Read(NpgsqlConnection connection, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var versions = new List<StoredVersion>();
        while (await reader.ReadAsync(ct))
        {
            versions.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                Text(reader, 4),
                Text(reader, 5),
                reader.GetBoolean(6),
                reader.GetBoolean(7),
                reader.GetBoolean(8),
                reader.GetBoolean(9),
                reader.GetString(10),
                reader.GetFieldValue<string[]>(11),
                Text(reader, 12),
                Text(reader, 13),
                reader.IsDBNull(14) ? null : reader.GetFieldValue<DateTimeOffset>(14),
                reader.GetInt32(15),
                reader.GetFieldValue<DateTimeOffset>(16),
                reader.GetString(17)));
        }

        return versions;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
