using System.Globalization;
using System.IO.Compression;
using System.Net.Mime;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>What the designer asks for when it reads a journal.</summary>
internal sealed record JournalAsked(JournalFilter? Filter = null);

/// <summary>Which instances to export, and how much of them.</summary>
internal sealed record ExportAsked(
    IReadOnlyList<string>? Ids = null, bool IncludeBookmarks = false, bool IncludeActivityExecutionLog = false, bool IncludeWorkflowExecutionLog = false);

/// <summary>Elsa's API about instances: reading them.</summary>
internal static class InstanceEndpoints
{
    /// <summary>Of a journal, when nobody says how much.</summary>
    private const int UsualTake = 200;

    /// <summary>They are in memory together.</summary>
    private const int MostExported = 100;

    public static void Map(IEndpointRouteBuilder elsa)
    {
        elsa.MapPost("/workflow-instances", ListAsked);
        elsa.MapGet("/workflow-instances", ListByQuery);
        elsa.MapGet("/workflow-instances/{id}", Read);
        elsa.MapGet("/workflow-instances/{id}/execution-state", ExecutionState);
        elsa.MapGet("/workflow-instances/{id}/export", Export);
        elsa.MapPost("/bulk-actions/export/workflow-instances", ExportMany);
        elsa.MapPost("/bulk-actions/import/workflow-instances", ImportMany).DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(DefinitionFiles.MostBytes));
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

    private static async Task<IResult> Export(string id, HttpRequest request, InstanceSeal seal, Door door, CancellationToken ct)
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
        var file = InstanceExport.Write(instance.Value, seal, Wants("includeBookmarks"), executions ? journal : null, entries ? journal : null);
        return TypedResults.File(file, MediaTypeNames.Application.Octet, $"workflow-instance-{key}.json");
    }

    /// <summary>Files in an archive; what does not exist is left out.</summary>
    private static async Task<IResult> ExportMany(HttpRequest request, InstanceSeal seal, Door door, CancellationToken ct)
    {
        if (await ElsaAnswers.Read<ExportAsked>(request, ct) is not { Ids: { Count: > 0 and <= MostExported } ids } asked)
        {
            return Unreadable();
        }

        using var archive = new MemoryStream();
        using (var zip = new ZipArchive(archive, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var id in ids.Select(i => Guid.TryParse(i, out var id) ? id : Guid.Empty).Distinct())
            {
                var instance = await door.Run(new ReadInstance(id), ct);
                if (instance is { IsSuccess: false, Refusal.Kind: not RefusalKind.NotFound })
                {
                    return ElsaAnswers.Of(instance.Refusal);
                }

                if (instance.IsSuccess)
                {
                    var journal = asked.IncludeActivityExecutionLog || asked.IncludeWorkflowExecutionLog ? (await door.Run(new ReadExecutions(id), ct)).Value : null;
                    await using var file = await zip.CreateEntry($"workflow-instance-{id}.json").OpenAsync(ct);
                    await file.WriteAsync(
                        InstanceExport.Write(instance.Value, seal, asked.IncludeBookmarks, asked.IncludeActivityExecutionLog ? journal : null, asked.IncludeWorkflowExecutionLog ? journal : null), ct);
                }
            }
        }

        return TypedResults.File(archive.ToArray(), MediaTypeNames.Application.Zip, "workflow-instances.zip");
    }

    /// <summary>Each file by itself: what can be taken back is, what cannot is named.</summary>
    private static async Task<IResult> ImportMany(HttpRequest request, Door door, CancellationToken ct)
    {
        if (!request.HasFormContentType)
        {
            return ElsaAnswers.Errors(StatusCodes.Status415UnsupportedMediaType, "Send files as multipart/form-data, in fields called files.");
        }

        var imported = 0;
        var errors = new List<string>();
        foreach (var file in (await request.ReadFormAsync(ct)).Files.Take(MostExported))
        {
            await using var stream = file.OpenReadStream();
            foreach (var (name, read) in await DefinitionFiles.Contents(file.FileName, stream, ct))
            {
                var taken = await door.Run(new ImportInstance(read?.Text(InstanceExport.Sealed) ?? ""), ct);
                imported += taken.IsSuccess ? 1 : 0;
                if (taken is { IsSuccess: false, Refusal.Code: "security.forbidden" })
                {
                    return ElsaAnswers.Of(taken.Refusal);
                }

                errors.AddRange(taken.IsSuccess ? [] : [$"{name}: {taken.Refusal.Message}"]);
            }
        }

        return imported == 0 && errors.Count > 0 ? ElsaAnswers.Errors(StatusCodes.Status400BadRequest, errors) : ElsaAnswers.Ok(new { imported, count = imported, errors = errors.Count > 0 ? errors : null });
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
