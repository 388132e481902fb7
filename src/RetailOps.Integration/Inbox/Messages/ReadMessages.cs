using System.Security.Cryptography;
using System.Text;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListMessagesValidator : AbstractValidator<ListMessages>
{
    public ListMessagesValidator()
    {
        RuleFor(r => r.State).Must(s => s is null || MessageStates.All.Contains(s)).WithErrorCode("integration.state").WithMessage($"One of {string.Join(", ", MessageStates.All)}.");
        RuleFor(r => r.Limit).InclusiveBetween(1, Paging.Most + 1).WithErrorCode("integration.limit");
    }
}

internal sealed class ListMessagesHandler(UnitOfWork work) : IRequestHandler<ListMessages, Result<IReadOnlyList<MessageView>>>
{
    public async Task<Result<IReadOnlyList<MessageView>>> Handle(ListMessages request, CancellationToken ct) => (await MessageRow.List(work, request, ct)).ConvertAll(r => r.View);
}

internal sealed class GetMessageHandler(UnitOfWork work) : IRequestHandler<GetMessage, Result<MessageView>>
{
    public async Task<Result<MessageView>> Handle(GetMessage request, CancellationToken ct) =>
        await MessageRow.Find(work, request.Id, withPayload: false, ct) is { } row ? row.View : Refusal.NotFound("integration.message-unknown", "There is no such message.");
}

/// <summary>Opens what is kept of a message.</summary>
internal sealed class KeptMessages(UnitOfWork work, InboxBoxes boxes)
{
    public async Task<Result<(MessageRow Row, InboundMessage Message)>> Open(Guid id, CancellationToken ct)
    {
        if (await MessageRow.Find(work, id, withPayload: true, ct) is not { } row)
        {
            return Refusal.NotFound("integration.message-unknown", "There is no such message.");
        }

        try
        {
            return row.Payload is { } box
                ? (row, StoredPayload.Read(boxes.OpenPayload(box)))
                : Refusal.Conflict("integration.message-emptied", "What this message said is not kept any more; have it sent again if it is needed.");
        }
        catch (CryptographicException)
        {
            return Refusal.Conflict("integration.message-sealed", "The message was sealed under another key than this host has; start the host with the key of then.");
        }
    }
}

internal sealed class ReadMessageHandler(UnitOfWork work, KeptMessages kept) : IRequestHandler<ReadMessage, Result<MessagePayload>>
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public async Task<Result<MessagePayload>> Handle(ReadMessage request, CancellationToken ct)
    {
        var opened = await kept.Open(request.Id, ct);
        if (!opened.IsSuccess)
        {
            return opened.Refusal;
        }

        var (row, message) = opened.Value;
        work.Raise(new MessageRead(Guid.CreateVersion7(), work.Now, row.View.Id));
        try
        {
            return new MessagePayload(row.View, message.Headers, Strict.GetString(message.Body.Span), IsBase64: false);
        }
        catch (DecoderFallbackException)
        {
            return new MessagePayload(row.View, message.Headers, Convert.ToBase64String(message.Body.Span), IsBase64: true);
        }
    }
}

internal sealed class TryMappingValidator : AbstractValidator<TryMapping>
{
    public TryMappingValidator() =>
        RuleFor(r => r.Template).Must(t => t is null || Text.HasLength(t, LiquidMapping.MaxText)).WithErrorCode("integration.template").WithMessage($"1 to {LiquidMapping.MaxText} characters.");
}

internal sealed class TryMappingHandler(UnitOfWork work, KeptMessages kept, InboundMappings mappings, EventOwnership ownership) : IRequestHandler<TryMapping, Result<MappingTrial>>
{
    public async Task<Result<MappingTrial>> Handle(TryMapping request, CancellationToken ct)
    {
        var opened = await kept.Open(request.Id, ct);
        if (!opened.IsSuccess)
        {
            return opened.Refusal;
        }

        var (row, message) = opened.Value;
        var source = await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().AsNoTracking().SingleAsync(s => s.Name == row.View.Source, ct);
        try
        {
            var (commands, readBy) = mappings.Read(source, message, row.View, request.Template);
            return new MappingTrial(readBy, row.View.Key, [.. commands.Select(c => c.Says)], ownership.Against(source, commands, row.View.HappenedAt, work.Now));
        }
        catch (UnreadableException e)
        {
            return Refusal.Rule("integration.unreadable", e.Message);
        }
    }
}
