using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A stimulus in hand, its row locked until the transaction ends.</summary>
internal sealed class ClaimedStimulus
{
    public required long Id { get; init; }

    public required string Key { get; init; }

    public required StimulusKind Kind { get; init; }

    public required string Name { get; init; }

    public required Guid SourceId { get; init; }

    public required string? VersionId { get; init; }

    public required string? Data { get; init; }

    public required string? Trace { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Claimed before by a process that did not live to give it back.</summary>
    public required bool IsNoted { get; init; }

    /// <summary>Whether anything of the key lives.</summary>
    public required bool KeyLives { get; init; }

    /// <summary>Versions to start, as <c>version|trigger activity</c>.</summary>
    public required string[] Starts { get; init; }

    /// <summary>Whether a child cannot be started because an instance of its definition lives for the key.</summary>
    public required bool IsTaken { get; init; }

    /// <summary>Earlier stimuli of the key that found no wait.</summary>
    public required string? Kept { get; init; }

    /// <summary>Instances to wake, locked, with the bookmark that matched.</summary>
    public List<ClaimedTarget> Targets { get; init; } = [];

    /// <summary>What it would be in line; null for one that was claimed there.</summary>
    public StimulusRow? Follower { get; init; }
}

/// <summary>A living instance that a stimulus is for.</summary>
/// <param name="Bookmark">What matched; null when the stimulus names the instance.</param>
internal sealed record ClaimedTarget(Guid InstanceId, Guid? Bookmark, string VersionId, string Key, int Revision, byte[] State);

/// <summary>Claims stimuli and locks the instances they are for, in one trip.</summary>
internal static class Claims
{
    /// <summary>From so many ended processes or failures on, a stimulus is run by itself.</summary>
    public const int AloneFrom = 2;

    /// <summary>After so many it is a dead letter.</summary>
    public const int DeadFrom = 5;

    // "offset 0" in this class: look it up row by row, by its index. A plan that was made while a table was empty would read all of it instead, and be
    // kept when the table is long.
    private const string Free =
        """
        s.dead is null and s.not_before <= clock_timestamp()
        and not exists (select from workflows.stimuli earlier where earlier.key = s.key and earlier.id + 0 < s.id offset 0)
        """;

    // A claim that failed says so, under no stimulus, before its rows are free: its notes mean nothing any more.
    private const string GivenBack = "exists (select from workflows.in_flight g where g.stimulus_id = 0 and g.claim = f.claim offset 0)";

    private const string Resolve =
        $"""
        targets as materialized (
          select c.id as stimulus, b.instance_id, b.id as bookmark
          from claimed c cross join lateral (select b.id, b.instance_id from workflows.bookmarks b where b.key = c.key and b.name = c.name offset 0) b where c.kind = 0
          union all
          select c.id, c.instance_id, null from claimed c where c.instance_id is not null),
        locked as materialized (
          select i.id, i.version_id, i.key, i.revision, i.state from workflows.instances i
          where i.id = any (array(select t.instance_id from targets t)) and i.finished is null order by i.id for update)
        select c.id, c.key, c.kind, c.name, c.source_id, c.version_id, c.data::text, c.trace, c.attempts,
               exists (select from workflows.in_flight f where f.stimulus_id = c.id and not {GivenBack} offset 0),
               exists (select from workflows.instances i where i.key = c.key and i.finished is null offset 0),
               case when c.kind = 0 then array(
                 select t.version_id || '|' || t.activity_id from workflows.triggers t where t.name = c.name
                   and not exists (select from workflows.instances i where i.singleton_key = t.definition_id || ':' || c.key offset 0)
                   and not exists (select from workflows.instances i where i.start_key = t.definition_id || ':' || c.source_id offset 0))
               when c.version_id is not null then array(
                 select c.version_id from workflows.definitions d where d.version_id = split_part(c.version_id, '|', 1)
                   and not exists (select from workflows.instances i where i.singleton_key = d.definition_id || ':' || c.key offset 0)
                   and not exists (select from workflows.instances i where i.start_key = d.definition_id || ':' || c.source_id offset 0))
               else array[]::text[] end,
               (select jsonb_agg(jsonb_build_object('id', k.id, 'name', k.name, 'source', k.source_id, 'data', k.data, 'trace', k.trace) order by k.id)::text
                from (select * from workflows.kept where key = c.key and not late offset 0) k),
               c.kind = 5 and exists (
                 select from workflows.definitions d where d.version_id = split_part(c.version_id, '|', 1)
                   and exists (select from workflows.instances i where i.singleton_key = d.definition_id || ':' || c.key offset 0)),
               t.bookmark, l.id, l.version_id, l.key, l.revision, l.state
        from claimed c left join targets t on t.stimulus = c.id left join locked l on l.id = t.instance_id
        order by c.id, l.id
        """;

