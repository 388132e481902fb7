using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>The positions of a history as they stand when a batch of it ends.</summary>
internal static class PastPositions
{
    private const string Sql =
        """
        insert into inventory.positions (item_id, node, condition, on_hand, allocated, reserved)
        select i, n, c, h, a, 0 from unnest($1, $2, $3, $4, $5) as u (i, n, c, h, a) order by 1, 2, 3
        on conflict (item_id, node, condition) do update set on_hand = excluded.on_hand, allocated = excluded.allocated
        """;

    /// <summary>What is to be done for those that changed, which are forgotten; null for nothing.</summary>
    public static PastSettlement? Settle(HashSet<StockCount> changed)
    {
        if (changed.Count == 0)
        {
            return null;
        }

        var rows = changed.Select(c => (c.Position, c.OnHand, c.Allocated)).ToList();
        changed.Clear();
        return async (connection, ct) =>
        {
            await using var command = new NpgsqlCommand(Sql, connection)
            {
                Parameters =
                {
                    new() { Value = rows.ConvertAll(r => r.Position.ItemId) },
                    new() { Value = rows.ConvertAll(r => r.Position.Node) },
                    new() { Value = rows.ConvertAll(r => r.Position.Condition) },
                    new() { Value = rows.ConvertAll(r => r.OnHand) },
                    new() { Value = rows.ConvertAll(r => r.Allocated) },
                },
            };
            await command.ExecuteNonQueryAsync(ct);
        };
    }
}
