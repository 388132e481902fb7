using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>
/// What refunds are added up over, so that 600 is not given as six times 99: the order, and the customer. A credit with neither is added up over
/// who asks for it.
/// </summary>
internal static class RefundAccounts
{
    public static string? NameOf(OrderId? order, string? customer, string requestedBy) =>
        customer is not null ? "customer/" + customer : order is null ? "requester/" + requestedBy : null;

    /// <summary>
    /// What was granted to the order or the account within the window, whichever is more, and not given up. Holds both until the end of the
    /// transaction, so that of two who grant at once the second one counts the first.
    /// </summary>
    public static async Task<Money> Spent(UnitOfWork work, OrderId? order, string? account, string currency, DateTimeOffset since, CancellationToken ct)
    {
        await Lock(work, order, account, ct);
        await using var sums = new NpgsqlCommand(
            """
            select greatest(coalesce(sum(amount_minor) filter (where order_id = $1), 0), coalesce(sum(amount_minor) filter (where account = $2), 0))::bigint
            from returns.refunds
            where (order_id = $1 or account = $2) and status <> 'voided' and currency = $3 and granted_at > $4
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)order?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid },
                new() { Value = (object?)account ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = currency },
                new() { Value = since.ToUniversalTime() },
            },
        };
        return new Money((long)(await sums.ExecuteScalarAsync(ct))!, currency);
    }

    /// <summary>Makes others who grant to the same order or account wait. In one order everywhere; a second call in a transaction does nothing.</summary>
    public static async Task Lock(UnitOfWork work, OrderId? order, string? account, CancellationToken ct)
    {
        string[] names = [.. new[] { order is { } id ? OrderKey.Of(id) : null, account }.OfType<string>().Order(StringComparer.Ordinal)];
        await using var take = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended(name, 24)) from unnest($1) with ordinality n (name, place) order by place", await work.Connection(ct))
        {
            Parameters = { new() { Value = names } },
        };
        await take.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// Makes others who grant, pay or give up refunds of the same order wait, before anything is read: the order's counters are several rows, and what
    /// is read of them one by one while another refund is paid fits no moment.
    /// </summary>
    public static async Task LockOrderOf(UnitOfWork work, Guid refund, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            "select pg_advisory_xact_lock(hashtextextended('order/' || order_id, 24)) from returns.refunds where id = $1 and order_id is not null", await work.Connection(ct))
        {
            Parameters = { new() { Value = refund } },
        };
        await take.ExecuteNonQueryAsync(ct);
    }
}
