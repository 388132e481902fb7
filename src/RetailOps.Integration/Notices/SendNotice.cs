using System.Text.Json;
using System.Text.RegularExpressions;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Integration;

internal sealed partial class SendNoticeValidator : AbstractValidator<SendNotice>
{
    public SendNoticeValidator()
    {
        RuleFor(r => r.Template).Must(t => t is not null && Name().IsMatch(t)).WithErrorCode("notices.template-name").WithMessage("1 to 40 small letters, digits and hyphens.");
        RuleFor(r => r.Subject).Must(s => Text.HasLength(s, 100)).WithErrorCode("notices.subject").WithMessage("1 to 100 characters.");
        RuleFor(r => r.Facts).Must(f => f is null || f.Value.GetRawText().Length <= 4_000).WithErrorCode("notices.facts").WithMessage("At most 4,000 characters.");
    }

    [GeneratedRegex("^[a-z0-9-]{1,40}$")]
    private static partial Regex Name();
}

internal sealed class SendNoticeHandler(UnitOfWork work, ISender sender, NoticeOptions options) : IRequestHandler<SendNotice, Result<string>>
{
    public const string Off = "off";

    // An order of whose buyer nothing is known is written down once, whatever there would be to tell.
    private const string Nobody = "nobody";

    public async Task<Result<string>> Handle(SendNotice request, CancellationToken ct)
    {
        if (!options.IsOn)
        {
            return Off;
        }

        var reach = await sender.Send(new ReachOrder(request.OrderId), ct);
        if (!reach.IsSuccess)
        {
            return reach.Refusal;
        }

        var order = request.OrderId;
        var facts = request.Facts?.GetRawText();
        if (!reach.Value.HasBuyer)
        {
            work.Write(new NoticeRow(NoticeRow.IdOf(order, Nobody, ""), order, reach.Value.Channel, request.Template, request.Subject, null, NoticeState.NoAddress, null, null, work.Now));
            return NoticeState.NoAddress;
        }

        // In a group nobody asks the database: there, a second fact about the message breaks the group up, and its bursts come here alone.
        var id = NoticeRow.IdOf(order, request.Template, request.Subject);
        if (work.Mode is not WorkMode.Group && await NoticeReads.Exists(work, id, ct))
        {
            return NoticeState.Asked;
        }

        work.Write(new NoticeRow(id, order, reach.Value.Channel, request.Template, request.Subject, facts, NoticeState.Asked, null, null, work.Now));
        work.Raise(new NoticeRequested(Guid.CreateVersion7(), work.Now, id, order, request.Template));
        return NoticeState.Asked;
    }
}

/// <summary>Tells the customer of an order something, and does not wait until it was sent. Safe to run twice: a template tells of a subject once.</summary>
[Activity("RetailOps.SendNotice", Version = 1, Category = "Notices", Description = "Tells the customer of an order something, and does not wait until it was sent. Safe to run twice: a template tells of a subject once.")]
[Outcomes("Asked", "NoAddress", "Off")]
[Effect(Effect.Notifies, NoUndoBecause = "What was said is said; another notice can correct it.")]
[Sends(typeof(SendNotice))]
[Asks(typeof(ReachOrder))]
internal sealed class SendNoticeActivity : Activity
{
    [Input(Description = "Which template, like order-confirmed.")]
    public Input<string> Template { get; init; } = new();

    [Input(DisplayName = "Order", Description = "The order; left out, the one that the correlation id names, if it names one.")]
    public Input<Guid?> OrderId { get; init; } = new();

    [Input(Description = "What it is about, once per template; left out, the correlation id.")]
    public Input<string?> Subject { get; init; } = new();

    [Input(Description = "What the template needs to know besides the order. No personal data.")]
    public Input<JsonElement?> Facts { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var subject = context.Get(Subject) ?? context.CorrelationId ?? throw new InvalidOperationException("A notice is about something, and this instance has no correlation id.");
        if (Order(context) is not { } order)
        {
            // Goods that came back without a receipt belong to no order, and nobody knows whose they are.
            context.Complete("NoAddress");
            return;
        }

        var result = await context.Send(new SendNotice(order, context.Get(Template) ?? "", subject, context.Get(Facts)));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Complete(result.Value switch { NoticeState.NoAddress => "NoAddress", SendNoticeHandler.Off => "Off", _ => "Asked" });
    }

    private OrderId? Order(ActivityContext context) =>
        context.Get(OrderId) is { } id ? new OrderId(id) : context.CorrelationId?.StartsWith("order/", StringComparison.Ordinal) is true ? OrderKey.Of(context.CorrelationId) : null;
}
