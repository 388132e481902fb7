using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Which instances to cancel.</summary>
/// <param name="Ids">1 to 200.</param>
/// <param name="DryRun">True says what would happen, and does nothing.</param>
/// <param name="Compensate">True takes back first, newest first, what steps did, also of the children that are waited for; where a definition does not compensate, nothing is.</param>
internal sealed record CancelAsked(IReadOnlyList<Guid> Ids, bool DryRun = false, bool Compensate = false);

/// <summary>How to cancel one instance.</summary>
/// <param name="DryRun">True says what would happen, and does nothing.</param>
/// <param name="Compensate">True takes back first, newest first, what steps did, also of the children that are waited for; where the definition does not compensate, nothing is.</param>
internal sealed record CancelOneAsked(bool DryRun = false, bool Compensate = false);

/// <summary>Which incidents to try again; all conditions together.</summary>
/// <param name="Ids">At most 1,000; null for all open ones.</param>
/// <param name="Definition">Of this definition's instances.</param>
/// <param name="Error">Of this error class.</param>
/// <param name="ActivityType">Of this kind of step.</param>
/// <param name="DryRun">True says which, and does nothing.</param>
internal sealed record RetryAsked(IReadOnlyList<Guid>? Ids = null, string? Definition = null, string? Error = null, string? ActivityType = null, bool DryRun = false);

/// <summary>How a failed step is to be taken for done.</summary>
/// <param name="Outcome">One of its outcomes.</param>
/// <param name="Outputs">Values by the names of its outputs.</param>
internal sealed record SkipAsked(string Outcome, JsonElement? Outputs = null);

/// <summary>What was tried again, or would be.</summary>
internal sealed record RetriedIncidents(int Count, IReadOnlyList<Guid> Ids);

/// <summary>What was cancelled, or would be.</summary>
internal sealed record CancelledInstances(int Count, IReadOnlyList<CancelledInstance> Instances);

/// <summary>How long a link is to live.</summary>
/// <param name="Hours">1 to 720.</param>
internal sealed record LinkAsked(int Hours = 24);

/// <summary>A link for somebody without an account.</summary>
/// <param name="Path">Below this host's address; whoever opens it meets the wait, once.</param>
internal sealed record LinkView(string Path, DateTimeOffset ExpiresAt);

/// <summary>The engine's operations: instances and what is wrong with them.</summary>
internal static class OperationEndpoints
{
    public static void Map(IEndpointRouteBuilder workflows)
    {
        workflows.MapGet("/instances", Instances).WithName("ListInstances").WithSummary("Instances, newest first").ProducesRefusals();
        workflows.MapGet("/instances/{id:guid}", Instance).WithName("GetInstance").WithSummary("One instance with its waits, incidents and journal").ProducesRefusals(404);
        workflows.MapPost("/instances:cancel", CancelMany).WithName("CancelInstances").WithSummary("End several for good, undoing their steps or not, or say what that would end, undo and leave behind").ProducesRefusals();
        workflows.MapPost("/instances/{id:guid}:cancel", CancelOne).WithName("CancelInstance").WithSummary("End it for good, with its tasks and the children it waits for, undoing their steps or not; or say what that would end, undo and leave behind").ProducesRefusals(404);
        workflows.MapPost("/instances/{id:guid}/waits/{wait:guid}:link", Link).WithName("MakeResumeLink").WithSummary("A signed link by which somebody without an account meets this wait").ProducesRefusals(404, 422);
        workflows.MapGet("/incidents", Incidents).WithName("ListIncidents").WithSummary("Open incidents, oldest first").ProducesRefusals();
        workflows.MapPost("/incidents:retry", RetryMany).WithName("RetryIncidents").WithSummary("Try failed steps again, or say which that would be").ProducesRefusals();
        workflows.MapPost("/incidents/{id:guid}:retry", Retry).WithName("RetryIncident").WithSummary("Try one failed step again").ProducesRefusals(404);
        workflows.MapPost("/incidents/{id:guid}:skip", Skip).WithName("SkipIncident").WithSummary("Take a failed step for done, by an outcome and with outputs of your choice").ProducesRefusals(404, 422);
        workflows.MapGet("/stuck", Stuck).WithName("ListStuckInstances").WithSummary("Instances that nothing can wake").ProducesRefusals();
        workflows.MapGet("/backlog", Backlog).WithName("GetBacklog").WithSummary("What waits for the engine, by lane, and for how long").ProducesRefusals();
    }

