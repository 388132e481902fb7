using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class CustomersEndpoints
{
    // Who is meant stands in the body: addresses are logged, by us and on the way.
    public static void Map(IEndpointRouteBuilder api)
    {
        api.MapPost("/customers:erase", Erase)
            .WithTags("Customers")
            .WithName("EraseCustomer")
            .WithSummary("Erase what is known of a customer, for good; orders and money stay without it")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404, 409);

        // No idempotency key: the answer, which would be kept for it, is the personal data itself.
        api.MapPost("/customers:export", Export)
            .WithTags("Customers")
            .WithName("ExportCustomer")
            .WithSummary("All that is known of a customer, by order; that it was read is recorded")
            .ProducesRefusals();
    }

    private static async Task<Results<Ok<ErasedCustomer>, ProblemHttpResult>> Erase(EraseBody body, Door door, CancellationToken ct) =>
        (await door.Run(new EraseCustomer(body.Channel, body.CustomerId, body.OrderId is { } id ? new(id) : null), ct)).ToOk();

    private static async Task<Results<Ok<Page<CustomerOrder>>, ProblemHttpResult>> Export(ExportBody body, Door door, CancellationToken ct)
    {
        var size = Math.Clamp(body.Limit ?? Paging.Usual, 1, Paging.Most);
        var found = await door.Run(
            new ExportCustomer(body.Channel, body.CustomerId, body.OrderId is { } id ? new(id) : null, body.Email, body.After is { } after ? new(after) : null, size + 1), ct);
        return found.IsSuccess ? TypedResults.Ok(Page.Of(found.Value, size, o => o.OrderId.ToString())) : Problems.Of(found.Refusal);
    }
}

/// <summary>Whom to erase: channel and customer id, or one order.</summary>
/// <param name="Channel">Where the customer has the number.</param>
/// <param name="CustomerId">The channel's number of the customer.</param>
/// <param name="OrderId">One order instead, of a guest.</param>
internal sealed record EraseBody(string? Channel = null, string? CustomerId = null, Guid? OrderId = null);

/// <summary>Whose data to read: channel and customer id, one order, or an email address.</summary>
/// <param name="Channel">Where the customer has the number.</param>
/// <param name="CustomerId">The channel's number of the customer.</param>
/// <param name="OrderId">One order instead.</param>
/// <param name="Email">An address instead, whatever its case.</param>
/// <param name="After">The <c>next</c> of the page before; left out for the first page.</param>
/// <param name="Limit">How many orders at most, 1 to 500.</param>
internal sealed record ExportBody(string? Channel = null, string? CustomerId = null, Guid? OrderId = null, string? Email = null, Guid? After = null, int? Limit = null);
