using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>Which instances are meant.</summary>
internal sealed record BulkAsked(IReadOnlyList<string>? Ids = null, string? DefinitionId = null, string? DefinitionVersionId = null, string? VersionOptions = null);

internal sealed record TaskResult(JsonElement? Result = null);

internal sealed record EventAsked(string? CorrelationId = null, string? WorkflowInstanceId = null, string? ActivityInstanceId = null, JsonElement? Input = null);

internal sealed record RetryOfInstances(IReadOnlyList<string>? WorkflowInstanceIds = null, IReadOnlyList<string>? ActivityIds = null);

internal sealed record VariablesAsked(IReadOnlyList<VariableValue>? Variables = null);

/// <summary>Elsa's API about instances: ending them, waking them, and what they know.</summary>
internal static class ChangeEndpoints
{
    /// <summary>How long a delete waits for the end of what it has cancelled. Machine time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private static readonly string[] OneWithoutTheOther = ["VersionOptions and DefinitionId should either both be empty or both be not empty"];

    public static void Map(IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/cancel/workflow-instances/{id}", Cancel);
        elsa.MapPost("/bulk-actions/cancel/workflow-instances", CancelMany);
        elsa.MapDelete("/workflow-instances/{id}", Delete);
        elsa.MapPost("/bulk-actions/delete/workflow-instances/by-id", DeleteMany);
        elsa.MapPost("/workflow-instances/{id}/variables", SetVariables);
        elsa.MapPost("/tasks/{taskId}/complete", Complete);
        elsa.MapPost("/events/{eventName}/trigger", Trigger);
        elsa.MapPost("/alterations/workflows/retry", Retry);
    }

    /// <summary>For who holds a link, without an account; not in the group that asks who is calling.</summary>
    public static void MapLinks(IEndpointRouteBuilder app)
    {
        app.MapGet("/elsa/api/bookmarks/resume", Resume).WithMetadata(new TrafficKind(TrafficClass.Open)).ExcludeFromDescription();
        app.MapPost("/elsa/api/bookmarks/resume", Resume).WithMetadata(new TrafficKind(TrafficClass.Open)).ExcludeFromDescription();
    }

    private static async Task<IResult> Cancel(string id, Door door, CancellationToken ct) => Guid.TryParse(id, out var instance)
        ? ElsaAnswers.Of(await door.Run(new CancelInstance(instance), ct), _ => Results.Ok())
        : InstanceEndpoints.Unknown();

    /// <summary>By ids, or all living ones of a definition; those that may not be ended are left alone and not counted.</summary>
    private static async Task<IResult> CancelMany(HttpRequest request, Door door, CancellationToken ct)
    {
        if (await ElsaAnswers.Read<BulkAsked>(request, ct) is not { } asked)
        {
            return InstanceEndpoints.Unreadable();
        }

        if (string.IsNullOrEmpty(asked.DefinitionId) != string.IsNullOrEmpty(asked.VersionOptions))
        {
            return TypedResults.Json(
                new
                {
                    statusCode = 400,
                    message = "One or more errors occurred!",
                    errors = new { versionOptions = OneWithoutTheOther },
                },
                ElsaJson.Options,
                statusCode: StatusCodes.Status400BadRequest);
        }

        var ids = Ids(asked.Ids);
        if (ids.Count == 0 && !string.IsNullOrEmpty(asked.DefinitionId))
        {
            var found = await door.Run(new FindInstances(new() { DefinitionId = asked.DefinitionId, Status = "Running", PageSize = InstanceList.MostOnPage }), ct);
            if (!found.IsSuccess)
            {
                return ElsaAnswers.Of(found.Refusal);
            }

            ids = [.. found.Value.Items.Select(i => i.Id)];
        }

        var cancelled = 0;
        foreach (var id in ids)
        {
            var result = await door.Run(new CancelInstance(id), ct);
            if (!result.IsSuccess && result.Refusal.Kind is RefusalKind.Forbidden && ids.Count == 1)
            {
                return ElsaAnswers.Of(result.Refusal);
            }

            cancelled += result.IsSuccess ? 1 : 0;
        }

        return ElsaAnswers.Ok(new { cancelledCount = cancelled });
    }

