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
        refunds.MapGet("/approvals", List)
            .WithName("ListApprovals")
            .WithSummary("What people must decide about money, oldest first")
            .ProducesRefusals();
        refunds.MapGet("/approvals/{id:guid}", ReadApproval)
            .WithName("GetApproval")
            .WithSummary("One approval and who answered")
            .ProducesRefusals(404);
        refunds.MapPost("/approvals/{id:guid}:approve", Approve)
            .WithName("ApproveRefund")
            .WithSummary("Say yes to the refund that was read; above the second limit another person must, too")
            .TakesIdempotencyKey(required: false)
            .TakesIfMatch()
            .ProducesRefusals(404);
        refunds.MapPost("/approvals/{id:guid}:reject", Reject)
            .WithName("RejectRefund")
            .WithSummary("Say no to the refund that was read")
            .TakesIdempotencyKey(required: false)
            .TakesIfMatch()
            .ProducesRefusals(404);
    }

    private static async Task<Results<Created<RefundView>, ProblemHttpResult>> Credit(GrantSundryCredit body, Door door, CancellationToken ct) =>
        (await door.Run(body, ct)).ToCreated(r => $"/api/v1/refunds/{r.Id}");

    private static async Task<Results<Ok<RefundView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetRefund(id), ct)).ToOk(response, r => r.Revision);

    private static async Task<Results<Ok<Page<ApprovalView>>, ProblemHttpResult>> List(string? status, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListApprovals(status, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, a => a.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> ReadApproval(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetApproval(id), ct)).ToOk(response, a => a.Revision);

    private static Task<Results<Ok<ApprovalView>, ProblemHttpResult>> Approve(Guid id, ApproveBody body, Door door, HttpContext http, CancellationToken ct) =>
        Decide(id, true, body.Comment, door, http, ct);

    private static Task<Results<Ok<ApprovalView>, ProblemHttpResult>> Reject(Guid id, RejectBody body, Door door, HttpContext http, CancellationToken ct) =>
        Decide(id, false, body.Comment, door, http, ct);

    private static async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> Decide(Guid id, bool approve, string? comment, Door door, HttpContext http, CancellationToken ct) =>
        Revision.TryReadIfMatch(http.Request, out var revision, out var problem)
            ? (await door.Run(new DecideApproval(id, approve, comment, revision), ct)).ToOk(http.Response, a => a.Revision)
            : problem;
}

/// <summary>A yes.</summary>
/// <param name="Comment">At most 500 characters; null for none.</param>
internal sealed record ApproveBody(string? Comment = null);

/// <summary>A no.</summary>
/// <param name="Comment">1 to 500 characters.</param>
internal sealed record RejectBody(string Comment);
