using Npgsql;

namespace RetailOps.Workflows;

/// <param name="Instances">Those that wait, each once, with their keys.</param>
/// <param name="Starts">Versions to start, as <c>version|trigger activity</c>.</param>
internal sealed record Listeners(IReadOnlyList<(Guid Instance, string Key)> Instances, IReadOnlyList<string> Starts);

/// <summary>Questions about living instances that only some stimuli ask.</summary>
internal static class SingletonTable
{
    public static async Task<bool> IsTaken(NpgsqlConnection connection, string singletonKey, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select from workflows.instances where singleton_key = $1)", connection) { Parameters = { new() { Value = singletonKey } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public static async Task<Listeners> Listeners(NpgsqlConnection connection, string eventName, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select distinct on (b.instance_id) b.instance_id, b.key, null from workflows.bookmarks b where b.name = $1 and b.kind = 0
            union all
            select null, null, t.version_id || '|' || t.activity_id from workflows.triggers t where t.name = $1
            """, connection)
        {
            Parameters = { new() { Value = eventName } },
        };
        var (instances, starts) = (new List<(Guid, string)>(), new List<string>());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            if (await reader.IsDBNullAsync(2, ct))
            {
                instances.Add((reader.GetGuid(0), reader.GetString(1)));
            }
            else
            {
                starts.Add(reader.GetString(2));
            }
        }

        return new(instances, starts);
    }
}
