using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Takes what follows from a group's bursts for other instances without putting it in line first: the start of a child, the end of one. It may be
/// run in the same transaction when nobody else can come before it: nothing stands in line for its key or is kept for it, and the turn of the key,
/// which every writer of stimuli needs, is ours until the commit.
/// </summary>
internal static class Followers
{
    /// <summary>How often what follows is looked for within one group; what is left then stands in line.</summary>
    public const int MostRounds = 4;

    // Statements of their own: the second sees what was committed before the first had the turn.
    private const string TurnsSql = $"select key from unnest($1) as u (key) where pg_try_advisory_xact_lock({Turn.Lock})";

    private const string FreeSql =
        """
        select u.key from unnest($1) as u (key)
        where not exists (select from workflows.stimuli s where s.key = u.key offset 0) and not exists (select from workflows.kept k where k.key = u.key and not k.late offset 0)
        """;

    private const string LockSql =
        "select i.id, i.version_id, i.key, i.revision, i.state from workflows.instances i where i.id = any($1) and i.finished is null order by i.id for update skip locked";

    /// <summary>Takes those that may be run now; all rows of the group so far have been sent.</summary>
    /// <param name="connection">The group's.</param>
    /// <param name="followers">Of each key the first one.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Those in hand, their instances locked. The others have to stand in line.</returns>
    public static async Task<List<ClaimedStimulus>> Take(NpgsqlConnection connection, IReadOnlyList<StimulusRow> followers, CancellationToken ct)
    {
        var keys = followers.Select(f => f.Key).ToArray();
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(TurnsSql) { Parameters = { new() { Value = keys } } },
                new(FreeSql) { Parameters = { new() { Value = keys } } },
                new(LockSql) { Parameters = { new() { Value = followers.Select(f => f.InstanceId).OfType<Guid>().ToArray() } } },
            },
        };
        await using var reader = await batch.ExecuteReaderAsync(ct);
        var ours = await Keys(reader, ct);
        ours.IntersectWith(await Keys(reader, ct));
        var locked = new Dictionary<Guid, ClaimedTarget>();
        while (await reader.ReadAsync(ct))
        {
            var id = reader.GetGuid(0);
            locked.Add(id, new(id, null, reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetFieldValue<byte[]>(4)));
        }

        return [.. followers.Where(f => ours.Contains(f.Key) && (f.InstanceId is null || locked.ContainsKey(f.InstanceId.Value))).Select(f => InHand(f, locked))];
    }

    private static async Task<HashSet<string>> Keys(NpgsqlDataReader reader, CancellationToken ct)
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(ct))
        {
            keys.Add(reader.GetString(0));
        }

        await reader.NextResultAsync(ct);
        return keys;
    }

    private static ClaimedStimulus InHand(StimulusRow row, Dictionary<Guid, ClaimedTarget> locked) => new()
    {
        Id = 0,
        Key = row.Key,
        Kind = row.Kind,
        Name = row.Name,
        SourceId = row.SourceId,
        VersionId = row.VersionId,
        Data = row.Data,
        Trace = row.Trace,
        Attempts = 0,
        IsNoted = false,
        KeyLives = true,
        Starts = row.Kind is StimulusKind.Child ? [row.VersionId!] : [],
        IsTaken = false,
        Kept = null,
        Targets = row.InstanceId is { } id ? [locked[id]] : [],
        Follower = row,
    };
}
