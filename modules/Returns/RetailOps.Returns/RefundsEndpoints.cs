using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class RefundsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var refunds = api.MapGroup("").WithTags("Refunds");
        refunds.MapPost("/refunds", Credit)
            .WithName("GrantSundryCredit")
            .WithSummary("Give a credit that belongs to no order; idempotent by its own key as well as by the header's")
            .TakesIdempotencyKey();
        refunds.MapGet("/refunds/{id:guid}", Read)
            .WithName("GetRefund")
            .WithSummary("One refund and how far it has come")
            .ProducesRefusals(404);
    }

    private static async Task<Results<Created<RefundView>, ProblemHttpResult>> Credit(GrantSundryCredit body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(r => $"/api/v1/refunds/{r.Id}");

    private static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetRefund(id), ct)).ToOk(response, r => r.Revision);
}