    /// <summary>What <see cref="Group"/> asks.</summary>
    public const string GroupSql =
        $"""
        with mine as materialized (
          select s.* from workflows.stimuli s where s.lane = $1 and s.attempts < $3 and {Free} order by s.id limit $2 for update of s skip locked),
        others as materialized (
          select s.* from workflows.stimuli s where s.lane <> $1 and s.lane in (0, 1, 2) and s.attempts < $3 and {Free}
          order by s.lane, s.id limit greatest(0, $2 - (select count(*) from mine)) for update of s skip locked),
        claimed as materialized (select * from mine union all select * from others),
        {Resolve}
        """;

    private const string OneSql = $"with claimed as materialized (select s.* from workflows.stimuli s where s.id = $1 and {Free} for update of s skip locked), {Resolve}";

    private const string SuspectSql =
        $"select s.id from workflows.stimuli s where s.lane in (0, 1, 2) and s.attempts >= $1 and {Free} order by s.id limit 1 for update of s skip locked";

    /// <summary>What waits, at most <paramref name="most"/>, of one lane first; one stimulus per key.</summary>
    public static Task<List<ClaimedStimulus>> Group(NpgsqlConnection connection, short lane, int most, CancellationToken ct) =>
        Read(new NpgsqlCommand(GroupSql, connection) { Parameters = { new() { Value = lane }, new() { Value = most }, new() { Value = AloneFrom } } }, ct);

    /// <summary>One stimulus again, for itself; null when somebody else has or had it.</summary>
    public static async Task<ClaimedStimulus?> One(NpgsqlConnection connection, long id, CancellationToken ct) =>
        (await Read(new NpgsqlCommand(OneSql, connection) { Parameters = { new() { Value = id } } }, ct)).SingleOrDefault();

    /// <summary>A stimulus that failed or killed before and waits to be run by itself; not one that somebody has in hand.</summary>
    public static async Task<long?> Suspect(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var command = source.CreateCommand(SuspectSql);
        command.Parameters.Add(new() { Value = AloneFrom });
        return await command.ExecuteScalarAsync(ct) as long?;
    }

    /// <summary>Writes down what is in hand, so that an attempt counts even if it kills the process.</summary>
    public static async Task Note(NpgsqlDataSource notes, Guid claim, IEnumerable<long> stimuli, CancellationToken ct)
    {
        await using var command = notes.CreateCommand("insert into workflows.in_flight (stimulus_id, claim) select s, $2 from unnest($1) as s");
        command.Parameters.Add(new() { Value = stimuli.ToArray() });
        command.Parameters.Add(new() { Value = claim });
        await command.ExecuteNonQueryAsync(ct);
        FaultPoints.Reach(FaultPoint.AfterNote);
    }

