using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

internal static class ReservationEndpoints
{
    public static void Map(IEndpointRouteBuilder inventory)
    {
        var reservations = inventory.MapGroup("/inventory/reservations");
        reservations.MapPost("/", Reserve)
            .WithName("ReserveStock")
            .WithSummary("Hold stock for a cart or quote until it expires; idempotent by its key")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(409);
        reservations.MapGet("/{id:guid}", Read)
            .WithName("GetReservation")
            .WithSummary("One reservation and what it holds")
            .ProducesRefusals(404);
        reservations.MapPost("/{id:guid}:convert", Convert)
            .WithName("ConvertReservation")
            .WithSummary("Turn a reservation into the allocation of an order")
            .ProducesRefusals(404, 409);
        reservations.MapPost("/{id:guid}:release", Release)
            .WithName("ReleaseReservation")
            .WithSummary("Let a reservation go before it expires")
            .ProducesRefusals(404, 409);
    }

    private static async Task<Results<Created<ReservationView>, ProblemHttpResult>> Reserve(ReservationBody body, Door door, CancellationToken ct) =>
        (await door.Run(new ReserveStock(body.Key, body.Lines, body.ExpiresInSeconds), ct)).ToCreated(r => $"/api/v1/inventory/reservations/{r.Id}");

    private static async Task<Results<Ok<ReservationView>, ProblemHttpResult>> Read(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new GetReservation(id), ct)).ToOk();

    private static async Task<Results<Ok<ReservationView>, ProblemHttpResult>> Convert(Guid id, ConversionBody body, Door door, CancellationToken ct) =>
        (await door.Run(new ConvertReservation(id, body.OrderId), ct)).ToOk();

    private static async Task<Results<Ok<ReservationView>, ProblemHttpResult>> Release(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new ReleaseReservation(id), ct)).ToOk();
}

/// <summary>What is to be held.</summary>
/// <param name="Key">The caller's own name for it, 1 to 128 visible characters; a second call with it and the same lines answers as the first.</param>
/// <param name="Lines">1 to 2,000 lines; all or nothing.</param>
/// <param name="ExpiresInSeconds">1 to 2,592,000 from now.</param>
internal sealed record ReservationBody(string Key, IReadOnlyList<AllocationLine> Lines, int ExpiresInSeconds);

/// <summary>For whom.</summary>
/// <param name="OrderId">The order that gets what is held.</param>
internal sealed record ConversionBody(OrderId OrderId);
