using System.Text.Json;

using FluentValidation;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ReadRecipientsValidator : AbstractValidator<ReadRecipients>
{
    public ReadRecipientsValidator() => RuleFor(r => r.OrderIds).Must(o => o is { Count: > 0 and <= 100 }).WithErrorCode("orders.recipients").WithMessage("1 to 100 orders.");
}

internal sealed class ReadRecipientsHandler(UnitOfWork work) : IRequestHandler<ReadRecipients, Result<IReadOnlyList<OrderRecipient>>>
{
    // One trip for all: whoever writes to customers does so for many.
    private const string Sql =
        """
        select o.id, o.channel, o.external_id, o.total_minor, o.currency, p.name, p.email,
               (select coalesce(jsonb_agg(jsonb_build_object('sku', l.sku, 'quantity', l.ordered) order by l.line_id), '[]')::text from orders.lines l where l.order_id = o.id),
               (select coalesce(jsonb_agg(jsonb_build_object('id', f.id, 'carrier', f.carrier, 'trackingNumber', f.tracking_number, 'lines',
                  (select coalesce(jsonb_agg(jsonb_build_object('sku', l.sku, 'quantity', l.quantity) order by l.line_id), '[]') from orders.fulfilment_lines l where l.fulfilment_id = f.id)) order by f.id), '[]')::text
                from orders.fulfilments f where f.order_id = o.id)
        from orders.orders o left join orders.people p on p.id = o.person_id
        where o.id = any ($1)
        """;

    public async Task<Result<IReadOnlyList<OrderRecipient>>> Handle(ReadRecipients request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, await work.Connection(ct)) { Parameters = { new() { Value = request.OrderIds.Select(o => o.Value).ToArray() } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var found = new List<OrderRecipient>();
        while (await reader.ReadAsync(ct))
        {
            if (work.Caller.ReachesChannel(reader.GetString(1)))
            {
                found.Add(new(
                    new(reader.GetGuid(0)), reader.GetString(1), reader.GetString(2), new(reader.GetInt64(3), reader.GetString(4)), reader.IsDBNull(5) ? null : reader.GetString(5),
                    reader.IsDBNull(6) ? null : reader.GetString(6), Read<RecipientLine>(7), Read<RecipientShipment>(8)));
            }
        }

        return found;

        IReadOnlyList<T> Read<T>(int column) => JsonSerializer.Deserialize<List<T>>(reader.GetString(column), JsonSerializerOptions.Web)!;
    }
}
