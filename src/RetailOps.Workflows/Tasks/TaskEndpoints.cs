using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>The answer of a task.</summary>
/// <param name="Outcome">One of its outcomes.</param>
/// <param name="Answer">More that the workflow wants to know; at most 64 KB.</param>
internal sealed record TaskAnswer(string Outcome, JsonElement? Answer = null);

internal static class TaskEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var tasks = api.MapGroup("/tasks").WithTags("Tasks");
        tasks.MapGet("/", List).WithName("ListTasks").WithSummary("What people should do, oldest first; open and claimed ones unless a status is asked for; mine=true for what the caller may do").ProducesRefusals();
        tasks.MapGet("/{id:guid}", Read).WithName("GetTask").WithSummary("One task").ProducesRefusals(404);
        tasks.MapPost("/{id:guid}:claim", Claim).WithName("ClaimTask").WithSummary("Take it, so that nobody else does it").ProducesRefusals(404, 409, 422);
        tasks.MapPost("/{id:guid}:complete", Complete).WithName("CompleteTask").WithSummary("Give its answer; the workflow goes on").ProducesRefusals(404, 409, 422);
    }

    private static async Task<Results<Ok<Page<TaskView>>, ProblemHttpResult>> List(
        [FromQuery] string? status, [FromQuery] string? kind, [FromQuery] string? key, [FromQuery] bool? mine, [FromQuery] bool? overdue, [FromQuery] string? sort, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListTasks(status, kind, key, after, paging.Size + 1, mine ?? false, overdue ?? false, sort), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, t => t.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetTask(id), ct)).ToOk(response, t => t.Revision);

    private static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Claim(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new ClaimTask(id), ct)).ToOk(response, t => t.Revision);

    private static async Task<Results<Ok<TaskView>, ProblemHttpResult>> Complete(Guid id, TaskAnswer body, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new CompleteTask(id, body.Outcome, body.Answer), ct)).ToOk(response, t => t.Revision);
}