    /// <summary>
    /// Says that a claim failed and its process lives. Before the rollback, which frees the rows: a note on a free row looks like a death. The
    /// note itself cannot be taken back yet, where the transaction has done so already and has yet to undo it.
    /// </summary>
    public static async Task GiveBack(NpgsqlDataSource notes, Guid claim, CancellationToken ct)
    {
        await using var command = notes.CreateCommand("insert into workflows.in_flight (stimulus_id, claim) values (0, $1)");
        command.Parameters.Add(new() { Value = claim });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Clears up after a claim that was given back, once its rows are free.</summary>
    public static async Task Unnote(NpgsqlDataSource notes, Guid claim, IEnumerable<long> stimuli, CancellationToken ct)
    {
        await using var command = notes.CreateCommand("delete from workflows.in_flight where stimulus_id = any($1) and claim = $2");
        command.Parameters.Add(new() { Value = stimuli.Append(0).ToArray() });
        command.Parameters.Add(new() { Value = claim });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// Counts an attempt that nobody lived to report, for stimuli that this transaction has locked, and drops its notes. Only for notes
    /// that stand now: the claim may have read one that was given back just before the row was unlocked.
    /// </summary>
    /// <returns>Those that were counted, and whether they are dead letters now.</returns>
    public static Task<List<(long Id, bool IsDead)>> CountDeaths(NpgsqlConnection connection, IEnumerable<long> stimuli, CancellationToken ct) =>
        Count(connection, stimuli, "The process ended while this was in hand.", TimeSpan.Zero, onlyNoted: true, ct);

    /// <summary>Counts a failed attempt; the next one comes after a pause.</summary>
    /// <returns>Those that were counted, and whether they are dead letters now.</returns>
    public static Task<List<(long Id, bool IsDead)>> CountFailure(NpgsqlConnection connection, long stimulus, string error, TimeSpan pause, CancellationToken ct) =>
        Count(connection, [stimulus], error, pause, onlyNoted: false, ct);

    private static async Task<List<(long Id, bool IsDead)>> Count(
        NpgsqlConnection connection, IEnumerable<long> stimuli, string error, TimeSpan pause, bool onlyNoted, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            with gone as (delete from workflows.in_flight f where f.stimulus_id = any($1) and not {GivenBack} returning f.stimulus_id)
            update workflows.stimuli set attempts = attempts + 1, error = $2, not_before = clock_timestamp() + $3,
                   dead = case when attempts + 1 >= $4 then clock_timestamp() end
            where id = any($1) and (not $5 or id in (select stimulus_id from gone)) returning id, dead is not null
            """, connection)
        {
            Parameters = { new() { Value = stimuli.ToArray() }, new() { Value = error }, new() { Value = pause }, new() { Value = DeadFrom }, new() { Value = onlyNoted } },
        };
        var counted = new List<(long, bool)>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            counted.Add((reader.GetInt64(0), reader.GetBoolean(1)));
        }

        return counted;
    }

    private static async Task<List<ClaimedStimulus>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var claimed = new List<ClaimedStimulus>();
        while (await reader.ReadAsync(ct))
        {
            if (claimed.Count == 0 || claimed[^1].Id != reader.GetInt64(0))
            {
                claimed.Add(new()
                {
                    Id = reader.GetInt64(0),
                    Key = reader.GetString(1),
                    Kind = (StimulusKind)reader.GetInt16(2),
                    Name = reader.GetString(3),
                    SourceId = reader.GetGuid(4),
                    VersionId = Text(reader, 5),
                    Data = Text(reader, 6),
                    Trace = Text(reader, 7),
                    Attempts = reader.GetInt32(8),
                    IsNoted = reader.GetBoolean(9),
                    KeyLives = reader.GetBoolean(10),
                    Starts = reader.GetFieldValue<string[]>(11),
                    Kept = Text(reader, 12),
                    IsTaken = reader.GetBoolean(13),
                });
            }

            if (!reader.IsDBNull(15))
            {
                claimed[^1].Targets.Add(new(
                    reader.GetGuid(15), reader.IsDBNull(14) ? null : reader.GetGuid(14), reader.GetString(16), reader.GetString(17), reader.GetInt32(18), reader.GetFieldValue<byte[]>(19)));
            }
        }

        return claimed;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
