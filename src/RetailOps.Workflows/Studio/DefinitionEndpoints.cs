using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

/// <summary>What the designer posts when it saves.</summary>
internal sealed record SaveBody(JsonElement Model, bool? Publish = null);

internal sealed record ReferencesBody(string[]? ConsumingWorkflowIds = null);

/// <summary>Definitions as the designer reads and saves them.</summary>
internal static class DefinitionEndpoints
{
    public static void Map(IEndpointRouteBuilder elsa)
    {
        var definitions = elsa.MapGroup("/workflow-definitions");
        definitions.MapGet("/", List);
        definitions.MapPost("/", Save).WithMetadata(new RequestSizeLimitAttribute(ElsaJson.MaxBody));
        definitions.MapGet("/query/count", Count);
        definitions.MapGet("/validation/is-name-unique", IsNameUnique);
        definitions.MapGet("/many-by-id", ManyById);
        definitions.MapGet("/by-id/{id}", (string id, Door door, ActivityCatalogue catalogue, CancellationToken ct) => ById(id, door, catalogue, ct));
        definitions.MapGet("/by-definition-id/{definitionId}", Find);
        definitions.MapGet("/{definitionId}", Find);
        definitions.MapGet("/{definitionId}/versions", Versions);
        definitions.MapGet("/{definitionId}/consumers", FindConsumers);
        definitions.MapPost("/{definitionId}/publish", Publish);
        definitions.MapPost("/{definitionId}/retract", Retract);
        definitions.MapPost("/{definitionId}/revert/{version:int}", Revert);
        definitions.MapPost("/{definitionId}/update-references", Renew);
        definitions.MapDelete("/{definitionId}", Delete);
        definitions.MapDelete("/{definitionId}/version/{version:int}", (string definitionId, int version, Door door, CancellationToken ct) => DeleteVersion(new(null, definitionId, version), door, ct));
        elsa.MapDelete("/workflow-definition-versions/{id}", (string id, Door door, CancellationToken ct) => DeleteVersion(new(id), door, ct));
        DefinitionFiles.Map(definitions);
        DefinitionBulk.Map(elsa);
        DefinitionGraph.Map(definitions);
    }

    private static async Task<IResult> List(HttpRequest request, Door door, CancellationToken ct)
    {
        if (DefinitionQuery.Read(request.Query) is not { } query)
        {
            return UnknownVersions();
        }

        return ElsaAnswers.Of(await door.Run(new ListDefinitions(query), ct), page => ElsaAnswers.Ok(new { items = page.Items.Select(DefinitionAnswers.Summary), totalCount = page.Total, links = DefinitionLinks.OfAll() }));
    }

    private static async Task<IResult> Count(HttpRequest request, Door door, CancellationToken ct) =>
        DefinitionQuery.Read(request.Query) is { } query
            ? ElsaAnswers.Of(await door.Run(new ListDefinitions(query with { Versions = request.Query.ContainsKey("versionOptions") ? query.Versions : VersionChoice.Latest, PageSize = 1 }), ct), page => ElsaAnswers.Ok(new { count = page.Total }))
            : UnknownVersions();

    private static async Task<IResult> IsNameUnique(HttpRequest request, Door door, CancellationToken ct) =>
        ElsaAnswers.Of(
            await door.Run(new CheckDefinitionName(request.Query["name"].ToString(), request.Query["definitionId"].ToString() is { Length: > 0 } id ? id : null), ct),
            check => ElsaAnswers.Ok(new { isUnique = check.IsUnique }));

