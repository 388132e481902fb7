using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal static class ApprovalsEndpoints
{
    private const int MostAtOnce = 50;

    // What two people must agree to is looked at by itself.
    private const int MostTierAtOnce = 1;

    public static void Map(IEndpointRouteBuilder api)
    {
        var approvals = api.MapGroup("").WithTags("Refunds");
        approvals.MapGet("/approvals", List)
            .WithName("ListApprovals")
            .WithSummary("What people must decide about money, oldest first unless sorted by due or amount; mine=true for what the caller may decide")
            .ProducesRefusals();
        approvals.MapGet("/approvals/{id:guid}", Read)
            .WithName("GetApproval")
            .WithSummary("One approval and who answered")
            .ProducesRefusals(404);
        approvals.MapGet("/approvals/{id:guid}/facts", ReadFacts)
            .WithName("GetApprovalFacts")
            .WithSummary("What an approval rests on: how its amount and tier were computed, the goods, the history, and why the caller cannot decide")
            .ProducesRefusals(404);
        MapAction<ApproveBody>(approvals, "approve", "ApproveRefund", "Say yes to the refund that was read; above the second limit another person must, too, and both have just given their passwords", (id, body, seen) =>
            new DecideApproval(id, true, body.Comment, seen, body.Subject));
        MapAction<RejectBody>(approvals, "reject", "RejectRefund", "Say no to the refund that was read", (id, body, seen) => new DecideApproval(id, false, body.Comment, seen, body.Subject));
        MapAction<WordsBody>(approvals, "request-information", "RequestInformation", "Ask a question that must be answered first; it stays open and due", (id, body, seen) => new RequestInformation(id, body.Words, seen));
        MapAction<WordsBody>(approvals, "inform", "InformApproval", "Say what somebody wanted to know", (id, body, seen) => new InformApproval(id, body.Words, seen));
        MapAction<DelegateBody>(approvals, "delegate", "DelegateApproval", "Leave the answer to another person; neither may have a hand in the refund", (id, body, seen) => new DelegateApproval(id, body.To, body.Words, seen));
        MapAction<WithdrawBody>(approvals, "withdraw", "WithdrawApproval", "Take the question back: who asked for the refund, or finance", (id, body, seen) => new WithdrawApproval(id, body.Reason, seen));
        approvals.MapPost("/approvals:bulk-approve", BulkApprove)
            .WithName("BulkApproveRefunds")
            .WithSummary("Say yes to up to 50 that one person may decide, each by itself; a second call finds what the first one did")
            .ProducesRefusals();
    }

    private static void MapAction<TBody>(RouteGroupBuilder approvals, string verb, string name, string summary, Func<Guid, TBody, int, MediatR.IRequest<Result<ApprovalView>>> request) =>
        approvals.MapPost("/approvals/{id:guid}:" + verb, async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> (Guid id, TBody body, Door door, HttpContext http, CancellationToken ct) =>
            {
                // The framework does not know that a body of an open type is needed.
                _ = body ?? throw new BadHttpRequestException("The body is missing.");
                return Revision.TryReadIfMatch(http.Request, out var seen, out var problem) ? (await door.Run(request(id, body, seen), ct)).ToOk(http.Response, a => a.Revision) : problem;
            })
            .WithName(name)
            .WithSummary(summary)
            .TakesIdempotencyKey(required: false)
            .TakesIfMatch()
            .ProducesRefusals(404);

    private static async Task<Results<Ok<Page<ApprovalView>>, ProblemHttpResult>> List(
        [FromQuery] string? status, [FromQuery] int? tier, [FromQuery] bool? mine, [FromQuery] DateTimeOffset? dueBefore, [FromQuery] decimal? minAmount, [FromQuery] string? currency, [FromQuery] string? sort,
        [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        if (!TryReadMoney(minAmount, currency, out var least))
        {
            return Problems.Of(Refusal.Malformed("returns.amount", "minAmount is 0 or more and comes with a currency, like minAmount=500&currency=GBP."));
        }

        var rows = await door.Run(new ListApprovals(status, after, paging.Size + 1, tier, mine ?? false, dueBefore, least, sort), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, a => a.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ApprovalView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetApproval(id), ct)).ToOk(response, a => a.Revision);

    private static async Task<Results<Ok<ApprovalFacts>, ProblemHttpResult>> ReadFacts(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetApprovalFacts(id), ct)).ToOk(response, f => f.Approval.Revision);

    private static async Task<Results<Ok<BulkAnswer>, ProblemHttpResult>> BulkApprove(BulkApproveBody body, Door door, CancellationToken ct)
    {
        if (body.Items is not { Count: > 0 and <= MostAtOnce } items || items.Any(i => i is null) || items.DistinctBy(i => i.Id).Count() < items.Count)
        {
            return Problems.Of(Refusal.Malformed("returns.bulk", $"1 to {MostAtOnce} approvals, each once."));
        }

        var results = new List<BulkResult>();
        foreach (var item in items)
        {
            // Each in a transaction of its own: one no stops nobody else's yes.
            var answer = await door.Run(new DecideApproval(item.Id, true, body.Comment, item.Revision, item.Subject, MostTierAtOnce), ct);
            if (answer.Refusal is { Kind: RefusalKind.Forbidden or RefusalKind.Malformed } refusal)
            {
                return Problems.Of(refusal);
            }

            results.Add(answer.IsSuccess || await IsMyYes(item.Id, door, ct)
                ? new(item.Id, "approved", null, null)
                : new(item.Id, "refused", answer.Refusal.Code, answer.Refusal.Message));
        }

        return TypedResults.Ok(new BulkAnswer(results));
    }

    private static async Task<bool> IsMyYes(Guid id, Door door, CancellationToken ct) =>
        await door.Run(new GetApproval(id), ct) is { IsSuccess: true, Value: { Status: "approved", Tier: MostTierAtOnce, DecidedBy: [var by] } } && by == door.Caller.Actor;

    private static bool TryReadMoney(decimal? amount, string? currency, out Money? money)
    {
        money = null;
        if (amount is null)
        {
            return true;
        }

        if (!Money.IsCurrency(currency) || amount is < 0 or > 1_000_000_000)
        {
            return false;
        }

        money = new Money((long)(amount.Value * (decimal)Math.Pow(10, Money.Decimals(currency!))), currency!);
        return true;
    }
}

