using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ExportCustomerValidator : AbstractValidator<ExportCustomer>
{
    public ExportCustomerValidator()
    {
        RuleFor(r => r).Must(r => r.Channel is null == r.CustomerId is null && new[] { r.OrderId is not null, r.CustomerId is not null, r.Email is not null }.Count(given => given) == 1)
            .OverridePropertyName("customerId").WithErrorCode("orders.customer-which").WithMessage("Channel and customer id, or one order id, or an email address.");
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("orders.limit");
    }
}

internal sealed class ExportCustomerHandler(UnitOfWork work) : IRequestHandler<ExportCustomer, Result<IReadOnlyList<CustomerOrder>>>
{
    private const string Sql =
        """
        select o.id, o.channel, o.external_id, o.customer_id, o.placed_at, o.status, o.total_minor, o.currency, p.name, p.email, p.ship_to, p.erased
        from orders.orders o left join orders.people p on p.id = o.person_id
        where ($1::uuid is null or o.id = $1) and ($2::text is null or (o.channel = $2 and o.customer_id = $3)) and ($4::text is null or lower(p.email) = lower($4))
          and ($5::uuid is null or o.id > $5) and ($7::text[] is null or o.channel = any($7))
        order by o.id limit $6
        """;

    public async Task<Result<IReadOnlyList<CustomerOrder>>> Handle(ExportCustomer request, CancellationToken ct)
    {
        var found = new List<CustomerOrder>();
        await using (var command = new NpgsqlCommand(Sql, await work.Connection(ct))
        {
            Parameters = { Id(request.OrderId), Text(request.Channel), Text(request.CustomerId), Text(request.Email), Id(request.After), new() { Value = request.Limit }, Own() },
        })
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                found.Add(new(
                    new(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2), Said(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetString(5), new(reader.GetInt64(6), reader.GetString(7)),
                    Said(8), Said(9), Said(10), reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11)));
            }

            string? Said(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
        }

        if (found.Count > 0)
        {
            work.Raise(new CustomerExported(Guid.CreateVersion7(), work.Now, [.. found.Select(o => o.OrderId)]));
        }

        return found;
    }

    /// <summary>The channels that the caller is bound to; another's customer is nobody's.</summary>
    private NpgsqlParameter Own() => new() { Value = (object?)work.Caller.Channels?.ToArray() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    private static NpgsqlParameter Id(OrderId? value) => new() { Value = (object?)value?.Value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid };

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
