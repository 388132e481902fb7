using System.Globalization;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListWebhookDeliveriesValidator : AbstractValidator<ListWebhookDeliveries>
{
    public ListWebhookDeliveriesValidator()
    {
        RuleFor(r => r.Status).Must(s => s is null || WebhookLog.IsState(s)).WithErrorCode("webhooks.status").WithMessage("waiting, arrived or dead.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("webhooks.log-limit");
    }
}

internal sealed class ReplayWebhookValidator : AbstractValidator<ReplayWebhook>
{
    public ReplayWebhookValidator() =>
        RuleFor(r => r).Must(r => new[] { r.EventId is not null, r.FromSequence is not null || r.ToSequence is not null, r.From is not null }.Count(x => x) == 1 && (r.To is null || r.From is not null))
            .OverridePropertyName("eventId").WithErrorCode("webhooks.replay-which").WithMessage("One event, or a range of the log's sequence, or a time: from, and to if it ends before now.");
}

internal sealed class ListWebhookDeliveriesHandler(UnitOfWork work) : IRequestHandler<ListWebhookDeliveries, Result<IReadOnlyList<WebhookDeliveryView>>>
{
    public async Task<Result<IReadOnlyList<WebhookDeliveryView>>> Handle(ListWebhookDeliveries request, CancellationToken ct) =>
        await WebhookTable.Find(work, request.Id, forUpdate: false, ct) is null ? WebhookLaw.Unknown() : await WebhookLog.List(work, request, ct);
}

internal sealed class ReplayWebhookHandler(UnitOfWork work, EventTypes types) : IRequestHandler<ReplayWebhook, Result<ReplayedWebhook>>
{
    public async Task<Result<ReplayedWebhook>> Handle(ReplayWebhook request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: true, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        if (webhook.IsStopped)
        {
            return Refusal.Conflict("webhooks.stopped", "Its owner is disabled, or may no longer read what it asks for.");
        }

        if (webhook.Row.State != WebhookState.Active)
        {
            return WebhookLaw.NotActive(webhook.Row.State);
        }

        var found = request.FromSequence is not null || request.ToSequence is not null
            ? await WebhookLog.BySequence(work, webhook.Row.Id, request.FromSequence, request.ToSequence, ct)
            : await WebhookLog.ByEvent(work, webhook.Row, types.Expand(webhook.Row.EventTypes), request.EventId, request.From, request.To, ct);
        if (found.Count == 0 && request.EventId is not null)
        {
            return Refusal.NotFound("webhooks.event-unknown", "There is no such event for this webhook, or it waits to be sent anyway.");
        }

        foreach (var one in found.Take(WebhookLog.Most))
        {
            if (one.Id is { } id)
            {
                work.Write(new WebhookAgainRow(id));
            }
            else
            {
                work.Write(new WebhookDeliveryRow(webhook.Row.Id, one.EventId, one.Type, one.Key));
            }
        }

        return new ReplayedWebhook(Math.Min(found.Count, WebhookLog.Most), found.Count > WebhookLog.Most ? found[WebhookLog.Most].Position : null);
    }
}

/// <summary>What can be wrong with a webhook so that a person has to look.</summary>
internal enum WebhookTrouble
{
    /// <summary>The receiver said that it is gone.</summary>
    Gone,

    /// <summary>Nothing has reached it for days.</summary>
    Failing,

    /// <summary>One message was given up.</summary>
    DeadLetter,
}

/// <summary>Puts the trouble of a webhook before a person, and disables it where it is hopeless. A second call changes nothing.</summary>
[Needs("webhooks.manage"), AsksDatabase]
internal sealed record ReportWebhookTrouble(Guid Id, WebhookTrouble Trouble) : IRequest<Result<WebhookView>>;

internal sealed class ReportWebhookTroubleHandler(UnitOfWork work, ExceptionDesk desk) : IRequestHandler<ReportWebhookTrouble, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(ReportWebhookTrouble request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: true, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        var key = BusinessKey.Of("webhook", webhook.Row.Id);
        if (request.Trouble == WebhookTrouble.DeadLetter)
        {
            desk.Open(new(key, WebhookCases.DeadLetter, "low", $"{Host(webhook)} did not take a message in all its tries. Look at its log, mend the receiver, and replay what is dead."));
            return webhook.View();
        }

        if (webhook.Row.State == WebhookState.Disabled)
        {
            return webhook.View();
        }

        var why = request.Trouble == WebhookTrouble.Gone ? "The receiver answered 410: it is gone." : "Nothing has reached it for three days.";
        webhook.Become(webhook.Row with { State = WebhookState.Disabled, Why = why });
        work.Raise(webhook, new WebhookTurned(Guid.CreateVersion7(), work.Now, webhook.Row.Id, WebhookState.Disabled, why));
        work.Write(webhook.Row);
        desk.Open(new(
            key, WebhookCases.Disabled, "medium",
            string.Create(CultureInfo.InvariantCulture, $"{Host(webhook)} is told nothing more. {why} Ask its owner; resume it and what waits is sent, or delete it.")));
        return webhook.View();
    }

    private static string Host(Webhook webhook) => $"The webhook at {new Uri(webhook.Row.Url).IdnHost}";
}

/// <summary>What a person is called for.</summary>
internal static class WebhookCases
{
    public const string Disabled = "webhooks.disabled";
    public const string DeadLetter = "webhooks.dead-letter";

    /// <summary>Whoever deletes a webhook or lets it go on has looked.</summary>
    public static void Heal(ExceptionDesk desk, Guid webhook)
    {
        desk.Heal(BusinessKey.Of("webhook", webhook), Disabled);
        desk.Heal(BusinessKey.Of("webhook", webhook), DeadLetter);
    }
}