    private static async Task<Results<Ok<Page<InstanceSummary>>, ProblemHttpResult>> Instances(
        [FromQuery] string? definition, [FromQuery] string? status, [FromQuery] string? subStatus, [FromQuery] string? correlationId, [FromQuery] bool? hasIncidents,
        [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var filter = new InstanceFilter { DefinitionId = definition, Status = status, SubStatus = subStatus, CorrelationId = correlationId, HasIncidents = hasIncidents };
        var rows = await door.Run(new ListInstances(filter, after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, i => i.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<InstanceView>, ProblemHttpResult>> Instance(Guid id, Door door, CancellationToken ct) => (await door.Run(new GetInstance(id), ct)).ToOk();

    private static async Task<Results<Ok<CancelledInstances>, ProblemHttpResult>> CancelMany(CancelAsked body, Door door, CancellationToken ct)
    {
        var result = await door.Run(new CancelInstances(body.Ids, body.DryRun, body.Compensate), ct);
        return result.IsSuccess ? TypedResults.Ok(new CancelledInstances(result.Value.Count, result.Value)) : Problems.Of(result.Refusal);
    }

    /// <summary>204 when it is being cancelled; 200 and what that would come to when nothing is to be done.</summary>
    private static async Task<Results<Ok<CancelledInstance>, NoContent, ProblemHttpResult>> CancelOne(Guid id, CancelOneAsked? body, Door door, CancellationToken ct)
    {
        if (body?.DryRun != true)
        {
            var cancelled = await door.Run(new CancelInstance(id, body?.Compensate == true), ct);
            return cancelled.IsSuccess ? TypedResults.NoContent() : Problems.Of(cancelled.Refusal);
        }

        var preview = await door.Run(new CancelInstances([id], DryRun: true, body.Compensate), ct);
        return preview switch
        {
            { IsSuccess: false } => Problems.Of(preview.Refusal),
            { Value: [var one] } => TypedResults.Ok(one),
            _ => Problems.Of(CancelInstanceHandler.Ended()),
        };
    }

    private static async Task<Results<Ok<LinkView>, ProblemHttpResult>> Link(Guid id, Guid wait, LinkAsked body, Door door, CancellationToken ct)
    {
        var link = await door.Run(new MakeResumeLink(id, wait, TimeSpan.FromHours(body.Hours)), ct);
        return link.IsSuccess ? TypedResults.Ok(new LinkView("/elsa/api/bookmarks/resume?t=" + Uri.EscapeDataString(link.Value.Token), link.Value.Expires)) : Problems.Of(link.Refusal);
    }

    private static async Task<Results<Ok<Page<IncidentView>>, ProblemHttpResult>> Incidents(
        [FromQuery] string? definition, [FromQuery] string? error, [FromQuery] string? activityType, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListIncidents(new(null, definition, error, activityType), after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, i => i.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<RetriedIncidents>, ProblemHttpResult>> RetryMany(RetryAsked body, Door door, CancellationToken ct)
    {
        var result = await door.Run(new RetryIncidents(new(body.Ids, body.Definition, body.Error, body.ActivityType), body.DryRun), ct);
        return result.IsSuccess ? TypedResults.Ok(new RetriedIncidents(result.Value.Count, result.Value)) : Problems.Of(result.Refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Retry(Guid id, Door door, CancellationToken ct)
    {
        var result = await door.Run(new RetryIncidents(new([id]), false), ct);
        return result is { IsSuccess: true, Value.Count: 0 } ? Problems.Of(IncidentTable.Unknown()) : result.ToNoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Skip(Guid id, SkipAsked body, Door door, CancellationToken ct) =>
        (await door.Run(new SkipIncident(id, body.Outcome, body.Outputs), ct)).ToNoContent();

    private static async Task<Results<Ok<Page<StuckInstance>>, ProblemHttpResult>> Stuck([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListStuck(after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, i => i.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<BacklogView>, ProblemHttpResult>> Backlog(Door door, CancellationToken ct) => (await door.Run(new GetBacklog(), ct)).ToOk();
}
