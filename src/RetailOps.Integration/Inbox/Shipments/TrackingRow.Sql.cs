using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What a carrier said of a shipment, once.</summary>
internal sealed record TrackingRow(
    Guid Id, Guid FulfilmentId, Guid MessageId, string Carrier, string Number, string State, string Said, int Rank, DateTimeOffset HappenedAt, DateTimeOffset ReceivedAt) : IRow<TrackingRow>
{
    public static RowTable<TrackingRow> Table { get; } = new(
        FlushOrder.Modules,
        """
        insert into integration.tracking (id, fulfilment_id, message_id, carrier, number, state, said, rank, happened_at, received_at)
        select * from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (fulfilment_id, said, happened_at) do nothing
        """,
        everyRow: false,
        Column.Uuid<TrackingRow>(r => r.Id),
        Column.Uuid<TrackingRow>(r => r.FulfilmentId),
        Column.Uuid<TrackingRow>(r => r.MessageId),
        Column.Text<TrackingRow>(r => r.Carrier),
        Column.Text<TrackingRow>(r => r.Number),
        Column.Text<TrackingRow>(r => r.State),
        Column.Text<TrackingRow>(r => r.Said),
        Column.Int4<TrackingRow>(r => r.Rank),
        Column.Instant<TrackingRow>(r => r.HappenedAt),
        Column.Instant<TrackingRow>(r => r.ReceivedAt));

    /// <summary>Of one shipment, in the order in which it happened.</summary>
    public static async Task<List<TrackingRow>> Of(UnitOfWork work, Guid fulfilment, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select id, fulfilment_id, message_id, carrier, number, state, said, rank, happened_at, received_at from integration.tracking where fulfilment_id = $1 order by happened_at, rank, id",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = fulfilment } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var rows = new List<TrackingRow>();
        while (await reader.ReadAsync(ct))
        {
            rows.Add(new(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetGuid(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6), reader.GetInt32(7),
                reader.GetFieldValue<DateTimeOffset>(8), reader.GetFieldValue<DateTimeOffset>(9)));
        }

        return rows;
    }
}
