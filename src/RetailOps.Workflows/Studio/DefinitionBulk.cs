using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

using IResult = Microsoft.AspNetCore.Http.IResult;

namespace RetailOps.Workflows;

internal sealed record BulkBody(string[]? DefinitionIds = null, string[]? Ids = null);

/// <summary>The designer's menus for several definitions. Each is done, or proposed, by itself.</summary>
internal static class DefinitionBulk
{
    private const int Most = 500;

    public static void Map(IEndpointRouteBuilder elsa)
    {
        var bulk = elsa.MapGroup("/bulk-actions");
        bulk.MapPost("/publish/workflow-definitions/by-definition-ids", Publish);
        bulk.MapPost("/retract/workflow-definitions/by-definition-ids", Retract);
        bulk.MapPost("/delete/workflow-definitions/by-definition-id", DeleteDefinitions);
        bulk.MapPost("/delete/workflow-definitions/by-id", DeleteVersions);
        bulk.MapMethods("/export/workflow-definitions", ["GET", "POST"], Export);
    }

    private static async Task<IResult> Publish(HttpRequest request, Door door, CancellationToken ct)
    {
        List<string> published = [], already = [], missing = [], skipped = [], failed = [];
        var warnings = new Dictionary<string, string[]>();
        foreach (var id in (await Read(request, ct)).DefinitionIds ?? [])
        {
            var result = await door.Run(new PublishDefinition(id), ct);
            if (result is { IsSuccess: false, Refusal.Kind: RefusalKind.Forbidden })
            {
                return ElsaAnswers.Of(result.Refusal);
            }

            var list = result switch
            {
                { IsSuccess: false, Refusal.Kind: RefusalKind.NotFound } => missing,
                { IsSuccess: false } => failed,
                { Value.WasPublished: true } => already,
                { Value.Notice: not null } => skipped,
                _ => published,
            };
            list.Add(id);
            string[] words = result.IsSuccess ? result.Value.Notice is { } notice ? [notice] : [] : [.. result.Refusal.Details as IReadOnlyList<string> ?? [result.Refusal.Message]];
            if (words.Length > 0)
            {
                warnings[id] = words;
            }
        }

        return ElsaAnswers.Ok(new { published, alreadyPublished = already, notFound = missing, skipped, updatedConsumers = Array.Empty<string>(), failed, warnings });
    }

    private static async Task<IResult> Retract(HttpRequest request, Door door, CancellationToken ct)
    {
        List<string> retracted = [], missing = [], skipped = [], notPublished = [];
        foreach (var id in (await Read(request, ct)).DefinitionIds ?? [])
        {
            var result = await door.Run(new RetractDefinition(id), ct);
            if (result is { IsSuccess: false, Refusal.Kind: RefusalKind.Forbidden })
            {
                return ElsaAnswers.Of(result.Refusal);
            }

            var list = result switch
            {
                { IsSuccess: false } => missing,
                { Value.Notice: not null } => skipped,
                { Value.WasSo: true } => notPublished,
                _ => retracted,
            };
            list.Add(id);
        }

        return ElsaAnswers.Ok(new { retracted, alreadyRetracted = Array.Empty<string>(), skipped, notPublished, notFound = missing });
    }

    private static async Task<IResult> DeleteDefinitions(HttpRequest request, Door door, CancellationToken ct) =>
        await Delete((await Read(request, ct)).DefinitionIds, id => door.Run(new DeleteDefinition(id), ct));

    private static async Task<IResult> DeleteVersions(HttpRequest request, Door door, CancellationToken ct) =>
        await Delete((await Read(request, ct)).Ids, id => door.Run(new DeleteVersion(id), ct));

    private static async Task<IResult> Delete(string[]? ids, Func<string, Task<Result<WishOutcome>>> one)
    {
        var deleted = 0;
        foreach (var id in ids ?? [])
        {
            var result = await one(id);
            if (result is { IsSuccess: false, Refusal.Kind: RefusalKind.Forbidden })
            {
                return ElsaAnswers.Of(result.Refusal);
            }

            deleted += result is { IsSuccess: true, Value.Notice: null } ? 1 : 0;
        }

        return ElsaAnswers.Ok(new { deleted });
    }

    private static async Task<IResult> Export(HttpRequest request, Door door, CancellationToken ct)
    {
        var ids = HttpMethods.IsGet(request.Method) ? DefinitionQuery.List(request.Query, "ids") : (await Read(request, ct)).Ids;
        return ElsaAnswers.Of(await door.Run(new FindVersions(ids ?? []), ct), found => found.Length == 0 ? ElsaAnswers.Missing() : DefinitionFiles.Of(found));
    }

    private static async Task<BulkBody> Read(HttpRequest request, CancellationToken ct)
    {
        var body = await ElsaAnswers.Read<BulkBody>(request, ct) ?? new();
        return new([.. (body.DefinitionIds ?? []).Where(i => i is not null).Distinct().Take(Most)], [.. (body.Ids ?? []).Where(i => i is not null).Distinct().Take(Most)]);
    }
}
