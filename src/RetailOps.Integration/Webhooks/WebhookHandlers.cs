using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class RegisterWebhookValidator : AbstractValidator<RegisterWebhook>
{
    public RegisterWebhookValidator()
    {
        RuleFor(r => r.Url).Must(u => Text.HasLength(u, 500) && Uri.TryCreate(u, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0)
            .WithErrorCode("webhooks.url").WithMessage("An absolute address without fragment, at most 500 characters.");
        RuleFor(r => r.EventTypes).Must(t => t is { Count: > 0 and <= 100 } && t.All(x => Text.HasLength(x, 200)) && t.Distinct().Count() == t.Count)
            .WithErrorCode("webhooks.event-types").WithMessage("1 to 100 event types, each once.");
    }
}

internal sealed class ListWebhooksValidator : AbstractValidator<ListWebhooks>
{
    public ListWebhooksValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("webhooks.limit");
}

internal sealed class RegisterWebhookHandler(UnitOfWork work, EventTypes types) : IRequestHandler<RegisterWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(RegisterWebhook request, CancellationToken ct)
    {
        if (WebhookLaw.Against(work.Caller, request.EventTypes, types) is { } refusal)
        {
            return refusal;
        }

        if (await WebhookTable.Count(work, work.Caller.Actor, ct) >= WebhookLaw.MostOfOne)
        {
            return Refusal.Conflict("webhooks.too-many", $"There are {WebhookLaw.MostOfOne} of yours already; delete one first.");
        }

        var webhook = new Webhook(new(
            Guid.CreateVersion7(), request.Url, request.EventTypes, types.Needed(request.EventTypes), work.Caller.Actor, work.Caller.Channels?.Order(StringComparer.Ordinal).ToList(),
            request.Secret.Id, request.Secret.Box, null, null, WebhookState.Active, null, work.Now, null, 0));
        work.Raise(webhook, new WebhookRegistered(Guid.CreateVersion7(), work.Now, webhook.Row.Id, new Uri(request.Url).IdnHost, request.EventTypes));
        work.Write(webhook.Row);
        work.Write(new WebhookStartRow(webhook.Row.Id));
        return webhook.View();
    }
}

internal sealed class ListWebhooksHandler(UnitOfWork work) : IRequestHandler<ListWebhooks, Result<IReadOnlyList<WebhookView>>>
{
    public async Task<Result<IReadOnlyList<WebhookView>>> Handle(ListWebhooks request, CancellationToken ct) =>
        (await WebhookTable.List(work, WebhookLaw.OwnOnly(work.Caller), request.After, request.Limit, ct)).ConvertAll(w => w.View());
}

internal sealed class GetWebhookHandler(UnitOfWork work) : IRequestHandler<GetWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(GetWebhook request, CancellationToken ct) =>
        await WebhookTable.Find(work, request.Id, forUpdate: false, ct) is { } webhook ? webhook.View() : WebhookLaw.Unknown();
}

internal sealed class DeleteWebhookHandler(UnitOfWork work, ExceptionDesk desk) : IRequestHandler<DeleteWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(DeleteWebhook request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: true, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        webhook.Become(webhook.Row with { Deleted = work.Now });
        work.Raise(webhook, new WebhookDeleted(Guid.CreateVersion7(), work.Now, webhook.Row.Id));
        work.Write(webhook.Row);
        work.Write(new WebhookLeftoversRow(webhook.Row.Id));
        WebhookCases.Heal(desk, webhook.Row.Id);
        return webhook.View();
    }
}

internal sealed class PauseWebhookHandler(UnitOfWork work, ExceptionDesk desk) : IRequestHandler<PauseWebhook, Result<WebhookView>>
{
    public async Task<Result<WebhookView>> Handle(PauseWebhook request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: true, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        var wanted = request.IsPaused ? WebhookState.Paused : WebhookState.Active;
        if (webhook.Row.State == wanted)
        {
            return webhook.View();
        }

        if (request.IsPaused && webhook.Row.State == WebhookState.Disabled)
        {
            return Refusal.Conflict("webhooks.is-disabled", "It is disabled; nothing is sent to it.");
        }

        webhook.Become(webhook.Row with { State = wanted, Why = null });
        work.Raise(webhook, new WebhookTurned(Guid.CreateVersion7(), work.Now, webhook.Row.Id, wanted, null));
        work.Write(webhook.Row);
        if (!request.IsPaused)
        {
            work.Write(new WebhookResumedRow(webhook.Row.Id));
            WebhookCases.Heal(desk, webhook.Row.Id);
        }

        return webhook.View();
    }
}

internal sealed class RotateWebhookSecretHandler(UnitOfWork work) : IRequestHandler<RotateWebhookSecret, Result<WebhookView>>
{
    private static readonly TimeSpan Both = TimeSpan.FromDays(1);

    public async Task<Result<WebhookView>> Handle(RotateWebhookSecret request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: true, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        var row = webhook.Row;
        // Machine time: the receiver's clock is none of the business's.
        webhook.Become(row with { SecretId = request.Secret.Id, Secret = request.Secret.Box, PreviousSecret = row.Secret, PreviousUntil = TimeProvider.System.GetUtcNow() + Both });
        work.Raise(webhook, new WebhookSecretRotated(Guid.CreateVersion7(), work.Now, row.Id, request.Secret.Id));
        work.Write(webhook.Row);
        return webhook.View();
    }
}

internal sealed class TestWebhookHandler(UnitOfWork work) : IRequestHandler<TestWebhook, Result<WebhookPing>>
{
    public async Task<Result<WebhookPing>> Handle(TestWebhook request, CancellationToken ct)
    {
        if (await WebhookTable.Find(work, request.Id, forUpdate: false, ct) is not { } webhook)
        {
            return WebhookLaw.Unknown();
        }

        if (webhook.View().State is not WebhookState.Active and var state)
        {
            return WebhookLaw.NotActive(state);
        }

        var ping = Guid.CreateVersion7();
        work.Write(new WebhookDeliveryRow(webhook.Row.Id, ping, EventTypes.Ping, BusinessKey.Of("webhook", webhook.Row.Id)));
        return new WebhookPing(ping);
    }
}
