using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>Which badges the designer wants.</summary>
internal sealed record ReportAsked(string? WorkflowInstanceId = null, IReadOnlyList<string>? ActivityNodeIds = null);

/// <summary>Elsa's API about executions of activities, which the journal tells.</summary>
internal static class ActivityExecutionEndpoints
{
    public static void Map(IEndpointRouteBuilder elsa)
    {
        elsa.MapGet("/activity-executions/list", (HttpRequest request, Door door, CancellationToken ct) => List(request, door, ElsaExecutions.Record, ct));
        elsa.MapGet("/activity-execution-summaries/list", (HttpRequest request, Door door, CancellationToken ct) => List(request, door, ElsaExecutions.Summary, ct));
        elsa.MapGet("/activity-executions/count", Count);
        elsa.MapPost("/activity-executions/report", Report);
        elsa.MapGet("/activity-executions/by-id", (HttpRequest request, Door door, CancellationToken ct) => One(request.Query["id"].ToString(), door, ct));
        elsa.MapGet("/activity-executions/{id}", One);
        elsa.MapGet("/activity-executions/{id}/call-stack", CallStack);
    }

    private static async Task<IResult> List(HttpRequest request, Door door, Func<JournalPage, ElsaExecution, object> shape, CancellationToken ct) =>
        Guid.TryParse(request.Query["workflowInstanceId"], out var instance)
            ? ElsaAnswers.Of(
                await door.Run(new ReadExecutions(instance), ct),
                journal => ElsaAnswers.Items(ElsaExecutions.Of(journal).Where(e => IsAsked(request, e)).Select(e => shape(journal, e)).ToList()))
            : InstanceEndpoints.Unknown();

    private static async Task<IResult> Count(HttpRequest request, Door door, CancellationToken ct) => Guid.TryParse(request.Query["workflowInstanceId"], out var instance)
        ? ElsaAnswers.Of(await door.Run(new ReadExecutions(instance), ct), journal => ElsaAnswers.Ok(new { count = ElsaExecutions.Of(journal).Count(e => IsAsked(request, e)) }))
        : InstanceEndpoints.Unknown();

    private static async Task<IResult> Report(HttpRequest request, Door door, CancellationToken ct)
    {
        if (await ElsaAnswers.Read<ReportAsked>(request, ct) is not { } asked)
        {
            return InstanceEndpoints.Unreadable();
        }

        var nodes = asked.ActivityNodeIds?.ToHashSet(StringComparer.Ordinal);
        return Guid.TryParse(asked.WorkflowInstanceId, out var instance)
            ? ElsaAnswers.Of(await door.Run(new ReadExecutions(instance), ct), journal => ElsaAnswers.Ok(new { stats = ElsaExecutions.Stats(journal, nodes) }))
            : InstanceEndpoints.Unknown();
    }

    private static async Task<IResult> One(string id, Door door, CancellationToken ct) => await Around(id, door, (journal, found, _) => ElsaAnswers.Ok(ElsaExecutions.Record(journal, found)), ct);

    /// <summary>From the workflow down to the execution.</summary>
    private static async Task<IResult> CallStack(string id, Door door, CancellationToken ct) => await Around(
        id,
        door,
        (journal, found, _) =>
        {
            var stack = new List<object>();
            for (var above = found; above is not null; above = above.Parent)
            {
                stack.Insert(0, ElsaExecutions.Record(journal, above));
            }

            return ElsaAnswers.Ok(new { activityExecutionId = id, items = stack, totalCount = stack.Count });
        },
        ct);

    private static async Task<IResult> Around(string id, Door door, Func<JournalPage, ElsaExecution, IReadOnlyList<ElsaExecution>, IResult> answer, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var execution))
        {
            return InstanceEndpoints.Unknown();
        }

        return ElsaAnswers.Of(await door.Run(new ReadExecutionsAround(execution), ct), journal =>
        {
            var all = ElsaExecutions.Of(journal);
            return all.FirstOrDefault(e => e.Id == execution) is { } found ? answer(journal, found, all) : InstanceEndpoints.Unknown();
        });
    }

    private static bool IsAsked(HttpRequest request, ElsaExecution execution)
    {
        var nodes = request.Query["activityNodeId"].Concat(request.Query["activityNodeIds"]).Where(n => !string.IsNullOrEmpty(n)).ToList();
        return (nodes.Count == 0 || nodes.Contains(execution.NodeId))
            && (!bool.TryParse(request.Query["completed"], out var completed) || completed == (execution.Status == "Completed"));
    }
}