/// <summary>A yes.</summary>
/// <param name="Comment">At most 500 characters; null for none.</param>
/// <param name="Subject">The approval's <c>subject</c> as it was read: another one by now is refused with what changed. Null for no such check beside <c>If-Match</c>.</param>
internal sealed record ApproveBody(string? Comment = null, string? Subject = null);

/// <summary>A no.</summary>
/// <param name="Comment">1 to 500 characters.</param>
/// <param name="Subject">As for a yes.</param>
internal sealed record RejectBody(string Comment, string? Subject = null);

/// <summary>A question, or what answers one.</summary>
/// <param name="Words">1 to 500 characters.</param>
internal sealed record WordsBody(string Words);

/// <summary>Who answers instead.</summary>
/// <param name="To">The name of that person's account.</param>
/// <param name="Words">At most 500 characters; null for none.</param>
internal sealed record DelegateBody(string To, string? Words = null);

/// <summary>Why a question is taken back.</summary>
/// <param name="Reason">1 to 200 characters.</param>
internal sealed record WithdrawBody(string Reason);

/// <summary>Several yeses.</summary>
/// <param name="Items">1 to 50, each once.</param>
/// <param name="Comment">At most 500 characters, for each of them; null for none.</param>
internal sealed record BulkApproveBody(IReadOnlyList<BulkItem> Items, string? Comment = null);

/// <summary>One of several.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Revision">As it was read.</param>
/// <param name="Subject">As it was read; null for no such check beside the revision.</param>
internal sealed record BulkItem(Guid Id, int Revision, string? Subject = null);

/// <summary>What came of them, in their order.</summary>
/// <param name="Items">One for each.</param>
internal sealed record BulkAnswer(IReadOnlyList<BulkResult> Items);

/// <summary>What came of one.</summary>
/// <param name="Id">The approval.</param>
/// <param name="Result"><c>approved</c>, by this call or an earlier one of the same person, or <c>refused</c>.</param>
/// <param name="Code">The refusal's; null when it was approved.</param>
/// <param name="Message">For a person; null likewise.</param>
internal sealed record BulkResult(Guid Id, string Result, string? Code, string? Message);
