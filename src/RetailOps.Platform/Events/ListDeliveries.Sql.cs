using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What a subscriber is owed.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="EventId">The event.</param>
/// <param name="EventName">Its stored name.</param>
/// <param name="Subscriber">Who is to hear it.</param>
/// <param name="Key">The business key.</param>
/// <param name="State">
/// <c>due</c>, <c>put-off</c> (it is tried at <paramref name="Due"/>), <c>under-way</c>, <c>waiting</c> (behind another one of its key, or for something else), <c>dead</c>.
/// </param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="Recorded">When its event was.</param>
/// <param name="Due">When it is tried next, or whoever tries it now loses it. Machine time.</param>
/// <param name="Error">What went wrong last; null for nothing.</param>
/// <param name="Behind">The delivery of its key that it waits behind; null for none.</param>
public sealed record DeliveryView(
    [property: System.Text.Json.Serialization.JsonNumberHandling(System.Text.Json.Serialization.JsonNumberHandling.WriteAsString | System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString)] long Id,
    Guid EventId, string EventName, string Subscriber, string Key, string State, int Attempts, DateTimeOffset Recorded, DateTimeOffset Due, string? Error,
    [property: System.Text.Json.Serialization.JsonNumberHandling(System.Text.Json.Serialization.JsonNumberHandling.WriteAsString | System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString)] long? Behind);

/// <summary>Lists what is not delivered yet, oldest first.</summary>
/// <param name="Subscriber">Only of this subscriber; null for all.</param>
/// <param name="Key">Only of this business key; null for all.</param>
/// <param name="State">As <see cref="DeliveryView.State"/>; null for all.</param>
/// <param name="After">The last id of the page before; 0 for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListDeliveries(string? Subscriber, string? Key, string? State, long After, int Limit) : IRequest<Result<IReadOnlyList<DeliveryView>>>;

internal sealed class ListDeliveriesValidator : AbstractValidator<ListDeliveries>
{
    public ListDeliveriesValidator()
    {
        RuleFor(r => r.State).Must(s => s is null or "due" or "put-off" or "under-way" or "waiting" or "dead").WithErrorCode("integration.delivery-state").WithMessage("due, put-off, under-way, waiting or dead.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
    }
}

internal sealed class ListDeliveriesHandler(UnitOfWork work) : IRequestHandler<ListDeliveries, Result<IReadOnlyList<DeliveryView>>>
{
    // A claim clears the error of the try before, and a failure sets one: so a lease is told from a pause.
    private const string Sql =
        """
        select * from (
          select d.id, d.event_id, e.type, d.subscriber, d.key,
                 case when d.state = 2 then 'dead' when b.id is not null or d.put_off then 'waiting' when d.due <= clock_timestamp() then 'due' when d.error is null then 'under-way' else 'put-off' end as word,
                 d.attempts, e.recorded, d.due, d.error, b.id as behind
          from platform.deliveries d join platform.events e on e.id = d.event_id
          left join lateral (
            select f.id from platform.deliveries f where f.subscriber = d.subscriber and f.key = d.key and f.id + 0 < d.id and f.state in (0, 2) order by f.id + 0 desc limit 1) b on true
          where d.state in (0, 2) and d.id > $4 and ($1::text is null or d.subscriber = $1) and ($2::text is null or d.key = $2)) r
        where $3::text is null or r.word = $3 order by r.id limit $5
        """;

    public async Task<Result<IReadOnlyList<DeliveryView>>> Handle(ListDeliveries request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(Sql, await work.Connection(ct))
        {
            Parameters = { Text(request.Subscriber), Text(request.Key), Text(request.State), new() { Value = request.After }, new() { Value = request.Limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var deliveries = new List<DeliveryView>();
        while (await reader.ReadAsync(ct))
        {
            deliveries.Add(new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetInt32(6),
                reader.GetFieldValue<DateTimeOffset>(7), reader.GetFieldValue<DateTimeOffset>(8), await reader.IsDBNullAsync(9, ct) ? null : reader.GetString(9),
                await reader.IsDBNullAsync(10, ct) ? null : reader.GetInt64(10)));
        }

        return deliveries;
    }

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };
}
