using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Holds stock for a cart, a quote or an order until it expires or is converted.</summary>
/// <param name="Key">The caller's own name for it, 1 to 128 visible characters; a second call with it and the same lines answers as the first.</param>
/// <param name="Lines">1 to 2,000 lines; all or nothing.</param>
/// <param name="ExpiresInSeconds">1 to 2,592,000 from now in business time; null for never, which only the product's own requests may say.</param>
/// <returns>The reservation, <c>inventory.short</c> or <c>inventory.other-reservation</c> (Conflict).</returns>
[Needs("inventory.reserve"), AsksDatabase]
public sealed record ReserveStock(string Key, IReadOnlyList<AllocationLine> Lines, int? ExpiresInSeconds) : IRequest<Result<ReservationView>>;

/// <summary>A promise that lapses by itself.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Key">The caller's.</param>
/// <param name="Status"><c>open</c>, <c>converted</c>, <c>released</c> or <c>expired</c>.</param>
/// <param name="ExpiresAt">Business time, UTC; null for never.</param>
/// <param name="Lines">What is held where.</param>
public sealed record ReservationView(Guid Id, string Key, string Status, DateTimeOffset? ExpiresAt, IReadOnlyList<GrantedStock> Lines);

/// <summary>One reservation.</summary>
/// <param name="Id">Which.</param>
[Needs("inventory.read"), AsksDatabase]
public sealed record GetReservation(Guid Id) : IRequest<Result<ReservationView>>;

/// <summary>Lets a reservation go before it expires. A second call answers as the first.</summary>
/// <param name="Id">Which.</param>
/// <returns>The reservation, <c>inventory.unknown-reservation</c> (NotFound), <c>inventory.reservation-closed</c> (Conflict) when it was converted or has expired.</returns>
[Needs("inventory.reserve"), AsksDatabase]
public sealed record ReleaseReservation(Guid Id) : IRequest<Result<ReservationView>>;

/// <summary>Turns a reservation into the allocation of an order: one winner against its expiry.</summary>
/// <param name="Id">Which.</param>
/// <param name="OrderId">The order.</param>
/// <returns>The reservation, <c>inventory.unknown-reservation</c> (NotFound), <c>inventory.reservation-closed</c> (Conflict). A second call for the same order answers as the first.</returns>
[Needs("inventory.reserve"), AsksDatabase]
public sealed record ConvertReservation(Guid Id, OrderId OrderId) : IRequest<Result<ReservationView>>;

/// <summary>A reservation was made, converted, released or has expired.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ReservationId">Which.</param>
/// <param name="Status"><c>open</c>, <c>converted</c>, <c>released</c> or <c>expired</c>.</param>
/// <param name="Units">Over all lines.</param>
[EventName("inventory.reservation-changed.v1")]
public sealed record ReservationChanged(Guid EventId, DateTimeOffset OccurredAt, Guid ReservationId, string Status, int Units) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("reservation", ReservationId);

    string IFact.Key => BusinessKey.Of("reservation", ReservationId);
}
