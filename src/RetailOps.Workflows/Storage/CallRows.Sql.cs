using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A call of another machine, until its answer is recorded.</summary>
internal sealed record CallRow(Guid Id, Guid InstanceId, string Key, string Request, DateTimeOffset Ordered) : IRow<CallRow>
{
    public static RowTable<CallRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.calls (id, instance_id, key, request, ordered) select * from unnest($1, $2, $3, $4, $5)",
        everyRow: true,
        Column.Uuid<CallRow>(c => c.Id),
        Column.Uuid<CallRow>(c => c.InstanceId),
        Column.Text<CallRow>(c => c.Key),
        Column.Json<CallRow>(c => c.Request),
        Column.Instant<CallRow>(c => c.Ordered));

    /// <summary>Those of some calls that were not answered yet.</summary>
    public static async Task<Dictionary<Guid, CallRow>> Read(NpgsqlConnection connection, Guid[] ids, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select id, instance_id, key, request::text, ordered from workflows.calls where id = any ($1)", connection) { Parameters = { new() { Value = ids } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var calls = new Dictionary<Guid, CallRow>();
        while (await reader.ReadAsync(ct))
        {
            calls.Add(reader.GetGuid(0), new(reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return calls;
    }
}

/// <summary>A call whose answer is recorded. One that is gone already changes nothing.</summary>
internal sealed record CallGoneRow(Guid Id) : IRow<CallGoneRow>
{
    public static RowTable<CallGoneRow> Table { get; } = new(
        FlushOrder.Engine, "delete from workflows.calls where id = any ($1)", everyRow: false, Column.Uuid<CallGoneRow>(c => c.Id));
}

/// <summary>What became of a web request.</summary>
/// <param name="InstanceId">Null when nothing was started or met.</param>
/// <param name="Reply">A <see cref="HttpReply"/> as JSON; null when the burst gave none.</param>
internal sealed record RequestAnswerRow(Guid Id, Guid? InstanceId, string? Reply) : IRow<RequestAnswerRow>
{
    public static RowTable<RequestAnswerRow> Table { get; } = new(
        FlushOrder.Engine,
        "insert into workflows.request_answers (id, instance_id, reply) select * from unnest($1, $2, $3) on conflict do nothing",
        everyRow: false,
        Column.Uuid<RequestAnswerRow>(r => r.Id),
        Column.UuidOrNull<RequestAnswerRow>(r => r.InstanceId),
        Column.Json<RequestAnswerRow>(r => r.Reply));
}
