using System.Security.Cryptography;
using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Platform;

/// <summary>A new version.</summary>
internal sealed record DocumentRow(DocumentView Version, string Checksum) : IRow<DocumentRow>
{
    public static RowTable<DocumentRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into platform.documents
          (kind, name, version, status, content, from_file, checksum, author, reason, created, decided_by, decided, revision)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        everyRow: true,
        Column.Text<DocumentRow>(r => r.Version.Kind),
        Column.Text<DocumentRow>(r => r.Version.Name),
        Column.Int4<DocumentRow>(r => r.Version.Version),
        Column.Text<DocumentRow>(r => r.Version.Status),
        Column.Json<DocumentRow>(r => r.Version.Content!.Value.GetRawText()),
        Column.Bool<DocumentRow>(r => r.Version.IsFromFile),
        Column.Text<DocumentRow>(r => r.Checksum),
        Column.Text<DocumentRow>(r => r.Version.Author),
        Column.Text<DocumentRow>(r => r.Version.Reason),
        Column.Instant<DocumentRow>(r => r.Version.CreatedAt),
        Column.Text<DocumentRow>(r => r.Version.DecidedBy),
        Column.InstantOrNull<DocumentRow>(r => r.Version.DecidedAt),
        Column.Int4<DocumentRow>(r => r.Version.Revision));
}

/// <summary>A proposal was approved or rejected.</summary>
internal sealed record DocumentDecidedRow(DocumentView Version) : IRow<DocumentDecidedRow>
{
    public static RowTable<DocumentDecidedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update platform.documents d set status = u.status, decided_by = u.decided_by, decision_reason = u.reason, decided = u.decided, revision = u.revision
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as u (kind, name, version, status, decided_by, reason, decided, revision)
        where d.kind = u.kind and d.name = u.name and d.version = u.version and d.revision = u.revision - 1 and d.status = 'proposed'
        """,
        everyRow: true,
        Column.Text<DocumentDecidedRow>(r => r.Version.Kind),
        Column.Text<DocumentDecidedRow>(r => r.Version.Name),
        Column.Int4<DocumentDecidedRow>(r => r.Version.Version),
        Column.Text<DocumentDecidedRow>(r => r.Version.Status),
        Column.Text<DocumentDecidedRow>(r => r.Version.DecidedBy),
        Column.Text<DocumentDecidedRow>(r => r.Version.DecisionReason),
        Column.InstantOrNull<DocumentDecidedRow>(r => r.Version.DecidedAt),
        Column.Int4<DocumentDecidedRow>(r => r.Version.Revision));
}

/// <summary>The version that ruled until now. No fact of its own: it is what the next one's approval means.</summary>
internal sealed record DocumentRetiredRow(string Kind, string Name, int Version, DateTimeOffset At) : IRow<DocumentRetiredRow>
{
    public static RowTable<DocumentRetiredRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update platform.documents d set status = 'retired', retired = u.at
        from unnest($1, $2, $3, $4) as u (kind, name, version, at)
        where d.kind = u.kind and d.name = u.name and d.version = u.version and d.status = 'live'
        """,
        everyRow: true,
        Column.Text<DocumentRetiredRow>(r => r.Kind),
        Column.Text<DocumentRetiredRow>(r => r.Name),
        Column.Int4<DocumentRetiredRow>(r => r.Version),
        Column.Instant<DocumentRetiredRow>(r => r.At));
}

/// <summary>What must be known of a document before a version is added or decided.</summary>
/// <param name="Latest">The highest version; 0 for none.</param>
/// <param name="LatestChecksum">Of what it says.</param>
/// <param name="Live">The version that rules; null for none.</param>
/// <param name="IsLiveFromFile">Whether it came from a file; true when there is none.</param>
/// <param name="FileChecksum">Of what the file said when it was last taken over; null for never.</param>
internal sealed record DocumentHead(int Latest, string? LatestChecksum, int? Live, bool IsLiveFromFile, string? FileChecksum);

internal static class DocumentTable
{
    public const string Columns =
        "d.kind, d.name, d.version, d.status, d.from_file, d.author, d.reason, d.created, d.decided_by, d.decision_reason, d.decided, d.retired, d.revision";

    public static bool IsName(string? text) => text is { Length: > 0 and <= 64 } && text.All(c => c is '-' || char.IsAsciiDigit(c) || char.IsAsciiLetterLower(c));

