using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>What lies there and is promised to nobody. Safety stock counts: a correction may eat it, a promise may not.</summary>
internal static class Unpromised
{
    /// <summary>In the item's unit, never below 0; the position stays locked. Nothing where there is no position.</summary>
    public static async Task<int> Of(PositionKey position, UnitOfWork work, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            "select greatest(0, on_hand - allocated - reserved) from inventory.positions where item_id = $1 and node = $2 and condition = $3 for update",
            await work.Connection(ct))
        {
            Parameters = { new() { Value = position.ItemId }, new() { Value = position.Node }, new() { Value = position.Condition } },
        };
        return await command.ExecuteScalarAsync(ct) as int? ?? 0;
    }
}
