using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A definition's versions are not the latest any more; the one that is comes behind this.</summary>
internal sealed record NotLatestRow(string DefinitionId) : IRow<NotLatestRow>
{
    public static RowTable<NotLatestRow> Table { get; } = new(
        FlushOrder.Modules,
        "update workflows.definitions d set is_latest = false from unnest($1) as u (id) where d.definition_id = u.id and d.is_latest",
        everyRow: false,
        Column.Text<NotLatestRow>(r => r.DefinitionId));
}

/// <summary>A new version: the latest, not published.</summary>
internal sealed record NewVersionRow(StoredVersion Version, string Checksum, bool IsUsable) : IRow<NewVersionRow>
{
    public static RowTable<NewVersionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into workflows.definitions
          (version_id, definition_id, version, name, description, tool_version, document, checksum, is_latest, is_published, is_system, usable_as_activity, origin, authors, revision, drawn)
        select u.version_id, u.definition_id, u.version, u.name, u.description, u.tool, u.document::json, u.checksum, true, false, u.is_system, u.usable, u.origin, string_to_array(u.authors, chr(10)), u.revision, u.drawn
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
          as u (version_id, definition_id, version, name, description, tool, document, checksum, is_system, usable, origin, authors, revision, drawn)
        """,
        everyRow: true,
        Column.Text<NewVersionRow>(r => r.Version.VersionId),
        Column.Text<NewVersionRow>(r => r.Version.DefinitionId),
        Column.Int4<NewVersionRow>(r => r.Version.Version),
        Column.Text<NewVersionRow>(r => r.Version.Name),
        Column.Text<NewVersionRow>(r => r.Version.Description),
        Column.Text<NewVersionRow>(r => r.Version.ToolVersion),
        Column.Text<NewVersionRow>(r => r.Version.Document),
        Column.Text<NewVersionRow>(r => r.Checksum),
        Column.Bool<NewVersionRow>(r => r.Version.IsSystem),
        Column.Bool<NewVersionRow>(r => r.IsUsable),
        Column.Text<NewVersionRow>(r => r.Version.Origin),
        Column.Text<NewVersionRow>(r => string.Join('\n', r.Version.Authors)),
        Column.Int4<NewVersionRow>(r => r.Version.Revision),
        Column.Instant<NewVersionRow>(r => r.Version.Created));
}

/// <summary>A draft says something else now. Never what was published, or run, or saved by somebody meanwhile.</summary>
internal sealed record SavedVersionRow(StoredVersion Version, string Checksum, bool IsUsable) : IRow<SavedVersionRow>
{
    public static RowTable<SavedVersionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update workflows.definitions d set name = u.name, description = u.description, tool_version = u.tool, document = u.document::json, checksum = u.checksum, is_system = u.is_system, usable_as_activity = u.usable,
          authors = string_to_array(u.authors, chr(10)), revision = u.revision, saved = clock_timestamp()
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as u (version_id, name, description, tool, document, checksum, is_system, usable, authors, revision)
        where d.version_id = u.version_id and d.revision = u.revision - 1 and d.is_latest and not d.is_published and not d.has_run and d.approved is null
        """,
        everyRow: true,
        Column.Text<SavedVersionRow>(r => r.Version.VersionId),
        Column.Text<SavedVersionRow>(r => r.Version.Name),
        Column.Text<SavedVersionRow>(r => r.Version.Description),
        Column.Text<SavedVersionRow>(r => r.Version.ToolVersion),
        Column.Text<SavedVersionRow>(r => r.Version.Document),
        Column.Text<SavedVersionRow>(r => r.Checksum),
        Column.Bool<SavedVersionRow>(r => r.Version.IsSystem),
        Column.Bool<SavedVersionRow>(r => r.IsUsable),
        Column.Text<SavedVersionRow>(r => string.Join('\n', r.Version.Authors)),
        Column.Int4<SavedVersionRow>(r => r.Version.Revision));
}

