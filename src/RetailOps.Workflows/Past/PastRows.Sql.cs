using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An instance of a history after its first burst.</summary>
internal sealed record PastInstanceRow(
    Guid Id, string DefinitionId, string VersionId, string Key, string StartKey, string? SingletonKey, Guid? ParentId, byte[] State, DateTimeOffset Now) : IPastRow<PastInstanceRow>
{
    public static CopyTable<PastInstanceRow> Past { get; } = new(
        "workflows.instances (id, definition_id, version_id, key, start_key, singleton_key, parent_id, status, revision, state, created, updated, sub_status)",
        Column.Uuid<PastInstanceRow>(i => i.Id),
        Column.Text<PastInstanceRow>(i => i.DefinitionId),
        Column.Text<PastInstanceRow>(i => i.VersionId),
        Column.Text<PastInstanceRow>(i => i.Key),
        Column.Text<PastInstanceRow>(i => i.StartKey),
        Column.Text<PastInstanceRow>(i => i.SingletonKey),
        Column.UuidOrNull<PastInstanceRow>(i => i.ParentId),
        Column.Int2<PastInstanceRow>(_ => (short)InstanceStatus.Running),
        Column.Int4<PastInstanceRow>(_ => 1),
        Column.Bytes<PastInstanceRow>(i => i.State),
        Column.Instant<PastInstanceRow>(i => i.Now),
        Column.Instant<PastInstanceRow>(i => i.Now),
        Column.Int2<PastInstanceRow>(_ => (short)InstanceSubStatus.Suspended));
}

internal static class PastVersions
{
    /// <summary>Every version with whether it is the published one.</summary>
    public static async Task<List<(string VersionId, bool IsPublished)>> All(Database database, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select version_id, is_published from workflows.definitions order by definition_id, version");
        await using var reader = await command.ExecuteReaderAsync(ct);
        var versions = new List<(string, bool)>();
        while (await reader.ReadAsync(ct))
        {
            versions.Add((reader.GetString(0), reader.GetBoolean(1)));
        }

        return versions;
    }
}
