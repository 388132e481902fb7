using System.Text.Json;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Returns.Tests;

/// <summary>
/// What other modules answer, as their contracts say, in tables of the tests: the ceilings hold there as they do in the order. They write in the
/// transaction of the asker, so that what is undone there is undone here.
/// </summary>
internal static class StandIns
{
    public static async Task Prepare(TestDatabase database)
    {
        var app = new NpgsqlConnectionStringBuilder(database.AppConnectionString).Username;
        await Ask.Do(
            database.OwnerConnectionString,
            $"""
            create schema standin;
            create table standin.orders (id uuid primary key, channel text not null, customer text, currency char(3) not null, delivered timestamptz);
            create table standin.lines (
              order_id uuid not null, line_id int not null, sku text not null, shipped int not null, amount bigint not null, tax bigint not null,
              return_open int not null default 0, returned int not null default 0, refunded_units int not null default 0, refunded bigint not null default 0,
              refunded_tax bigint not null default 0,
              primary key (order_id, line_id),
              constraint ck_returnable check (return_open >= 0 and return_open + returned <= shipped),
              constraint ck_refunded check (refunded_units <= returned and refunded <= amount and refunded_tax <= tax));
            create table standin.refunds (id uuid primary key, order_id uuid not null, state text not null, answer jsonb not null);
            create table standin.stock (return_id uuid not null, move uuid not null, node text not null, sku text not null, quantity int not null, place text not null);
            create table standin.tasks (kind text not null, key text not null, outcome text not null);
            grant usage on schema standin to {app};
            grant all on all tables in schema standin to {app};
            """);
    }

    public static async Task<NpgsqlCommand> Command(this UnitOfWork work, string sql, params object[] values)
    {
        var command = new NpgsqlCommand(sql, await work.Connection(default));
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }

    public static async Task<int> Do(this UnitOfWork work, string sql, params object[] values)
    {
        await using var command = await work.Command(sql, values);
        return await command.ExecuteNonQueryAsync();
    }

    public static async Task<bool> DoAll(this UnitOfWork work, string sql, OrderId order, IEnumerable<ClaimedUnits> lines)
    {
        foreach (var line in lines)
        {
            if (await work.Do(sql, order.Value, line.LineId, line.Quantity) != 1)
            {
                return false;
            }
        }

        return true;
    }
}

internal sealed class ClaimReturnableStandIn(UnitOfWork work) : IRequestHandler<ClaimReturnable, Result<SoldUnits>>
{
    public async Task<Result<SoldUnits>> Handle(ClaimReturnable request, CancellationToken cancellationToken)
    {
        if (!await work.DoAll("update standin.lines set return_open = return_open + $3 where order_id = $1 and line_id = $2 and shipped - returned - return_open >= $3", request.OrderId, request.Lines))
        {
            return Refusal.Conflict("orders.not-returnable", "Not that many can come back.");
        }

        await using var command = await work.Command(
            "select o.channel, o.customer, o.currency, o.delivered, l.line_id, l.sku from standin.orders o join standin.lines l on l.order_id = o.id where o.id = $1 and l.line_id = any ($2)",
            request.OrderId.Value, request.Lines.Select(l => l.LineId).ToArray());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        SoldUnits sold = null!;
        var lines = new List<SoldLine>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sold = new(
                reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3), lines);
            var line = reader.GetInt32(4);
            lines.Add(new(line, new(reader.GetString(5)), request.Lines.Single(l => l.LineId == line).Quantity));
        }

        return sold;
    }
}

internal sealed class ReleaseReturnableStandIn(UnitOfWork work) : IRequestHandler<ReleaseReturnable, Result<SettledUnits>>
{
    public async Task<Result<SettledUnits>> Handle(ReleaseReturnable request, CancellationToken cancellationToken) =>
        await work.DoAll("update standin.lines set return_open = return_open - $3 where order_id = $1 and line_id = $2 and return_open >= $3", request.OrderId, request.Lines)
            ? new SettledUnits(request.Lines.Sum(l => l.Quantity))
            : Refusal.Conflict("orders.not-claimed", "Not that many are claimed.");
}

internal sealed class SettleReturnableStandIn(UnitOfWork work) : IRequestHandler<SettleReturnable, Result<SettledUnits>>
{
    public async Task<Result<SettledUnits>> Handle(SettleReturnable request, CancellationToken cancellationToken) =>
        await work.DoAll(
            "update standin.lines set return_open = return_open - $3, returned = returned + $3 where order_id = $1 and line_id = $2 and return_open >= $3", request.OrderId, request.Lines)
            ? new SettledUnits(request.Lines.Sum(l => l.Quantity))
            : Refusal.Conflict("orders.not-claimed", "Not that many are claimed.");
}

