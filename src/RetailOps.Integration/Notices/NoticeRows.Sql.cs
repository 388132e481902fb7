using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Words for states, as they are stored.</summary>
internal static class NoticeState
{
    public const string Asked = "asked";
    public const string Sent = "sent";
    public const string NoAddress = "no-address";
    public const string Refused = "refused";
    public const string GaveUp = "gave-up";

    public static readonly IReadOnlyList<string> All = [Asked, Sent, NoAddress, Refused, GaveUp];
}

/// <summary>A message that is asked for, or of which is known at once that it cannot be sent.</summary>
internal sealed record NoticeRow(
    Guid Id, OrderId OrderId, string Channel, string Template, string Subject, string? Facts, string State, Guid? CopyOf, string? AskedBecause, DateTimeOffset Requested) : IRow<NoticeRow>
{
    public static RowTable<NoticeRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into integration.notices (id, order_id, channel, template, subject, facts, state, copy_of, asked_because, requested, decided, revision)
        select u.*, case when u.state <> 'asked' then u.requested end, 1
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as u (id, order_id, channel, template, subject, facts, state, copy_of, asked_because, requested)
        on conflict do nothing
        """,
        everyRow: false,
        Column.Uuid<NoticeRow>(r => r.Id),
        Column.Uuid<NoticeRow>(r => r.OrderId.Value),
        Column.Text<NoticeRow>(r => r.Channel),
        Column.Text<NoticeRow>(r => r.Template),
        Column.Text<NoticeRow>(r => r.Subject),
        Column.Json<NoticeRow>(r => r.Facts),
        Column.Text<NoticeRow>(r => r.State),
        Column.UuidOrNull<NoticeRow>(r => r.CopyOf),
        Column.Text<NoticeRow>(r => r.AskedBecause),
        Column.Instant<NoticeRow>(r => r.Requested));

    /// <summary>The one id of what is told once: from the first 128 bits of a SHA-256, marked as RFC 9562 wants it for version 8.</summary>
    public static Guid IdOf(OrderId order, string template, string subject)
    {
        var bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{order}\n{template}\n{subject}"))[..16];
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x80);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}

/// <summary>What became of a message. Of one whose customer was erased meanwhile the text is not kept.</summary>
internal sealed record NoticeOutcomeRow(Guid Id, string State, string? Language, int? Version, string? Reason, string? Message, int Attempts, DateTimeOffset Decided, int Revision) : IRow<NoticeOutcomeRow>
{
    public static RowTable<NoticeOutcomeRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        update integration.notices n set
          state = u.state, language = u.language, template_version = u.version, reason = u.reason, message = case when n.erased then null else u.message end, attempts = u.attempts,
          decided = u.decided, revision = u.revision
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as u (id, state, language, version, reason, message, attempts, decided, revision)
        where n.id = any ($1) and n.id = u.id and n.state = 'asked'
        """,
        everyRow: true,
        Column.Uuid<NoticeOutcomeRow>(r => r.Id),
        Column.Text<NoticeOutcomeRow>(r => r.State),
        Column.Text<NoticeOutcomeRow>(r => r.Language),
        Column.Int4OrNull<NoticeOutcomeRow>(r => r.Version),
        Column.Text<NoticeOutcomeRow>(r => r.Reason),
        Column.Text<NoticeOutcomeRow>(r => r.Message),
        Column.Int4<NoticeOutcomeRow>(r => r.Attempts),
        Column.Instant<NoticeOutcomeRow>(r => r.Decided),
        Column.Int4<NoticeOutcomeRow>(r => r.Revision));
}

/// <summary>Nothing of what an order's customer was told is kept any more.</summary>
internal sealed record NoticesErasedRow(OrderId OrderId) : IRow<NoticesErasedRow>
{
    public static RowTable<NoticesErasedRow> Table { get; } = new(
        FlushOrder.Modules, "update integration.notices set message = null, erased = true where order_id = any ($1)", everyRow: false, Column.Uuid<NoticesErasedRow>(r => r.OrderId.Value));
}

/// <summary>A message as whoever sends it needs it.</summary>
internal sealed record NoticeToSend(Guid Id, OrderId OrderId, string Template, string Subject, JsonElement? Facts, string State, bool IsErased);

