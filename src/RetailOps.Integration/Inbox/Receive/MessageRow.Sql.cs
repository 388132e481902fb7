using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>A message as it stands in the table.</summary>
/// <param name="Payload">Sealed; null when it was emptied, or was not asked for.</param>
internal sealed record MessageRow(MessageView View, byte[]? Payload, Guid? OrderId, bool Released)
{
    private const string Columns =
        "id, source, delivery, topic, key, state, code, reason, made, repeats, attempts, received_at, happened_at, decided_at, size, read_by, payload is not null, order_id, released";

    /// <summary>One message, locked until the transaction ends.</summary>
    public static async Task<MessageRow?> Lock(UnitOfWork work, Guid id, CancellationToken ct) =>
        (await Read(work, $"select {Columns}, payload from integration.inbox where id = $1 for no key update", ct, new NpgsqlParameter { Value = id })).SingleOrDefault();

    public static async Task<MessageRow?> Find(UnitOfWork work, Guid id, bool withPayload, CancellationToken ct) =>
        (await Read(work, $"select {Columns}, {(withPayload ? "payload" : "null::bytea")} from integration.inbox where id = $1", ct, new NpgsqlParameter { Value = id })).SingleOrDefault();

    public static Task<List<MessageRow>> List(UnitOfWork work, ListMessages of, CancellationToken ct) => Read(
        work,
        $"""
        select {Columns}, null::bytea from integration.inbox
        where ($1::text is null or state = $1) and ($2::text is null or source = $2) and ($3::text is null or key = $3) and ($4::uuid is null or id > $4)
        order by id limit $5
        """,
        ct, Text(of.State), Text(of.Source), Text(of.Key), new() { Value = (object?)of.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid }, new() { Value = of.Limit });

    /// <summary>Of one state in a span of time, those that can still be read, locked.</summary>
    public static Task<List<MessageRow>> Range(UnitOfWork work, MapMessages of, int most, CancellationToken ct) => Read(
        work,
        $"""
        select {Columns}, null::bytea from integration.inbox
        where state = $1 and payload is not null and ($2::text is null or source = $2) and ($3::text is null or code = $3)
          and ($4::timestamptz is null or received_at >= $4) and ($5::timestamptz is null or received_at < $5)
        order by id limit $6 for no key update
        """,
        ct, Text(of.State), Text(of.Source), Text(of.Code), Instant(of.From), Instant(of.To), new() { Value = most });

    /// <summary>The latest that was mapped of a key, in the sender's time; null when nothing was, or no time was given.</summary>
    public static async Task<DateTimeOffset?> LatestOf(UnitOfWork work, MessageView message, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select max(happened_at) from integration.inbox where key = $1 and source = $2 and state in ('mapped', 'parked') and id <> $3", await work.Connection(ct))
        {
            Parameters = { new() { Value = message.Key }, new() { Value = message.Source }, new() { Value = message.Id } },
        };
        return await command.ExecuteScalarAsync(ct) is DateTime latest ? new DateTimeOffset(latest, TimeSpan.Zero) : null;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    private static NpgsqlParameter Instant(DateTimeOffset? value) => new() { Value = (object?)value?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz };

    private static async Task<List<MessageRow>> Read(UnitOfWork work, string sql, CancellationToken ct, params NpgsqlParameter[] parameters)
    {
        await using var command = new NpgsqlCommand(sql, await work.Connection(ct));
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<MessageRow>();
        while (await reader.ReadAsync(ct))
        {
            string? Said(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            DateTimeOffset? Time(int column) => reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);
            rows.Add(new(
                new(
                    reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), Said(6), Said(7), reader.GetFieldValue<string[]>(8),
                    reader.GetInt32(9), reader.GetInt32(10), reader.GetFieldValue<DateTimeOffset>(11), Time(12), Time(13), reader.GetInt32(14), Said(15), reader.GetBoolean(16)),
                reader.IsDBNull(19) ? null : reader.GetFieldValue<byte[]>(19), reader.IsDBNull(17) ? null : reader.GetGuid(17), reader.GetBoolean(18)));
        }

        return rows;
    }
}