internal sealed class ReserveRefundStandIn(UnitOfWork work) : IRequestHandler<ReserveRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(ReserveRefund request, CancellationToken cancellationToken)
    {
        var lines = new List<RefundedLine>();
        foreach (var line in request.Lines)
        {
            await using var command = await work.Command(
                """
                update standin.lines l set refunded_units = l.refunded_units + $3, refunded = round(l.amount::numeric * (l.refunded_units + $3) / l.shipped),
                  refunded_tax = round(l.tax::numeric * (l.refunded_units + $3) / l.shipped)
                from standin.lines o where o.order_id = l.order_id and o.line_id = l.line_id and l.order_id = $1 and l.line_id = $2 and l.refunded_units + $3 <= l.returned
                returning l.sku, l.refunded - o.refunded, l.refunded_tax - o.refunded_tax
                """, request.OrderId.Value, line.LineId, line.Quantity);
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            if (!await reader.ReadAsync(cancellationToken))
            {
                return Refusal.Conflict("orders.over-returned", "Not that many came back.");
            }

            lines.Add(new(line.LineId, new(reader.GetString(0)), line.Quantity, new(reader.GetInt64(1), "GBP"), new(reader.GetInt64(2), "GBP")));
        }

        var amount = lines.Aggregate(Money.Zero("GBP"), (sum, l) => sum + l.Amount + l.Tax);
        var answer = new ReservedRefund(request.RefundId, amount, lines, [new("card", amount)]);
        await using var insert = await work.Command("insert into standin.refunds values ($1, $2, 'reserved', $3)", request.RefundId, request.OrderId.Value);
        insert.Parameters.Add(new() { Value = JsonSerializer.Serialize(answer), NpgsqlDbType = NpgsqlDbType.Jsonb });
        await insert.ExecuteNonQueryAsync(cancellationToken);
        return answer;
    }
}

internal sealed class SettleRefundStandIn(UnitOfWork work) : IRequestHandler<SettleRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(SettleRefund request, CancellationToken cancellationToken)
    {
        await using var command = await work.Command("update standin.refunds set state = 'settled' where id = $1 and state <> 'released' returning answer::text", request.RefundId);
        return await command.ExecuteScalarAsync(cancellationToken) is string answer
            ? JsonSerializer.Deserialize<ReservedRefund>(answer)!
            : Refusal.Conflict("orders.refund-released", "It was let go.");
    }
}

internal sealed class ReleaseRefundStandIn(UnitOfWork work) : IRequestHandler<ReleaseRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(ReleaseRefund request, CancellationToken cancellationToken)
    {
        await using var command = await work.Command("update standin.refunds set state = 'released' where id = $1 and state = 'reserved' returning answer::text", request.RefundId);
        if (await command.ExecuteScalarAsync(cancellationToken) is not string answer)
        {
            return Refusal.Conflict("orders.refund-settled", "It was paid.");
        }

        var refund = JsonSerializer.Deserialize<ReservedRefund>(answer)!;
        foreach (var line in refund.Lines)
        {
            await work.Do(
                "update standin.lines set refunded_units = refunded_units - $3, refunded = refunded - $4, refunded_tax = refunded_tax - $5 where order_id = $1 and line_id = $2",
                request.OrderId.Value, line.LineId, line.Quantity, line.Amount.MinorUnits, line.Tax.MinorUnits);
        }

        return refund;
    }
}

internal sealed class ReceiveReturnedStockStandIn(UnitOfWork work) : IRequestHandler<ReceiveReturnedStock, Result<MovedStock>>
{
    public async Task<Result<MovedStock>> Handle(ReceiveReturnedStock request, CancellationToken cancellationToken)
    {
        foreach (var line in request.Lines)
        {
            if (line.Sku.Value.StartsWith("NO-", StringComparison.Ordinal))
            {
                return Refusal.NotFound("inventory.unknown-item", "There is no such item.");
            }

            await work.Do("insert into standin.stock values ($1, $2, $3, $4, $5, 'quarantine')", request.ReturnId, request.ReceiptId, request.Node, line.Sku.Value, line.Quantity);
        }

        return new MovedStock(request.Lines.Sum(l => l.Quantity));
    }
}

internal sealed class DisposeReturnedStockStandIn(UnitOfWork work) : IRequestHandler<DisposeReturnedStock, Result<MovedStock>>
{
    public async Task<Result<MovedStock>> Handle(DisposeReturnedStock request, CancellationToken cancellationToken)
    {
        await using var there = await work.Command(
            "select coalesce(sum(case place when 'quarantine' then quantity else -quantity end), 0)::int from standin.stock where return_id = $1 and node = $2 and sku = $3",
            request.ReturnId, request.Node, request.Sku.Value);
        if ((int)(await there.ExecuteScalarAsync(cancellationToken))! < request.Quantity)
        {
            return Refusal.Conflict("inventory.not-in-quarantine", "They are not there.");
        }

        await work.Do("insert into standin.stock values ($1, $2, $3, $4, $5, $6)", request.ReturnId, request.MoveId, request.Node, request.Sku.Value, request.Quantity, request.Disposition);
        return new MovedStock(request.Quantity);
    }
}

internal sealed class SettleTasksStandIn(UnitOfWork work) : IRequestHandler<SettleTasks, Result<SettledTasks>>
{
    public async Task<Result<SettledTasks>> Handle(SettleTasks request, CancellationToken cancellationToken) =>
        new SettledTasks(await work.Do("insert into standin.tasks values ($1, $2, $3)", request.Kind, request.Key, request.Outcome));
}