    /// <summary>A living one is cancelled first, as in the original, unless it is under change control.</summary>
    private static async Task<IResult> Delete(string id, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var instance))
        {
            return InstanceEndpoints.Unknown();
        }

        var began = TimeProvider.System.GetTimestamp();
        var pause = 10;
        for (var isCancelled = false; ;)
        {
            var result = await door.Run(new DeleteInstances([instance]), ct);
            switch (result)
            {
                case { IsSuccess: false }:
                    return ElsaAnswers.Of(result.Refusal);
                case { Value.Deleted.Count: 1 }:
                    return Results.NoContent();
                case { Value.Governed.Count: 1 }:
                    return ElsaAnswers.Of(InstanceRefusals.Governed());
                case { Value: { Living.Count: 0, Awaited.Count: 0 } }:
                    return InstanceEndpoints.Unknown();
                case { Value.Living.Count: 1 } when !isCancelled:
                    isCancelled = (await door.Run(new CancelInstance(instance), ct)).IsSuccess;
                    break;
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                return ElsaAnswers.Errors(StatusCodes.Status409Conflict, "The instance has not ended yet; it is being cancelled. Delete it again in a moment.", "workflows.still-living");
            }

            // Its burst may be another host's: looked for less and less often, as long as patience lasts.
            await Task.Delay(pause, ct);
            pause = Math.Min(pause * 2, 200);
        }
    }

    private static async Task<IResult> DeleteMany(HttpRequest request, Door door, CancellationToken ct) => await ElsaAnswers.Read<BulkAsked>(request, ct) is { } asked
        ? ElsaAnswers.Of(await door.Run(new DeleteInstances(Ids(asked.Ids)), ct), result => ElsaAnswers.Ok(new { deleted = result.Deleted.Count }))
        : InstanceEndpoints.Unreadable();

    private static async Task<IResult> SetVariables(string id, HttpRequest request, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var instance))
        {
            return InstanceEndpoints.Unknown();
        }

        if (await ElsaAnswers.Read<VariablesAsked>(request, ct) is not { Variables: { } variables })
        {
            return InstanceEndpoints.Unreadable();
        }

        var set = await door.Run(new SetVariables(instance, variables), ct);
        return set.IsSuccess
            ? ElsaAnswers.Of(await door.Run(new ReadInstance(instance), ct), i => ElsaAnswers.Items(ElsaState.Variables(i)))
            : ElsaAnswers.Of(set.Refusal);
    }

    /// <summary>The result is the outcome, or an object with <c>outcome</c> and <c>answer</c>. Nobody who waits is a 404: an answer must not vanish.</summary>
    private static async Task<IResult> Complete(string taskId, HttpRequest request, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(taskId, out var task))
        {
            return InstanceEndpoints.Unknown();
        }

        if (await ElsaAnswers.Read<TaskResult>(request, ct) is not { } said)
        {
            return InstanceEndpoints.Unreadable();
        }

        var outcome = said.Result switch
        {
            { ValueKind: JsonValueKind.String } word => word.GetString(),
            { ValueKind: JsonValueKind.Object } answer => answer.Text("outcome"),
            _ => null,
        };
        var completed = await door.Run(new CompleteTask(task, outcome ?? "Done", said.Result?.Member("answer")), ct);
        return completed is { IsSuccess: false, Refusal.Kind: RefusalKind.NotFound }
            ? ElsaAnswers.Of(await door.Run(new CompleteRunTask(task, said.Result), ct), _ => Results.Ok())
            : ElsaAnswers.Of(completed, _ => Results.Ok());
    }

    private static async Task<IResult> Trigger(string eventName, HttpRequest request, Door door, CancellationToken ct)
    {
        var asked = request.ContentLength == 0 ? new EventAsked() : await ElsaAnswers.Read<EventAsked>(request, ct);
        if (asked is null)
        {
            return InstanceEndpoints.Unreadable();
        }

        var instance = Guid.TryParse(asked.WorkflowInstanceId, out var id) ? id : (Guid?)null;
        return ElsaAnswers.Of(await door.Run(new TriggerEvent(eventName, asked.CorrelationId, instance, asked.Input), ct), _ => Results.Ok());
    }

    /// <summary>Failed steps of some instances are tried again: all of them, or those of some activities.</summary>
    private static async Task<IResult> Retry(HttpRequest request, Door door, CancellationToken ct)
    {
        if (await ElsaAnswers.Read<RetryOfInstances>(request, ct) is not { WorkflowInstanceIds.Count: > 0 } asked)
        {
            return InstanceEndpoints.Unreadable();
        }

        var filter = new IncidentFilter(Instances: Ids(asked.WorkflowInstanceIds), Activities: asked.ActivityIds is { Count: > 0 } ? asked.ActivityIds : null);
        return ElsaAnswers.Of(await door.Run(new RetryIncidents(filter, false), ct), retried => ElsaAnswers.Ok(new { retriedCount = retried.Count }));
    }

    private static async Task<IResult> Resume(HttpRequest request, RequestRunner runner, CancellationToken ct)
    {
        var input = HttpMethods.IsPost(request.Method) && request.ContentLength is not (null or 0) ? await ElsaAnswers.Read<JsonDocument>(request, ct) : null;
        var given = input?.RootElement.Member("input") ?? input?.RootElement;
        return ElsaAnswers.Of(await runner.Run(new Caller.System("resume-link"), new FollowResumeLink(request.Query["t"].ToString(), given), null, ct), _ => Results.Ok());
    }

    private static List<Guid> Ids(IReadOnlyList<string>? ids) => [.. (ids ?? []).Select(i => Guid.TryParse(i, out var id) ? id : Guid.Empty).Where(i => i != Guid.Empty).Distinct()];
}
