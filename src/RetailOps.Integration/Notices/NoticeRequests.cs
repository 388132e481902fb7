using System.Text;

using FluentValidation;

using MediatR;

using MimeKit;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListNoticesValidator : AbstractValidator<ListNotices>
{
    public ListNoticesValidator()
    {
        RuleFor(r => r.Status).Must(s => s is null || NoticeState.All.Contains(s)).WithErrorCode("notices.status").WithMessage("asked, sent, no-address, refused or gave-up.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("notices.limit");
    }
}

internal sealed class ResendNoticeValidator : AbstractValidator<ResendNotice>
{
    public ResendNoticeValidator() => RuleFor(r => r.Reason).Must(r => Platform.Text.HasLength(r, 200)).WithErrorCode("notices.reason").WithMessage("1 to 200 characters.");
}

internal sealed class ListOrderNoticesHandler(UnitOfWork work, ISender sender) : IRequestHandler<ListOrderNotices, Result<IReadOnlyList<NoticeView>>>
{
    public async Task<Result<IReadOnlyList<NoticeView>>> Handle(ListOrderNotices request, CancellationToken ct) =>
        await sender.Send(new GetOrder(request.OrderId), ct) is { IsSuccess: false } unknown ? unknown.Refusal! : await NoticeReads.OfOrder(work, request.OrderId, ct);
}

internal sealed class ListNoticesHandler(UnitOfWork work) : IRequestHandler<ListNotices, Result<IReadOnlyList<NoticeView>>>
{
    public async Task<Result<IReadOnlyList<NoticeView>>> Handle(ListNotices request, CancellationToken ct) => await NoticeReads.List(work, request, ct);
}

internal sealed class ReadNoticeHandler(UnitOfWork work, NoticeBox box) : IRequestHandler<ReadNotice, Result<NoticeText>>
{
    public async Task<Result<NoticeText>> Handle(ReadNotice request, CancellationToken ct) =>
        await NoticeReads.Find(work, request.Id, ct) is { } found ? new NoticeText(found.View, found.Box is { } closed && box.Open(closed) is { } mail ? await Read(mail, ct) : null) : NoticeLaw.Unknown();

    private static async Task<MailText> Read(string mail, CancellationToken ct)
    {
        using var bytes = new MemoryStream(Encoding.UTF8.GetBytes(mail));
        using var mime = await MimeMessage.LoadAsync(bytes, ct);
        return new(mime.To.ToString(), mime.Subject ?? "", mime.TextBody ?? "", mime.HtmlBody);
    }
}

internal sealed class ResendNoticeHandler(UnitOfWork work, ISender sender, NoticeOptions options) : IRequestHandler<ResendNotice, Result<NoticeView>>
{
    public async Task<Result<NoticeView>> Handle(ResendNotice request, CancellationToken ct)
    {
        var order = await sender.Send(new GetOrder(request.OrderId), ct);
        if (!order.IsSuccess)
        {
            return order.Refusal;
        }

        if (await NoticeReads.Find(work, request.Id, ct) is not { View: var first } || first.OrderId != request.OrderId)
        {
            return NoticeLaw.Unknown();
        }

        if (!options.IsOn)
        {
            return Refusal.Conflict("notices.off", "No mail is set up: see RETAILOPS_SMTP_URL.");
        }

        if (first.Status == NoticeState.Asked)
        {
            return Refusal.Conflict("notices.under-way", "It is still to be sent; wait until that is over.");
        }

        var again = first with
        {
            Id = Guid.CreateVersion7(),
            Status = NoticeState.Asked,
            Language = null,
            TemplateVersion = null,
            Why = null,
            Attempts = 0,
            RequestedAt = work.Now,
            DecidedAt = null,
            CopyOf = first.Id,
            AskedBecause = request.Reason,
        };
        var facts = (await NoticeReads.ToSettle(work, [first.Id], ct))[first.Id].Facts?.GetRawText();
        work.Write(new NoticeRow(again.Id, first.OrderId, order.Value.Channel, first.Template, first.Subject, facts, NoticeState.Asked, first.Id, request.Reason, work.Now));
        work.Raise(new NoticeRequested(Guid.CreateVersion7(), work.Now, again.Id, first.OrderId, first.Template));
        return again;
    }
}

internal static class NoticeLaw
{
    public static Refusal Unknown() => Refusal.NotFound("notices.unknown", "There is no such message.");
}
