using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class ReturnsEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var returns = api.MapGroup("/returns").WithTags("Returns");
        returns.MapPost("/", Request)
            .WithName("RequestReturn")
            .WithSummary("Ask to send goods back; authorised at once when the policy permits, blind without an order")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        returns.MapGet("/", List)
            .WithName("ListReturns")
            .WithSummary("Returns, oldest first")
            .ProducesRefusals();
        returns.MapGet("/{id:guid}", Read)
            .WithName("GetReturn")
            .WithSummary("One return, its lines and its refunds")
            .ProducesRefusals(404);
        returns.MapPost("/{id:guid}:authorise", Authorise)
            .WithName("AuthoriseReturn")
            .WithSummary("Permit or refuse a return that waits for a person")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        returns.MapPost("/{id:guid}:cancel", Cancel)
            .WithName("CancelReturn")
            .WithSummary("Give up a return whose goods have not come")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        returns.MapPost("/{id:guid}:receive", Receive)
            .WithName("ReceiveReturn")
            .WithSummary("Take goods of a return into quarantine; idempotent by receipt")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        returns.MapPost("/{id:guid}/lines/{lineId:int}:inspect", Inspect)
            .WithName("InspectReturnLine")
            .WithSummary("Say what came of a line")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
        returns.MapPost("/{id:guid}/lines/{lineId:int}:dispose", Dispose)
            .WithName("DisposeReturnLine")
            .WithSummary("Say where the goods of a line go; the last one makes the money decidable")
            .TakesIdempotencyKey(required: false)
            .ProducesRefusals(404);
    }

    private static async Task<Results<Created<ReturnView>, ProblemHttpResult>> Request(RequestReturn body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(r => $"/api/v1/returns/{r.Id}");

    private static async Task<Results<Ok<Page<ReturnView>>, ProblemHttpResult>> List(Guid? orderId, string? status, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListReturns(orderId is { } order ? new OrderId(order) : null, status, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, r => r.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetReturn(id), ct)).ToOk(response, r => r.Revision);

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Authorise(Guid id, AuthoriseBody body, Door door, CancellationToken ct) =>
        (await door.Run(new AuthoriseReturn(id, body.Permit, body.Reason), ct)).ToOk();

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Cancel(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new CancelReturn(id), ct)).ToOk();

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Receive(Guid id, ReceiveBody body, Door door, CancellationToken ct) =>
        (await door.Run(new ReceiveReturn(id, body.ReceiptId, body.Node, body.Lines), ct)).ToOk();

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Inspect(Guid id, int lineId, InspectBody body, Door door, CancellationToken ct) =>
        (await door.Run(new InspectReturnLine(id, lineId, body.Grade, body.Note), ct)).ToOk();

    private static async Task<Results<Ok<ReturnView>, ProblemHttpResult>> Dispose(Guid id, int lineId, DisposeBody body, Door door, CancellationToken ct) =>
        (await door.Run(new DisposeReturnLine(id, lineId, body.Disposition), ct)).ToOk();
}

/// <summary>The answer to a return that waits for a person.</summary>
/// <param name="Permit">Whether it is permitted.</param>
/// <param name="Reason">1 to 200 characters.</param>
internal sealed record AuthoriseBody(bool Permit, string Reason);

/// <summary>Goods of a return that came in.</summary>
/// <param name="ReceiptId">This arrival, made by the caller; a second call with it answers as the first.</param>
/// <param name="Node">Where.</param>
/// <param name="Lines">What came; null for all that was announced.</param>
internal sealed record ReceiveBody(Guid ReceiptId, string Node, IReadOnlyList<ReceivedUnits>? Lines = null);

/// <summary>What inspection found.</summary>
/// <param name="Grade"><c>new</c>, <c>opened</c>, <c>used</c>, <c>damaged</c> or <c>wrong-item</c>.</param>
/// <param name="Note">At most 500 characters; null for none.</param>
internal sealed record InspectBody(string Grade, string? Note = null);

/// <summary>Where goods go.</summary>
/// <param name="Disposition"><c>restock</c>, <c>refurbish</c>, <c>liquidate</c>, <c>scrap</c> or <c>vendor</c>.</param>
internal sealed record DisposeBody(string Disposition);
