using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace RetailOps.Platform;

internal static class AuditEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var audit = api.MapGroup("/audit").WithTags("Audit");
        audit.MapGet("/", Read).WithName("ReadAudit").WithSummary("Who did what, when and why: by object, by actor, by time").ProducesRefusals();
        audit.MapGet("/chain", Chain).WithName("GetAuditChain").WithSummary("Where the chain over the events has come to").ProducesRefusals();
    }

    private static async Task<Results<Ok<Page<AuditEntry>>, ProblemHttpResult>> Read(
        [FromQuery(Name = "object")] string? about, string? actor, DateTimeOffset? from, DateTimeOffset? to, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ReadAudit(about, actor, from, to, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, e => e.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<AuditChainState>, ProblemHttpResult>> Chain(Door door, CancellationToken ct) => (await door.Run(new GetAuditChain(), ct)).ToOk();
}