/// <summary>No version of a definition is live any more, and nothing starts it; the one that is comes behind this.</summary>
internal sealed record NotPublishedRow(string DefinitionId) : IRow<NotPublishedRow>
{
    public static RowTable<NotPublishedRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        with triggers as (delete from workflows.triggers t where t.definition_id = any ($1)),
        schedules as (delete from workflows.schedules s where s.definition_id = any ($1)),
        endpoints as (delete from workflows.endpoints e where e.definition_id = any ($1))
        update workflows.definitions d set is_published = false from unnest($1) as u (id) where d.definition_id = u.id and d.is_published
        """,
        everyRow: false,
        Column.Text<NotPublishedRow>(r => r.DefinitionId));
}

/// <summary>A definition goes live by two people from now on.</summary>
internal sealed record GovernedRow(string DefinitionId) : IRow<GovernedRow>
{
    public static RowTable<GovernedRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into workflows.governed (definition_id) select * from unnest($1) on conflict do nothing",
        everyRow: false,
        Column.Text<GovernedRow>(r => r.DefinitionId));
}

/// <summary>A version is live from now on.</summary>
internal sealed record PublishedVersionRow(StoredVersion Version) : IRow<PublishedVersionRow>
{
    public static RowTable<PublishedVersionRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update workflows.definitions d set is_published = true, created = clock_timestamp(), approved_by = u.by, approved = u.at, reason = u.reason, revision = u.revision
        from unnest($1, $2, $3, $4, $5) as u (version_id, by, at, reason, revision)
        where d.version_id = u.version_id and d.revision = u.revision - 1 and d.deleted is null
        """,
        everyRow: true,
        Column.Text<PublishedVersionRow>(r => r.Version.VersionId),
        Column.Text<PublishedVersionRow>(r => r.Version.ApprovedBy),
        Column.InstantOrNull<PublishedVersionRow>(r => r.Version.Approved),
        Column.Text<PublishedVersionRow>(r => r.Version.Reason),
        Column.Int4<PublishedVersionRow>(r => r.Version.Revision));
}

/// <summary>An event that starts an instance of a live version.</summary>
internal sealed record TriggerRow(string Name, string VersionId, string DefinitionId, string ActivityId) : IRow<TriggerRow>
{
    public static RowTable<TriggerRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into workflows.triggers (name, version_id, definition_id, activity_id) select * from unnest($1, $2, $3, $4)",
        everyRow: true,
        Column.Text<TriggerRow>(r => r.Name),
        Column.Text<TriggerRow>(r => r.VersionId),
        Column.Text<TriggerRow>(r => r.DefinitionId),
        Column.Text<TriggerRow>(r => r.ActivityId));
}

/// <summary>An event that an instance of a version may wait for.</summary>
internal sealed record EventNameRow(string Name, string VersionId) : IRow<EventNameRow>
{
    public static RowTable<EventNameRow> Table { get; } = new(
        FlushOrder.Modules,
        "insert into workflows.event_names (name, version_id) select * from unnest($1, $2) on conflict do nothing",
        everyRow: false,
        Column.Text<EventNameRow>(r => r.Name),
        Column.Text<EventNameRow>(r => r.VersionId));
}

/// <summary>A fact about a version that changes nothing else of it, like its being retracted.</summary>
internal sealed record CountedVersionRow(StoredVersion Version) : IRow<CountedVersionRow>
{
    public static RowTable<CountedVersionRow> Table { get; } = new(
        FlushOrder.Modules,
        "update workflows.definitions d set revision = u.revision from unnest($1, $2) as u (version_id, revision) where d.version_id = u.version_id and d.revision = u.revision - 1",
        everyRow: true,
        Column.Text<CountedVersionRow>(r => r.Version.VersionId),
        Column.Int4<CountedVersionRow>(r => r.Version.Revision));
}

/// <summary>A version is gone for the designer. The latest of those that stay becomes the latest.</summary>
internal sealed record DeletedVersionRow(string VersionId, DateTimeOffset At) : IRow<DeletedVersionRow>
{
    public static RowTable<DeletedVersionRow> Table { get; } = new(
        FlushOrder.Modules,
        "update workflows.definitions d set deleted = u.at, is_latest = false from unnest($1, $2) as u (version_id, at) where d.version_id = u.version_id and d.deleted is null and not d.is_published",
        everyRow: true,
        Column.Text<DeletedVersionRow>(r => r.VersionId),
        Column.Instant<DeletedVersionRow>(r => r.At));
}

/// <summary>The version before a deleted one.</summary>
internal sealed record LatestRow(string VersionId) : IRow<LatestRow>
{
    public static RowTable<LatestRow> Table { get; } = new(
        FlushOrder.Modules,
        "update workflows.definitions d set is_latest = true from unnest($1) as u (version_id) where d.version_id = u.version_id and d.deleted is null",
        everyRow: true,
        Column.Text<LatestRow>(r => r.VersionId));
}

/// <summary>All of a definition is gone for the designer.</summary>
internal sealed record DeletedDefinitionRow(string DefinitionId, DateTimeOffset At) : IRow<DeletedDefinitionRow>
{
    public static RowTable<DeletedDefinitionRow> Table { get; } = new(
        FlushOrder.Modules,
        "update workflows.definitions d set deleted = u.at, is_latest = false from unnest($1, $2) as u (id, at) where d.definition_id = u.id and d.deleted is null",
        everyRow: false,
        Column.Text<DeletedDefinitionRow>(r => r.DefinitionId),
        Column.Instant<DeletedDefinitionRow>(r => r.At));
}