/// <summary>What became of a message. Written together with what it did.</summary>
/// <param name="Id">Which.</param>
/// <param name="Before">The state that it was read in: stale when somebody was faster.</param>
/// <param name="State">The state now.</param>
/// <param name="Code">Why; null for received and mapped.</param>
/// <param name="Reason">Why, for a person.</param>
/// <param name="Made">What it did, added to what it had done.</param>
/// <param name="OrderId">The order that it is about; null leaves what is known.</param>
/// <param name="ReadBy">What read it; null leaves what is known.</param>
/// <param name="Key">What it is about.</param>
/// <param name="Released">Whether a person let it through.</param>
/// <param name="DecidedAt">Null for received.</param>
/// <param name="Pause">After which it is due again, for what waits.</param>
/// <param name="Fresh">Whether its tries are counted from the start.</param>
internal sealed record MessageStateRow(
    Guid Id, string Before, string State, string? Code, string? Reason, IReadOnlyList<string> Made, Guid? OrderId, string? ReadBy, string Key, bool Released, DateTimeOffset? DecidedAt, TimeSpan Pause, bool Fresh)
    : IRow<MessageStateRow>
{
    // Lists travel as texts between line feeds: an array of arrays cannot be taken apart into arrays.
    public static RowTable<MessageStateRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update integration.inbox m set
          state = u.state, code = u.code, reason = u.reason, key = u.key, released = u.released, decided_at = u.decided_at,
          made = array(select distinct x from unnest(m.made || string_to_array(nullif(u.made, ''), E'\n')) x where x is not null order by x),
          order_id = coalesce(u.order_id, m.order_id), read_by = coalesce(u.read_by, m.read_by),
          due = clock_timestamp() + u.pause * interval '1 millisecond', attempts = case when u.fresh then 0 else m.attempts end
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) as u (id, before, state, code, reason, made, order_id, read_by, key, released, decided_at, pause, fresh)
        where m.id = u.id and m.state = u.before
        """,
        everyRow: true,
        Column.Uuid<MessageStateRow>(r => r.Id),
        Column.Text<MessageStateRow>(r => r.Before),
        Column.Text<MessageStateRow>(r => r.State),
        Column.Text<MessageStateRow>(r => r.Code),
        Column.Text<MessageStateRow>(r => r.Reason),
        Column.Text<MessageStateRow>(r => string.Join('\n', r.Made)),
        Column.UuidOrNull<MessageStateRow>(r => r.OrderId),
        Column.Text<MessageStateRow>(r => r.ReadBy),
        Column.Text<MessageStateRow>(r => r.Key),
        Column.Bool<MessageStateRow>(r => r.Released),
        Column.InstantOrNull<MessageStateRow>(r => r.DecidedAt),
        Column.Int8<MessageStateRow>(r => (long)r.Pause.TotalMilliseconds),
        Column.Bool<MessageStateRow>(r => r.Fresh));

    /// <summary>A message comes into a state; the rest of it stays.</summary>
    public static MessageStateRow Of(MessageRow row, string state, string? code, string? reason, DateTimeOffset now) => new(
        row.View.Id, row.View.State, state, code, reason.Cut(1_000), [], null, null, row.View.Key, row.Released, state == MessageStates.Received ? null : now, TimeSpan.Zero, Fresh: state == MessageStates.Received);
}

/// <summary>What messages about a key waited for is there: they are due.</summary>
internal sealed record AwaitedRow(string Key) : IRow<AwaitedRow>
{
    public static RowTable<AwaitedRow> Table { get; } = new(
        FlushOrder.Modules,
        "update integration.inbox m set due = clock_timestamp() from unnest($1) as u (key) where m.key = u.key and m.state = 'unmatched'",
        everyRow: false,
        Column.Text<AwaitedRow>(r => r.Key));
}

/// <summary>States of a message.</summary>
internal static class MessageStates
{
    public const string Received = "received";
    public const string Mapped = "mapped";
    public const string Parked = "parked";
    public const string Unmatched = "unmatched";
    public const string Late = "late";
    public const string Quarantined = "quarantined";
    public const string Failed = "failed";
    public const string Discarded = "discarded";

    public static IReadOnlyList<string> All { get; } = [Received, Mapped, Parked, Unmatched, Late, Quarantined, Failed, Discarded];

    /// <summary>Those out of which a message is mapped again.</summary>
    public static bool CanBeMappedAgain(string state) => state is Parked or Unmatched or Late or Failed;
}