    private static async Task<IResult> ManyById(HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new FindVersions(DefinitionQuery.List(request.Query, "ids") ?? []), ct), found => ElsaAnswers.Items([.. found.Select(v => ElsaDocument.Answer(v, catalogue))]));

    private static async Task<IResult> ById(string id, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new FindVersions([id]), ct), found => found.Length == 1 ? ElsaAnswers.Ok(ElsaDocument.Answer(found[0], catalogue)) : ElsaAnswers.Missing());

    private static async Task<IResult> Find(string definitionId, HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        VersionChoice.Read(request.Query["versionOptions"], VersionChoice.Latest) is { } versions
            ? ElsaAnswers.Of(await door.Run(new FindDefinition(definitionId, versions), ct), found => ElsaAnswers.Ok(ElsaDocument.Answer(found, catalogue)))
            : UnknownVersions();

    private static async Task<IResult> Versions(string definitionId, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new FindHistory(definitionId), ct), found => ElsaAnswers.Ok(found.Select(v => DefinitionAnswers.Version(v, catalogue))));

    private static async Task<IResult> FindConsumers(string definitionId, Door door, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new FindConsumers(definitionId), ct), found => ElsaAnswers.Ok(new { consumingWorkflowDefinitionIds = found.Select(v => v.DefinitionId) }));

    private static async Task<IResult> Save(HttpRequest request, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        await ElsaAnswers.Read<SaveBody>(request, ct) is { Model.ValueKind: JsonValueKind.Object } body
            ? ElsaAnswers.Of(await door.Run(new SaveDefinition(body.Model, body.Publish == true), ct), saved => Saved(saved, catalogue))
            : ElsaAnswers.Errors(StatusCodes.Status400BadRequest, "The body is {\"model\": …, \"publish\": …} with a workflow definition as model.");

    private static async Task<IResult> Publish(string definitionId, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new PublishDefinition(definitionId), ct), saved => ElsaAnswers.Ok(DefinitionAnswers.Saved(saved, catalogue)));

    private static IResult Saved(SavedDefinition saved, ActivityCatalogue catalogue) => saved.Notice is { } notice
        ? ElsaAnswers.OnlyProposed(notice, ElsaDocument.Answer(saved.Version, catalogue))
        : ElsaAnswers.Ok(DefinitionAnswers.Saved(saved, catalogue));

    private static async Task<IResult> Retract(string definitionId, Door door, ActivityCatalogue catalogue, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new RetractDefinition(definitionId), ct), outcome => outcome.Notice is { } notice
            ? ElsaAnswers.OnlyProposed(notice, ElsaDocument.Answer(outcome.Version, catalogue))
            : ElsaAnswers.Ok(DefinitionAnswers.Wished(outcome, catalogue)));

    private static async Task<IResult> Revert(string definitionId, int version, Door door, CancellationToken ct) =>
        ElsaAnswers.Of(await door.Run(new RevertDefinition(definitionId, version), ct), made => TypedResults.Json(DefinitionAnswers.Summary(made), ElsaJson.Options, statusCode: StatusCodes.Status201Created));

    /// <summary>Those that are named, or all that draw it, each by itself; who is changed is told.</summary>
    private static async Task<IResult> Renew(string definitionId, HttpRequest request, Door door, CancellationToken ct)
    {
        var consumers = await door.Run(new FindConsumers(definitionId), ct);
        if (!consumers.IsSuccess)
        {
            return ElsaAnswers.Of(consumers.Refusal);
        }

        var wanted = (await ElsaAnswers.Read<ReferencesBody>(request, ct))?.ConsumingWorkflowIds;
        var affected = new List<string>();
        foreach (var consumer in consumers.Value.Select(c => c.DefinitionId).Where(id => wanted is null or { Length: 0 } || wanted.Contains(id)))
        {
            var renewed = await door.Run(new UpdateReferences(consumer, definitionId), ct);
            if (renewed is { IsSuccess: false, Refusal.Kind: Kernel.RefusalKind.Forbidden })
            {
                return ElsaAnswers.Of(renewed.Refusal);
            }

            affected.AddRange(renewed.IsSuccess ? [consumer] : []);
        }

        return ElsaAnswers.Ok(new { affectedWorkflows = affected });
    }

    private static async Task<IResult> Delete(string definitionId, Door door, CancellationToken ct) => Gone(await door.Run(new DeleteDefinition(definitionId), ct));

    private static async Task<IResult> DeleteVersion(DeleteVersion request, Door door, CancellationToken ct) => Gone(await door.Run(request, ct));

    /// <summary>204 when it is gone; 202 and why when another person must agree first.</summary>
    private static IResult Gone(Kernel.Result<WishOutcome> result) => ElsaAnswers.Of(result, outcome =>
        outcome.Notice is { } notice ? TypedResults.Json(new { message = notice }, ElsaJson.Options, statusCode: StatusCodes.Status202Accepted) : ElsaAnswers.Nothing());

    internal static IResult UnknownVersions() =>
        ElsaAnswers.Errors(StatusCodes.Status400BadRequest, "versionOptions is Latest, Published, Draft, LatestOrPublished, LatestAndPublished, AllVersions or a number.");
}
