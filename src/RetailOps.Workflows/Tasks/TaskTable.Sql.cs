using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Reads tasks.</summary>
internal static class TaskTable
{
    private const string Columns =
        "id, instance_id, key, kind, title, candidates::text, outcomes::text, facts::text, opened, due, status, claimed_by, outcome, answer::text, closed_by, closed, revision, form::text";

    /// <summary>One task, locked until the transaction ends; null when there is none.</summary>
    public static async Task<HumanTask?> Lock(NpgsqlConnection connection, Guid id, CancellationToken ct) => (await LockOpen(connection, [id], ct, alsoClosed: true)).SingleOrDefault();

    /// <summary>Of these the ones that are still open, locked.</summary>
    public static Task<List<HumanTask>> LockOpen(NpgsqlConnection connection, Guid[] ids, CancellationToken ct, bool alsoClosed = false) => Read(
        new NpgsqlCommand($"select {Columns} from workflows.tasks where id = any($1) and (status < 2 or $2) order by id for update", connection)
        {
            Parameters = { new() { Value = ids }, new() { Value = alsoClosed } },
        },
        ct);

    /// <summary>The open ones of a kind about a business key, locked.</summary>
    public static Task<List<HumanTask>> LockOpen(NpgsqlConnection connection, string kind, string key, CancellationToken ct) => Read(
        new NpgsqlCommand($"select {Columns} from workflows.tasks where key = $1 and kind = $2 and status < 2 order by id for update", connection)
        {
            Parameters = { new() { Value = key }, new() { Value = kind } },
        },
        ct);

    public static async Task<HumanTask?> Find(NpgsqlConnection connection, Guid id, CancellationToken ct) =>
        (await Read(new NpgsqlCommand($"select {Columns} from workflows.tasks where id = $1", connection) { Parameters = { new() { Value = id } } }, ct)).SingleOrDefault();

    public static Task<List<HumanTask>> List(UnitOfWork work, NpgsqlConnection connection, ListTasks request, short? status, CancellationToken ct)
    {
        // Written out where it is asked for: the partial index on open tasks serves the list that people look at.
        var which = status is null ? "status < 2" : "status = $5";
        var (after, order) = request.Sort == "due"
            ? ("(coalesce(due, 'infinity'), id) > (select coalesce(x.due, 'infinity'), x.id from workflows.tasks x where x.id = $3)", "coalesce(due, 'infinity'), id")
            : ("id > $3", "id");
        var command = new NpgsqlCommand(
            $"""
            select {Columns} from workflows.tasks
            where {which} and ($1::text is null or kind = $1) and ($2::text is null or key = $2) and ($3::uuid is null or {after})
              and (not $6 or (($7::text[] is null or candidates = '[]' or candidates ?| $7) and (claimed_by is null or claimed_by = $8))) and (not $9 or due < $10)
            order by {order} limit $4
            """, connection)
        {
            Parameters =
            {
                new() { Value = (object?)request.Kind ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)request.Key ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)request.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = request.Limit },
                new() { Value = status ?? -1, NpgsqlDbType = NpgsqlDbType.Smallint },
                new() { Value = request.Mine },
                new() { Value = work.Caller is Caller.Person person ? person.Roles.ToArray() : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text },
                new() { Value = work.Caller.Actor },
                new() { Value = request.Overdue },
                new() { Value = work.Now.ToUniversalTime() },
            },
        };
        return Read(command, ct);
    }

    private static async Task<List<HumanTask>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        var tasks = new List<HumanTask>();
        while (await reader.ReadAsync(ct))
        {
            tasks.Add(new()
            {
                Id = reader.GetGuid(0),
                InstanceId = reader.GetGuid(1),
                Key = reader.GetString(2),
                Kind = reader.GetString(3),
                Title = reader.GetString(4),
                Candidates = JsonSerializer.Deserialize<string[]>(reader.GetString(5))!,
                Outcomes = JsonSerializer.Deserialize<string[]>(reader.GetString(6))!,
                Facts = Text(reader, 7),
                OpenedAt = reader.GetFieldValue<DateTimeOffset>(8),
                DueAt = Instant(reader, 9),
                Status = (HumanTaskStatus)reader.GetInt16(10),
                ClaimedBy = Text(reader, 11),
                Outcome = Text(reader, 12),
                Answer = Text(reader, 13),
                ClosedBy = Text(reader, 14),
                ClosedAt = Instant(reader, 15),
                Revision = reader.GetInt32(16),
                Form = Text(reader, 17),
            });
        }

        return tasks;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static DateTimeOffset? Instant(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
}

/// <summary>A task at its birth.</summary>
internal sealed record TaskRow(HumanTask Task) : IRow<TaskRow>
{
    public static RowTable<TaskRow> Table { get; } = new(
        FlushOrder.Engine,
        """
        insert into workflows.tasks (id, instance_id, key, kind, title, candidates, outcomes, facts, opened, due, status, revision, form)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        everyRow: true,
        Column.Uuid<TaskRow>(t => t.Task.Id),
        Column.Uuid<TaskRow>(t => t.Task.InstanceId),
        Column.Text<TaskRow>(t => t.Task.Key),
        Column.Text<TaskRow>(t => t.Task.Kind),
        Column.Text<TaskRow>(t => t.Task.Title),
        Column.Json<TaskRow>(t => JsonSerializer.Serialize(t.Task.Candidates)),
        Column.Json<TaskRow>(t => JsonSerializer.Serialize(t.Task.Outcomes)),
        Column.Json<TaskRow>(t => t.Task.Facts),
        Column.Instant<TaskRow>(t => t.Task.OpenedAt),
        Column.InstantOrNull<TaskRow>(t => t.Task.DueAt),
        Column.Int2<TaskRow>(t => (short)t.Task.Status),
        Column.Int4<TaskRow>(t => t.Task.Revision),
        Column.Json<TaskRow>(t => t.Task.Form));
}

/// <summary>A task after a change. The revision is the fence: of two who answer one does.</summary>
internal sealed record TaskChangeRow(HumanTask Task) : IRow<TaskChangeRow>
{
    public static RowTable<TaskChangeRow> Table { get; } = new(
        FlushOrder.Engine,
        """
        update workflows.tasks t
        set status = u.status, claimed_by = u.claimed_by, outcome = u.outcome, answer = u.answer, closed_by = u.closed_by, closed = u.closed, revision = u.revision
        from unnest($1, $2, $3, $4, $5, $6, $7, $8) as u (id, status, claimed_by, outcome, answer, closed_by, closed, revision)
        where t.id = any($1) and t.id = u.id and t.revision = u.revision - 1
        """,
        everyRow: true,
        Column.Uuid<TaskChangeRow>(t => t.Task.Id),
        Column.Int2<TaskChangeRow>(t => (short)t.Task.Status),
        Column.Text<TaskChangeRow>(t => t.Task.ClaimedBy),
        Column.Text<TaskChangeRow>(t => t.Task.Outcome),
        Column.Json<TaskChangeRow>(t => t.Task.Answer),
        Column.Text<TaskChangeRow>(t => t.Task.ClosedBy),
        Column.InstantOrNull<TaskChangeRow>(t => t.Task.ClosedAt),
        Column.Int4<TaskChangeRow>(t => t.Task.Revision));
}
