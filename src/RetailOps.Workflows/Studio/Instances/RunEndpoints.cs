using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>A start as the designer sends it.</summary>
/// <param name="Count">How many, of a bulk.</param>
internal sealed record StartAsked(string? CorrelationId = null, string? TriggerActivityId = null, string? VersionOptions = null, JsonElement? Input = null, int? Count = null);

internal sealed record VersionHandle(string? DefinitionVersionId = null);

internal sealed record ActivityHandle(string? ActivityId = null);

/// <summary>A test as the designer sends it.</summary>
internal sealed record TestAsked(VersionHandle? WorkflowDefinitionHandle = null, ActivityHandle? ActivityHandle = null);

/// <summary>Elsa's API about running definitions.</summary>
internal static class RunEndpoints
{
    /// <summary>Most instances that one call starts.</summary>
    private const int MostAtOnce = 1_000;

    private const string IdHeader = "x-elsa-workflow-instance-id";

    /// <summary>How long the answer waits for the first burst. Machine time.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Map(IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/workflow-definitions/{definitionId}/execute", ExecuteByBody).WithMetadata(new TrafficKind(TrafficClass.Open));
        elsa.MapGet("/workflow-definitions/{definitionId}/execute", ExecuteByQuery).WithMetadata(new TrafficKind(TrafficClass.Open));
        elsa.MapPost("/workflow-definitions/{definitionId}/dispatch", Dispatch);
        elsa.MapPost("/workflow-definitions/{definitionId}/bulk-dispatch", DispatchMany);
        elsa.MapPost("/tests/activities", Test).WithMetadata(new TrafficKind(TrafficClass.Open));
    }

    private static async Task<IResult> ExecuteByBody(string definitionId, HttpRequest request, Door door, CancellationToken ct) =>
        await Asked(request, ct) is { } asked ? await Execute(definitionId, asked, request.HttpContext.Response, door, ct) : InstanceEndpoints.Unreadable();

    private static Task<IResult> ExecuteByQuery(string definitionId, HttpRequest request, Door door, CancellationToken ct)
    {
        var query = request.Query;
        var asked = new StartAsked(query["correlationId"], query["triggerActivityId"], query["versionOptions"], Json(query["input"].ToString()));
        return Execute(definitionId, asked, request.HttpContext.Response, door, ct);
    }

    private static async Task<IResult> Execute(string definitionId, StartAsked asked, HttpResponse response, Door door, CancellationToken ct)
    {
        var started = await door.Run(Of(definitionId, asked), ct);
        if (!started.IsSuccess)
        {
            return ElsaAnswers.Of(started.Refusal);
        }

        var (id, key, isDry) = (started.Value.Id, started.Value.Key, started.Value.IsDry);
        response.Headers[IdHeader] = id.ToString();
        response.Headers.AccessControlExposeHeaders = IdHeader;
        switch (isDry ? StartFate.Lives : await Fate(id, key, door, ct))
        {
            case StartFate.Lives:
                return ElsaAnswers.Of(await door.Run(new ReadInstance(id), ct), i => ElsaAnswers.Ok(new { workflowState = ElsaState.Of(i), dryRun = i.Dry is null ? null : Json(i.Dry) }));
            case StartFate.Refused:
                return ElsaAnswers.Of(InstanceRefusals.Lives());
            case StartFate.Dead:
                return ElsaAnswers.Errors(StatusCodes.Status409Conflict, "Nobody could run the start; an operator finds it among the dead stimuli.", "workflows.dead-start");
            default:
                // It is stored and will run; whoever asks for the instance later finds it.
                return ElsaAnswers.Ok(new { workflowState = new { id, definitionId, correlationId = asked.CorrelationId, status = "Running", subStatus = "Pending" } });
        }
    }

    private static async Task<IResult> Dispatch(string definitionId, HttpRequest request, Door door, CancellationToken ct) => await Asked(request, ct) is { } asked
        ? ElsaAnswers.Of(await door.Run(Of(definitionId, asked), ct), started => ElsaAnswers.Ok(new { workflowInstanceId = started.Id }))
        : InstanceEndpoints.Unreadable();

    /// <summary>All of them, or none when the first is refused; a later one that is refused ends the list.</summary>
    private static async Task<IResult> DispatchMany(string definitionId, HttpRequest request, Door door, CancellationToken ct)
    {
        if (await Asked(request, ct) is not { } asked || asked.Count is < 1 or > MostAtOnce)
        {
            return InstanceEndpoints.Unreadable();
        }

        var ids = new List<Guid>();
        for (var i = 0; i < (asked.Count ?? 1); i++)
        {
            var started = await door.Run(Of(definitionId, asked), ct);
            if (!started.IsSuccess)
            {
                return ids.Count == 0 ? ElsaAnswers.Of(started.Refusal) : ElsaAnswers.Ok(new { workflowInstanceIds = ids });
            }

            ids.Add(started.Value.Id);
        }

        return ElsaAnswers.Ok(new { workflowInstanceIds = ids });
    }

    private static async Task<IResult> Test(HttpRequest request, Door door, CancellationToken ct)
    {
        if (await ElsaAnswers.Read<TestAsked>(request, ct) is not { WorkflowDefinitionHandle.DefinitionVersionId: { } version, ActivityHandle.ActivityId: { } activity })
        {
            return InstanceEndpoints.Unreadable();
        }

        return ElsaAnswers.Of(await door.Run(new TestActivity(version, activity), ct), tried =>
        {
            var data = tried.Data is null ? null : Json(tried.Data);
            return ElsaAnswers.Ok(new
            {
                activityState = data?.Member("state") ?? Json("{}"),
                outputs = data?.Member("outputs") ?? Json("{}"),
                payload = tried.Outcomes is null or "Done" ? Json("{}") : JsonSerializer.SerializeToElement(new { Outcomes = tried.Outcomes.Split(", ") }),
                exception = tried.Error is { } error ? new { type = tried.ErrorClass, message = error } : null,
                status = tried.Status,
            });
        });
    }

    /// <summary>Waits for the first burst: at first often, it is mostly a matter of milliseconds.</summary>
    private static async Task<StartFate> Fate(Guid id, string key, Door door, CancellationToken ct)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var pause = 5; ; pause = Math.Min(pause * 2, 100))
        {
            var fate = (await door.Run(new LookAtStart(id, key), ct)).Value;
            if (fate is not StartFate.Waits || TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                return fate;
            }

            await Task.Delay(pause, ct);
        }
    }

    private static StartInstance Of(string definitionId, StartAsked asked) => new(Guid.CreateVersion7(), definitionId, asked.VersionOptions, asked.CorrelationId, asked.TriggerActivityId, asked.Input);

    private static async Task<StartAsked?> Asked(HttpRequest request, CancellationToken ct) =>
        request.ContentLength is 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count == 0) ? new StartAsked() : await ElsaAnswers.Read<StartAsked>(request, ct);

    private static JsonElement? Json(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonElement.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
