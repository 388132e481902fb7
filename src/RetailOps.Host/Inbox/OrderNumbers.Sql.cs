using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>By what number people know an order.</summary>
internal static class OrderNumbers
{
    /// <summary>The channels' numbers of orders, for those that there are.</summary>
    public static async Task<IReadOnlyDictionary<OrderId, string>> Of(Database database, IEnumerable<OrderId?> orders, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select o.id, o.channel || ' ' || o.external_id from orders.orders o where o.id = any ($1)");
        command.Parameters.Add(new NpgsqlParameter { Value = orders.OfType<OrderId>().Select(o => o.Value).Distinct().ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new Dictionary<OrderId, string>();
        while (await reader.ReadAsync(ct))
        {
            found[new(reader.GetGuid(0))] = reader.GetString(1);
        }

        return found;
    }
}