    /// <summary>Of what a content says, however it is typed.</summary>
    public static string Checksum(JsonElement content) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(content)));

    /// <summary>Takes the document for this transaction, and tells how it stands. Whoever adds or decides a version asks this first.</summary>
    public static async Task<DocumentHead> Lock(UnitOfWork work, string kind, string name, CancellationToken ct)
    {
        // The look is a statement of its own behind the lock: its snapshot sees what the lock's last holder committed.
        await using var batch = new NpgsqlBatch(await work.Connection(ct))
        {
            BatchCommands =
            {
                new("select pg_advisory_xact_lock(hashtextextended($1 || '/' || $2, 13))") { Parameters = { new() { Value = kind }, new() { Value = name } } },
                new(
                    """
                    select l.version, l.checksum, r.version, coalesce(r.from_file, true),
                           (select f.checksum from platform.documents f where f.kind = $1 and f.name = $2 and f.from_file order by f.version desc limit 1)
                    from (select * from platform.documents d where d.kind = $1 and d.name = $2 order by d.version desc limit 1) l
                    left join platform.documents r on r.kind = $1 and r.name = $2 and r.status = 'live'
                    """) { Parameters = { new() { Value = kind }, new() { Value = name } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(reader.GetInt32(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetInt32(2), reader.GetBoolean(3), reader.IsDBNull(4) ? null : reader.GetString(4))
            : new(0, null, null, true, null);
    }

    /// <summary>Live documents that are not among the known ones.</summary>
    public static async Task<IReadOnlyList<GovernedDocument>> NewlyLive(Database database, IReadOnlyList<GovernedDocument> known, CancellationToken ct)
    {
        await using var command = database.Notes.CreateCommand(
            """
            select d.kind, d.name, d.version, d.content::text, array_remove(array[d.author, d.decided_by], null) from platform.documents d
            where d.status = 'live' and not exists (select from unnest($1, $2, $3) as k (kind, name, version) where k.kind = d.kind and k.name = d.name and k.version = d.version)
            """);
        command.Parameters.Add(new() { Value = known.Select(k => k.Kind).ToArray() });
        command.Parameters.Add(new() { Value = known.Select(k => k.Name).ToArray() });
        command.Parameters.Add(new() { Value = known.Select(k => k.Version).ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<GovernedDocument>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), JsonElement.Parse(reader.GetString(3))) { Hands = DocumentHands.People(reader.GetFieldValue<string[]>(4)) });
        }

        return found;
    }

    /// <summary>One version that was live once. On this thread: who asks is in the middle of a decision, and asks once per version and host.</summary>
    public static GovernedDocument? Version(Database database, string kind, string name, int version)
    {
        using var command = database.Notes.CreateCommand(
            "select d.content::text, array_remove(array[d.author, d.decided_by], null) from platform.documents d where d.kind = $1 and d.name = $2 and d.version = $3 and d.status in ('live', 'retired')");
        command.Parameters.Add(new() { Value = kind });
        command.Parameters.Add(new() { Value = name });
        command.Parameters.Add(new() { Value = version });
        using var reader = command.ExecuteReader();
        return reader.Read() ? new(kind, name, version, JsonElement.Parse(reader.GetString(0))) { Hands = DocumentHands.People(reader.GetFieldValue<string[]>(1)) } : null;
    }

    public static async Task<DocumentView?> Find(UnitOfWork work, string kind, string name, int? version, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select {Columns}, d.content::text from platform.documents d where d.kind = $1 and d.name = $2 and case when $3 is null then d.status = 'live' else d.version = $3 end",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = kind }, new() { Value = name }, IntOrNull(version) },
        };
        return (await Read(command, ct)).SingleOrDefault();
    }

    public static async Task<List<DocumentView>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var versions = new List<DocumentView>();
        while (await reader.ReadAsync(ct))
        {
            versions.Add(new(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetInt32(2),
                reader.GetString(3),
                reader.FieldCount > 13 ? JsonElement.Parse(reader.GetString(13)) : null,
                reader.GetBoolean(4),
                reader.GetString(5),
                reader.GetString(6),
                reader.GetFieldValue<DateTimeOffset>(7),
                reader.IsDBNull(8) ? null : reader.GetString(8),
                reader.IsDBNull(9) ? null : reader.GetString(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10),
                reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11),
                reader.GetInt32(12)));
        }

        return versions;
    }

    public static NpgsqlParameter IntOrNull(int? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer };
}