/// <summary>A message whose facts are counted on.</summary>
internal sealed class CountedNotice : IAggregate
{
    public int Revision { get; private set; } = 1;

    public int NextRevision() => ++Revision;
}

/// <summary>Reads messages.</summary>
internal sealed class NoticeReads(Database database)
{
    private const string Select =
        "select id, order_id, template, subject, state, language, template_version, reason, attempts, requested, decided, copy_of, asked_because, message from integration.notices";

    /// <summary>With nothing open: what is to be sent.</summary>
    public async Task<Dictionary<Guid, NoticeToSend>> ToSend(Guid[] ids, CancellationToken ct)
    {
        await using var connection = await database.Relay.OpenConnectionAsync(ct);
        return await ToSend(new NpgsqlCommand("", connection), ids, forUpdate: false, ct);
    }

    /// <summary>Within a unit of work that writes down what became of them: nobody erases them meanwhile.</summary>
    public static async Task<Dictionary<Guid, NoticeToSend>> ToSettle(UnitOfWork work, Guid[] ids, CancellationToken ct) =>
        await ToSend(new NpgsqlCommand("", await work.Connection(ct)), ids, forUpdate: true, ct);

    public static async Task<(NoticeView View, string? Box)?> Find(UnitOfWork work, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where id = $1 and ($2 is null or channel = any ($2))", await work.Connection(ct)) { Parameters = { new() { Value = id }, Own(work) } };
        var found = await Read(command, ct);
        return found.Count == 0 ? null : found[0];
    }

    public static async Task<bool> Exists(UnitOfWork work, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select exists (select from integration.notices where id = $1)", await work.Connection(ct)) { Parameters = { new() { Value = id } } };
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    public static async Task<List<NoticeView>> OfOrder(UnitOfWork work, OrderId order, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where order_id = $1 order by requested, id limit 1000", await work.Connection(ct)) { Parameters = { new() { Value = order.Value } } };
        return (await Read(command, ct)).ConvertAll(n => n.View);
    }

    public static async Task<List<NoticeView>> List(UnitOfWork work, ListNotices wanted, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"""
            {Select} where ($1 is null or state = $1) and ($2 is null or channel = any ($2))
              and ($3 is null or (requested, id) < ((select b.requested from integration.notices b where b.id = $3), $3))
            order by requested desc, id desc limit $4
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)wanted.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                Own(work),
                new() { Value = (object?)wanted.Before ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = wanted.Limit },
            },
        };
        return (await Read(command, ct)).ConvertAll(n => n.View);
    }

    private static NpgsqlParameter Own(UnitOfWork work) => new() { Value = (object?)work.Caller.Channels?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static async Task<Dictionary<Guid, NoticeToSend>> ToSend(NpgsqlCommand command, Guid[] ids, bool forUpdate, CancellationToken ct)
    {
        await using var one = command;
        one.CommandText = $"select id, order_id, template, subject, facts::text, state, erased from integration.notices where id = any ($1){(forUpdate ? " order by id for update" : "")}";
        one.Parameters.Add(new() { Value = ids });
        await using var reader = await one.ExecuteReaderAsync(ct);
        var found = new Dictionary<Guid, NoticeToSend>();
        while (await reader.ReadAsync(ct))
        {
            found.Add(reader.GetGuid(0), new(
                reader.GetGuid(0), new(reader.GetGuid(1)), reader.GetString(2), reader.GetString(3), reader.IsDBNull(4) ? null : JsonElement.Parse(reader.GetString(4)), reader.GetString(5), reader.GetBoolean(6)));
        }

        return found;
    }

    private static async Task<List<(NoticeView View, string? Box)>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<(NoticeView, string?)>();
        while (await reader.ReadAsync(ct))
        {
            found.Add((new(
                reader.GetGuid(0), new(reader.GetGuid(1)), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetInt32(6), reader.IsDBNull(7) ? null : reader.GetString(7), reader.GetInt32(8), reader.GetFieldValue<DateTimeOffset>(9),
                reader.IsDBNull(10) ? null : reader.GetFieldValue<DateTimeOffset>(10), reader.IsDBNull(11) ? null : reader.GetGuid(11), reader.IsDBNull(12) ? null : reader.GetString(12)),
                reader.IsDBNull(13) ? null : reader.GetString(13)));
        }

        return found;
    }
}
