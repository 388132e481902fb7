using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal static class WebhookEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var webhooks = api.MapGroup("/webhooks").WithTags("Webhooks");
        webhooks.MapGet("/", List).WithName("ListWebhooks").WithSummary("Addresses that are told of facts: a client's own, for people all").ProducesRefusals();
        webhooks.MapPost("/", Register).WithName("RegisterWebhook").WithSummary("Be told of facts as they happen; the secret is in this answer and nowhere else").TakesIdempotencyKey();
        webhooks.MapGet("/event-types", Types).WithName("ListEventTypes").WithSummary("What a webhook can ask for").ProducesRefusals();
        webhooks.MapGet("/{id:guid}", Get).WithName("GetWebhook").WithSummary("One webhook, and how it is doing").ProducesRefusals(404);
        webhooks.MapDelete("/{id:guid}", Delete).WithName("DeleteWebhook").WithSummary("Tell it nothing more, and forget its log").ProducesRefusals(404);
        webhooks.MapPost("/{id:guid}:pause", Pause).WithName("PauseWebhook").WithSummary("Hold it; what happens meanwhile waits").ProducesRefusals(404, 409);
        webhooks.MapPost("/{id:guid}:resume", Resume).WithName("ResumeWebhook").WithSummary("Let it go on where it stopped").ProducesRefusals(404);
        webhooks.MapPost("/{id:guid}:rotate-secret", Rotate).WithName("RotateWebhookSecret").WithSummary("Another secret; for a day both sign").TakesIdempotencyKey().ProducesRefusals(404);
        webhooks.MapPost("/{id:guid}:test", Test).WithName("TestWebhook").WithSummary("Send it a ping").TakesIdempotencyKey().ProducesRefusals(404);
        webhooks.MapGet("/{id:guid}/deliveries", Log).WithName("ListWebhookDeliveries").WithSummary("What was sent and what became of it, newest first").ProducesRefusals(404);
        webhooks.MapPost("/{id:guid}:replay", Replay).WithName("ReplayWebhook").WithSummary("Send again: one event, a range of the log, or a time").TakesIdempotencyKey().ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<WebhookView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<Guid>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListWebhooks(after, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, w => w.Id.ToString())) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Created<WebhookWithSecret>, ProblemHttpResult>> Register(NewWebhook body, Door door, WebhookSender sender, WebhookSecrets secrets, CancellationToken ct)
    {
        if (Uri.TryCreate(body.Url, UriKind.Absolute, out var uri) && await sender.FaultWhereItLeads(uri, ct) is { } fault)
        {
            return Problems.Of(Refusal.Rule("webhooks.address", fault));
        }

        var secret = new FreshWebhookSecret(secrets);
        var made = await door.Run(new RegisterWebhook(body.Url, body.EventTypes, secret.ToKeep()), ct);
        return made.IsSuccess ? TypedResults.Created($"/api/v1/webhooks/{made.Value.Id}", new WebhookWithSecret(made.Value, secret.For(made.Value))) : Problems.Of(made.Refusal);
    }

    private static async Task<Results<Ok<IReadOnlyList<EventTypeView>>, ProblemHttpResult>> Types(Door door, CancellationToken ct) => (await door.Run(new ListEventTypes(), ct)).ToOk();

    private static async Task<Results<Ok<WebhookView>, ProblemHttpResult>> Get(Guid id, Door door, CancellationToken ct) => (await door.Run(new GetWebhook(id), ct)).ToOk();

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(Guid id, Door door, CancellationToken ct) => (await door.Run(new DeleteWebhook(id), ct)).ToNoContent();

    private static async Task<Results<Ok<WebhookView>, ProblemHttpResult>> Pause(Guid id, Door door, CancellationToken ct) => (await door.Run(new PauseWebhook(id, IsPaused: true), ct)).ToOk();

    private static async Task<Results<Ok<WebhookView>, ProblemHttpResult>> Resume(Guid id, Door door, CancellationToken ct) => (await door.Run(new PauseWebhook(id, IsPaused: false), ct)).ToOk();

    private static async Task<Results<Ok<WebhookWithSecret>, ProblemHttpResult>> Rotate(Guid id, Door door, WebhookSecrets secrets, CancellationToken ct)
    {
        var secret = new FreshWebhookSecret(secrets);
        var made = await door.Run(new RotateWebhookSecret(id, secret.ToKeep()), ct);
        return made.IsSuccess ? TypedResults.Ok(new WebhookWithSecret(made.Value, secret.For(made.Value))) : Problems.Of(made.Refusal);
    }

    private static async Task<Results<Accepted<WebhookPing>, ProblemHttpResult>> Test(Guid id, Door door, CancellationToken ct) =>
        (await door.Run(new TestWebhook(id), ct)).ToAccepted(_ => $"/api/v1/webhooks/{id}/deliveries");

    private static async Task<Results<Ok<Page<WebhookDeliveryView>>, ProblemHttpResult>> Log(Guid id, string? status, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<long>(out var before, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListWebhookDeliveries(id, status, before, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Sequence)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Accepted<ReplayedWebhook>, ProblemHttpResult>> Replay(Guid id, WebhookReplay body, Door door, CancellationToken ct)
    {
        if (!TryRead(body.FromSequence, out var from) || !TryRead(body.ToSequence, out var to))
        {
            return Problems.Of(Refusal.Malformed("webhooks.sequence", "A sequence is a number of the log."));
        }

        return (await door.Run(new ReplayWebhook(id, body.EventId, from, to, body.From, body.To), ct)).ToAccepted(_ => $"/api/v1/webhooks/{id}/deliveries");
    }

    private static bool TryRead(string? text, out long? sequence)
    {
        sequence = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        return text is null || sequence is not null;
    }

    /// <summary>A secret on its way to the one answer that shows it.</summary>
    private sealed class FreshWebhookSecret(WebhookSecrets secrets)
    {
        private readonly Guid id = Guid.CreateVersion7();
        private readonly string secret = StandardWebhook.NewSecret();

        public WebhookSecret ToKeep() => new(id, secrets.Close(secret));

        /// <summary>Null when the answer is the repetition of an earlier one.</summary>
        public string? For(WebhookView made) => made.SecretId == id ? secret : null;
    }
}

/// <summary>An address that wants to be told.</summary>
/// <param name="Url">https; addresses of private networks are refused unless the host allows them.</param>
/// <param name="EventTypes">Names from the list of event types, or whole rooms like <c>orders.*</c>.</param>
internal sealed record NewWebhook(string Url, IReadOnlyList<string> EventTypes);

/// <summary>What is to be sent again: one event, or a range of the log, or a time.</summary>
/// <param name="EventId">One event.</param>
/// <param name="FromSequence">From this one of the log on.</param>
/// <param name="ToSequence">Up to this one, which counts.</param>
/// <param name="From">What was recorded from this instant on, before the webhook's time, too.</param>
/// <param name="To">What was recorded before this instant; now when it is left out.</param>
internal sealed record WebhookReplay(Guid? EventId = null, string? FromSequence = null, string? ToSequence = null, DateTimeOffset? From = null, DateTimeOffset? To = null);

/// <summary>A webhook, and once its secret.</summary>
/// <param name="Webhook">The webhook.</param>
/// <param name="Secret">Shown here only; null when the request is a repetition.</param>
internal sealed record WebhookWithSecret(WebhookView Webhook, string? Secret);
