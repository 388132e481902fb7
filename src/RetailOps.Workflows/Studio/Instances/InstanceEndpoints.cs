using System.Globalization;
using System.Net.Mime;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>What the designer asks for when it reads a journal.</summary>
internal sealed record JournalAsked(JournalFilter? Filter = null);

/// <summary>Elsa's API about instances: reading them.</summary>
internal static class InstanceEndpoints
{
    /// <summary>Of a journal, when nobody says how much.</summary>
    private const int UsualTake = 200;

    public static void Map(IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/workflow-instances", ListAsked);
        elsa.MapGet("/workflow-instances", ListByQuery);
        elsa.MapGet("/workflow-instances/{id}", Read);
        elsa.MapGet("/workflow-instances/{id}/execution-state", ExecutionState);
        elsa.MapGet("/workflow-instances/{id}/export", Export);
        elsa.MapGet("/workflow-instances/{id}/variables", Variables);
        elsa.MapGet("/workflow-instances/{id}/journal", WholeJournal);
        elsa.MapPost("/workflow-instances/{id}/journal", JournalWhere);
        elsa.MapGet("/workflow-instances/{id}/journal/{activityId}", LastEntry);
    }

    private static async Task<IResult> ListAsked(HttpRequest request, Door door, CancellationToken ct) =>
        await ElsaAnswers.Read<InstanceFilter>(request, ct) is { } filter ? await List(filter, door, ct) : Unreadable();

    private static Task<IResult> ListByQuery(HttpRequest request, Door door, CancellationToken ct)
    {
        var query = request.Query;
        return List(
            new InstanceFilter
            {
                Page = Number(query["page"]),
                PageSize = Number(query["pageSize"]),
                SearchTerm = query["searchTerm"],
                DefinitionId = query["definitionId"],
                DefinitionIds = [.. query["definitionIds"].OfType<string>()],
                Ids = [.. query["ids"].OfType<string>()],
                CorrelationId = query["correlationId"],
                Version = Number(query["version"]),
                HasIncidents = bool.TryParse(query["hasIncidents"], out var has) ? has : null,
                IsSystem = bool.TryParse(query["isSystem"], out var system) ? system : null,
                Status = query["status"],
                Statuses = [.. query["statuses"].OfType<string>()],
                SubStatus = query["subStatus"],
                SubStatuses = [.. query["subStatuses"].OfType<string>()],
                OrderBy = query["orderBy"],
                OrderDirection = query["orderDirection"],
            },
            door,
            ct);
    }

    private static async Task<IResult> List(InstanceFilter filter, Door door, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new FindInstances(filter), ct), page => ElsaAnswers.Page(page.Items, page.Total));

    private static async Task<IResult> Read(string id, Door door, CancellationToken ct) => await Detail(id, door, i => ElsaAnswers.Ok(ElsaState.Instance(i)), ct);

    private static async Task<IResult> Variables(string id, Door door, CancellationToken ct) => await Detail(id, door, i => ElsaAnswers.Items(ElsaState.Variables(i)), ct);

    private static async Task<IResult> ExecutionState(string id, Door door, CancellationToken ct) => Guid.TryParse(id, out var instance)
        ? ElsaAnswers.Of(await door.Run(new ReadInstanceLine(instance), ct), i => ElsaAnswers.Ok(new { status = i.Status, subStatus = i.SubStatus, updatedAt = i.UpdatedAt }))
        : Unknown();

    private static async Task<IResult> Export(string id, HttpRequest request, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var key))
        {
            return Unknown();
        }

        var instance = await door.Run(new ReadInstance(key), ct);
        if (!instance.IsSuccess)
        {
            return ElsaAnswers.Of(instance.Refusal);
        }

        bool Wants(string name) => bool.TryParse(request.Query[name], out var yes) && yes;
        var (executions, entries) = (Wants("includeActivityExecutionLog"), Wants("includeWorkflowExecutionLog"));
        var journal = executions || entries ? (await door.Run(new ReadExecutions(key), ct)).Value : null;
        var file = InstanceExport.Write(instance.Value, Wants("includeBookmarks"), executions ? journal : null, entries ? journal : null);
        return TypedResults.File(file, MediaTypeNames.Application.Octet, $"workflow-instance-{key}.json");
    }

    private static Task<IResult> WholeJournal(string id, HttpRequest request, Door door, CancellationToken ct) => Journal(id, new JournalFilter(), request, door, ct);

    private static async Task<IResult> JournalWhere(string id, HttpRequest request, Door door, CancellationToken ct) =>
        await ElsaAnswers.Read<JournalAsked>(request, ct) is { } asked ? await Journal(id, asked.Filter ?? new(), request, door, ct) : Unreadable();

    private static async Task<IResult> Journal(string id, JournalFilter filter, HttpRequest request, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var instance))
        {
            return Unknown();
        }

        var read = await door.Run(new ReadJournal(instance, filter, Number(request.Query["skip"]) ?? 0, Number(request.Query["take"]) ?? UsualTake), ct);
        return ElsaAnswers.Of(read, journal => ElsaAnswers.Page([.. journal.Entries.Select(e => ElsaExecutions.Entry(journal, e))], journal.Total));
    }

    private static async Task<IResult> LastEntry(string id, string activityId, Door door, CancellationToken ct)
    {
        if (!Guid.TryParse(id, out var instance))
        {
            return Unknown();
        }

        var read = await door.Run(new ReadJournal(instance, new JournalFilter([activityId]), 0, JournalTable.MostRead), ct);
        return ElsaAnswers.Of(read, journal => journal.Entries is [.., var last] ? ElsaAnswers.Ok(ElsaExecutions.Entry(journal, last)) : Unknown());
    }

    private static async Task<IResult> Detail(string id, Door door, Func<InstanceDetail, IResult> answer, CancellationToken ct) =>
        Guid.TryParse(id, out var instance) ? ElsaAnswers.Of(await door.Run(new ReadInstance(instance), ct), answer) : Unknown();

    internal static IResult Unknown() => ElsaAnswers.Of(InstanceRefusals.Unknown());

    internal static IResult Unreadable() => ElsaAnswers.Errors(StatusCodes.Status400BadRequest, "The body is no JSON that this operation takes.", "request.malformed");

    internal static int? Number(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
