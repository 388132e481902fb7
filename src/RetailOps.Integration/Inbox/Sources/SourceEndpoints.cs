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
        sources.MapPut("/{name}", Put).WithName("PutSource").WithSummary("Add a system that sends to us, or change what is known of it; a new one's secret is in this answer and nowhere else").ProducesRefusals(409);
        sources.MapPost("/{name}:rotate-secret", Rotate).WithName("RotateSourceSecret").WithSummary("Another secret: one that the sender made, or one of ours, which is in this answer and nowhere else").TakesIdempotencyKey().ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<SourceView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListSources(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, s => s.Name)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<SourceView>, ProblemHttpResult>> Read(string name, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetSource(name), ct)).ToOk(response, s => s.Revision);

    private static async Task<Results<Ok<SourceWithSecret>, ProblemHttpResult>> Put(string name, SourceTerms body, Door door, HttpResponse response, InboxBoxes boxes, CancellationToken ct)
    {
        var secret = InboxBoxes.Fresh(StyleOf(body.Adapter));
        var kept = boxes.Seal(secret);
        return Answer(await door.Run(new PutSource(name, body.Adapter, body.Channel, body.Mapping, body.Enabled, kept), ct), kept, secret, response);
    }

    private static async Task<Results<Ok<SourceWithSecret>, ProblemHttpResult>> Rotate(
        string name, SourceSecretRotation body, Door door, HttpResponse response, InboxBoxes boxes, SourceBook book, CancellationToken ct)
    {
        // Whoever may not know finds out below that he may not; a style is no secret.
        var style = (await book.Find(name, ct))?.Reader.Style ?? SignatureStyle.Shopify;
        var secret = body.Secret ?? InboxBoxes.Fresh(style);

        // One that the style cannot work with is left out, and the request says so to whoever may ask.
        var kept = InboxBoxes.Suits(style, secret) ? boxes.Seal(secret) : null!;
        return Answer(await door.Run(new RotateSourceSecret(name, kept, body.EndOthers), ct), kept, body.Secret is null ? secret : null, response);
    }

    private static Results<Ok<SourceWithSecret>, ProblemHttpResult> Answer(Result<SourceView> made, SealedSecret kept, string? secret, HttpResponse response)
    {
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        return TypedResults.Ok(new SourceWithSecret(made.Value, made.Value.Secrets.Contains(kept.Id) ? secret : null));
    }

    private static SignatureStyle StyleOf(string adapter) => InboundAdapters.All.TryGetValue(adapter, out var known) ? known.Style : SignatureStyle.Standard;
}

/// <summary>What a source is.</summary>
/// <param name="Adapter"><c>shopify</c>, <c>easypost</c>, <c>shippo</c>, <c>shippo-token</c>, <c>aftership</c>, <c>stripe</c>, <c>cloudevents</c> or <c>generic</c>; never changes.</param>
/// <param name="Channel">The channel whose orders it speaks of; left out for all.</param>
/// <param name="Mapping">The name of the governed document <c>inbound-mapping</c> that reads its messages; left out for the adapter.</param>
/// <param name="Enabled">Whether what it sends is taken.</param>
internal sealed record SourceTerms(string Adapter, string? Channel = null, string? Mapping = null, bool Enabled = true);

/// <summary>How a source's secret is exchanged.</summary>
/// <param name="Secret">The sender's own; left out for one of ours.</param>
/// <param name="EndOthers">True ends the one before at once; false leaves it live until the next rotation.</param>
internal sealed record SourceSecretRotation(string? Secret = null, bool EndOthers = false);

/// <summary>A source, and once its secret.</summary>
/// <param name="Source">The source.</param>
/// <param name="Secret">Shown here only; null when it is not new, or when the sender made it.</param>
internal sealed record SourceWithSecret(SourceView Source, string? Secret);
