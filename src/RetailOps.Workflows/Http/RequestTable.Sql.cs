using System.Text.Json;

using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An endpoint that a request may mean.</summary>
/// <param name="Path">As drawn.</param>
/// <param name="IsApproved">Whether its version went live by two people, or came with the build.</param>
/// <param name="Wait">What waits for it; null for one that starts an instance.</param>
internal sealed record EndpointRow(string Path, string VersionId, string ActivityId, bool IsApproved, WaitingRow? Wait);

/// <summary>An instance that waits for a request.</summary>
internal sealed record WaitingRow(Guid Bookmark, Guid Instance, string Key);

/// <summary>What a web request looks for, leaves and waits for.</summary>
internal static class RequestTable
{
    /// <summary>Endpoints of a method: those of published versions, and those at which instances wait.</summary>
    public static async Task<List<EndpointRow>> Endpoints(NpgsqlDataSource source, string method, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            select e.path, e.version_id, e.activity_id, {Governance.IsGoverned} and {Governance.IsApproved}, null::uuid, null::uuid, null
            from workflows.endpoints e join workflows.definitions d on d.version_id = e.version_id and d.is_published where e.method = $1
            union all
            select substr(b.name, length($1) + 2), i.version_id, b.activity_id, {Governance.IsGoverned} and {Governance.IsApproved}, b.id, b.instance_id, b.key
            from workflows.bookmarks b join workflows.instances i on i.id = b.instance_id join workflows.definitions d on d.version_id = i.version_id
            where b.kind = 5 and starts_with(b.name, $1 || ' ')
            """);
        command.Parameters.Add(new() { Value = method });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<EndpointRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3), await reader.IsDBNullAsync(4, ct) ? null : new(reader.GetGuid(4), reader.GetGuid(5), reader.GetString(6))));
        }

        return rows;
    }

    /// <summary>Makes a request durable: from here on it will be met, whatever becomes of this process.</summary>
    public static async Task Leave(NpgsqlDataSource source, Guid request, EndpointRow endpoint, HttpArrival arrival, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"""
            with turn as materialized (select pg_advisory_xact_lock({Turn.Lock}) from (select $1::text as key) k)
            insert into workflows.stimuli (lane, key, kind, name, source_id, instance_id, version_id, data)
            select 0, $1, $2, $3, $4, $5, $6, $7 from (select count(*) from turn) mine
            """);
        command.Parameters.Add(new() { Value = endpoint.Wait?.Key ?? request.ToString() });
        command.Parameters.Add(new() { Value = (short)(endpoint.Wait is null ? StimulusKind.Trigger : StimulusKind.Request) });
        command.Parameters.Add(new() { Value = endpoint.Wait?.Bookmark.ToString() ?? HttpFront.StimulusName });
        command.Parameters.Add(new() { Value = request });
        command.Parameters.Add(new() { Value = (object?)endpoint.Wait?.Instance ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid });
        command.Parameters.Add(new() { Value = endpoint.Wait is null ? $"{endpoint.VersionId}|{endpoint.ActivityId}" : DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text });
        command.Parameters.Add(new() { Value = JsonSerializer.Serialize(arrival, JsonReading.Web).Replace("\\u0000", "", StringComparison.Ordinal), NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Jsonb });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Takes the answer when it is there. Answers that nobody took within the hour go with it.</summary>
    public static async Task<RequestAnswerRow?> Take(NpgsqlDataSource source, Guid request, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            with old as (delete from workflows.request_answers where id <> $1 and answered < clock_timestamp() - interval '1 hour')
            delete from workflows.request_answers where id = $1 returning instance_id, reply::text
            """);
        command.Parameters.Add(new() { Value = request });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new(request, await reader.IsDBNullAsync(0, ct) ? null : reader.GetGuid(0), await reader.IsDBNullAsync(1, ct) ? null : reader.GetString(1))
            : null;
    }
}
