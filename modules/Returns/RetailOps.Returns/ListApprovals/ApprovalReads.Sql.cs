using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>Finds approvals for a list, by key in any of its orders.</summary>
internal static class ApprovalReads
{
    public static async Task<List<Guid>> Page(UnitOfWork work, ListApprovals wanted, CancellationToken ct)
    {
        // Each key never changes after its row was made, so the last id of a page says where the next one begins.
        var (after, order) = wanted.Sort switch
        {
            "due" => ("(a.due_at, a.id) > (select x.due_at, x.id from returns.approvals x where x.id = $2)", "a.due_at, a.id"),
            "amount" => ("(a.amount_minor, a.id) < (select x.amount_minor, x.id from returns.approvals x where x.id = $2)", "a.amount_minor desc, a.id desc"),
            _ => ("a.id > $2", "a.id"),
        };
        var mine = wanted.Mine && work.Caller is Caller.Person ? work.Caller.Actor : null;
        var made = mine is null ? 0 : await DocumentHands.LastOf(work, ReturnPolicy.Kind, ReturnPolicy.Usual, mine, ct);
        await using var page = new NpgsqlCommand(
            $"""
            select a.id from returns.approvals a join returns.refunds r on r.id = a.refund_id
            where ($1 is null or a.status = $1) and ($2 is null or {after}) and ($3 is null or a.tier = $3) and ($4 is null or a.due_at < $4)
              and ($5 is null or a.currency <> $6 or a.amount_minor >= $5)
              and ($7 is null or (a.status = 'open' and a.requested_by <> $7 and $7 <> all (r.barred) and split_part(r.policy, ':', 2)::int > $8
                and not exists (select from returns.decisions d where d.approval_id = a.id and $7 in (d.decided_by, d.on_behalf_of))))
              and not $9
            order by {order} limit $10
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)wanted.Status ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)wanted.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = (object?)wanted.Tier ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Integer },
                new() { Value = (object?)wanted.DueBefore?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = (object?)wanted.AtLeast?.MinorUnits ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Bigint },
                new() { Value = (object?)wanted.AtLeast?.Currency ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = (object?)mine ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text },
                new() { Value = made },
                new() { Value = wanted.Mine && mine is null },
                new() { Value = wanted.Limit },
            },
        };
        await using var reader = await page.ExecuteReaderAsync(ct);
        var ids = new List<Guid>();
        while (await reader.ReadAsync(ct))
        {
            ids.Add(reader.GetGuid(0));
        }

        return ids;
    }
}
