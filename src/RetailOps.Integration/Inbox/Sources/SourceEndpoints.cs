using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class SourceEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var sources = api.MapGroup("/integrations/sources").WithTags("Integrations");
        sources.MapGet("/", List).WithName("ListSources").WithSummary("Systems that send to us").ProducesRefusals();
        sources.MapGet("/{name}", Read).WithName("GetSource").WithSummary("One system that sends to us, and where it sends to").ProducesRefusals(404);
        sources.MapPost("/", Create).WithName("CreateSource").WithSummary("Add a system that sends to us; a secret of ours is in this answer and nowhere else").TakesIdempotencyKey().ProducesRefusals(422);
        sources.MapPut("/{name}", Change).WithName("ChangeSource").WithSummary("Say which channel it speaks for, what reads its messages, and whether they are taken").TakesIfMatch().ProducesRefusals(404, 422);
        sources.MapPost("/{name}:rotate-secret", Rotate).WithName("RotateSourceSecret").WithSummary("Another secret: one that the sender made, or one of ours, which is in this answer and nowhere else").TakesIdempotencyKey().ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<SourceView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListSources(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, s => s.Name)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<SourceView>, ProblemHttpResult>> Read(string name, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetSource(name), ct)).ToOk(response, s => s.Revision);

    private static async Task<Results<Created<SourceWithSecret>, ProblemHttpResult>> Create(NewSource body, Door door, HttpResponse response, InboxBoxes boxes, CancellationToken ct)
    {
        var (secret, kept) = Keep(body.Secret, StyleOf(body.Adapter), boxes);
        var made = await door.Run(new CreateSource(body.Name, body.Adapter, body.Channel, body.Mapping, body.Enabled, kept!), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        return TypedResults.Created($"/api/v1/integrations/sources/{made.Value.Name}", Shown(made.Value, kept!, body.Secret is null ? secret : null));
    }

    private static async Task<Results<Ok<SourceView>, ProblemHttpResult>> Change(string name, SourceTerms body, Door door, HttpRequest request, HttpResponse response, CancellationToken ct) =>
        Revision.TryReadIfMatch(request, out var revision, out var problem)
            ? (await door.Run(new ChangeSource(name, revision, body.Channel, body.Mapping, body.Enabled), ct)).ToOk(response, s => s.Revision)
            : problem;

    private static async Task<Results<Ok<SourceWithSecret>, ProblemHttpResult>> Rotate(
        string name, SourceSecretRotation body, Door door, HttpResponse response, InboxBoxes boxes, SourceBook book, CancellationToken ct)
    {
        // Whoever may not know finds out below that he may not; a style is no secret.
        var style = (await book.Find(name, ct))?.Reader.Style ?? SignatureStyle.Shopify;
        var (secret, kept) = Keep(body.Secret, style, boxes);
        var made = await door.Run(new RotateSourceSecret(name, kept!, body.EndOthers), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        return TypedResults.Ok(Shown(made.Value, kept!, body.Secret is null ? secret : null));
    }

    /// <summary>A secret that the style cannot work with is not kept, and the request says so to whoever may ask.</summary>
    private static (string Secret, SealedSecret? Kept) Keep(string? given, SignatureStyle style, InboxBoxes boxes)
    {
        var secret = given ?? InboxBoxes.Fresh(style);
        return (secret, InboxBoxes.Suits(style, secret) ? boxes.Seal(secret) : null);
    }

    /// <summary>The answer to a repeated request knows another secret than the one that was made then, and shows none.</summary>
    private static SourceWithSecret Shown(SourceView made, SealedSecret kept, string? secret) => new(made, made.Secrets.Contains(kept.Id) ? secret : null);

    private static SignatureStyle StyleOf(string adapter) => InboundAdapters.All.TryGetValue(adapter, out var known) ? known.Style : SignatureStyle.Standard;
}

/// <summary>A source to be made.</summary>
/// <param name="Name">Part of the address that it sends to.</param>
/// <param name="Adapter"><c>shopify</c>, <c>easypost</c>, <c>shippo</c>, <c>shippo-token</c>, <c>aftership</c>, <c>stripe</c>, <c>cloudevents</c> or <c>generic</c>; never changes.</param>
/// <param name="Channel">The channel whose orders it speaks of; left out for all.</param>
/// <param name="Mapping">The name of the governed document <c>inbound-mapping</c> that reads its messages; left out for the adapter.</param>
/// <param name="Enabled">Whether what it sends is taken.</param>
/// <param name="Secret">The sender's own; left out for one of ours.</param>
internal sealed record NewSource(string Name, string Adapter, string? Channel = null, string? Mapping = null, bool Enabled = true, string? Secret = null);

/// <summary>What a source is from now on; all of it is replaced.</summary>
/// <param name="Channel">The channel whose orders it speaks of; left out for all.</param>
/// <param name="Mapping">The name of the governed document <c>inbound-mapping</c> that reads its messages; left out for the adapter.</param>
/// <param name="Enabled">Whether what it sends is taken.</param>
internal sealed record SourceTerms(string? Channel = null, string? Mapping = null, bool Enabled = true);

/// <summary>How a source's secret is exchanged.</summary>
/// <param name="Secret">The sender's own; left out for one of ours.</param>
/// <param name="EndOthers">True ends the one before at once; false leaves it live until the next rotation.</param>
internal sealed record SourceSecretRotation(string? Secret = null, bool EndOthers = false);

/// <summary>A source, and once its secret.</summary>
/// <param name="Source">The source.</param>
/// <param name="Secret">Shown here only; null when it is not new, or when the sender made it.</param>
internal sealed record SourceWithSecret(SourceView Source, string? Secret);
