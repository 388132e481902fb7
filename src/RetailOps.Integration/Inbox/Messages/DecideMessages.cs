using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What people do with messages: the row is locked, what was decided is a fact, and who waits behind it is tried.</summary>
internal sealed class MessageDecisions(UnitOfWork work, InboxBell bell, KeptMessages kept, InboundMappings mappings)
{
    /// <summary>A message waits to be mapped again. What it is about is looked up anew: what reads it may be another than then.</summary>
    public async Task<MessageView> Again(MessageRow row, bool released, CancellationToken ct)
    {
        var key = await KeyOf(row, ct);
        var again = MessageStateRow.Of(row, MessageStates.Received, null, null, work.Now) with { Key = key, Released = released };
        work.Write(again);
        work.OnCommitted(bell.Ring);
        return row.View with { State = again.State, Code = null, Reason = null, DecidedAt = null, Key = key, Attempts = 0 };
    }

    public void Tell(MessageRow row, string decision, string? reason) => work.Raise(new MessageDecided(Guid.CreateVersion7(), work.Now, row.View.Id, decision, reason));

    private async Task<string> KeyOf(MessageRow row, CancellationToken ct)
    {
        var source = await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().AsNoTracking().SingleAsync(s => s.Name == row.View.Source, ct);
        try
        {
            return (await kept.Open(row.View.Id, ct)) is { IsSuccess: true, Value.Message: var message } ? mappings.Head(source, message, source.Reader.Peek(source, message)).Key : row.View.Key;
        }
        catch (UnreadableException)
        {
            return row.View.Key;
        }
    }
}

internal sealed class MapMessageHandler(UnitOfWork work, MessageDecisions decisions) : IRequestHandler<MapMessage, Result<MessageView>>
{
    public async Task<Result<MessageView>> Handle(MapMessage request, CancellationToken ct)
    {
        switch (await MessageRow.Lock(work, request.Id, ct))
        {
            case null:
                return Refusal.NotFound("integration.message-unknown", "There is no such message.");
            case { View.State: MessageStates.Received } waiting:
                return waiting.View;
            case { View.HasPayload: false }:
                return Refusal.Conflict("integration.message-emptied", "What this message said is not kept any more; have it sent again if it is needed.");
            case var row when MessageStates.CanBeMappedAgain(row.View.State):
                decisions.Tell(row, "map", null);
                return await decisions.Again(row, row.Released, ct);
            case var row:
                return Refusal.Conflict("integration.message-decided", $"The message is {row.View.State}: only what is parked, unmatched, late or failed is mapped again; release what is quarantined.");
        }
    }
}

internal sealed class MapMessagesValidator : AbstractValidator<MapMessages>
{
    public MapMessagesValidator() =>
        RuleFor(r => r.State).Must(s => s is not null && MessageStates.CanBeMappedAgain(s)).WithErrorCode("integration.state").WithMessage("parked, unmatched, late or failed.");
}

internal sealed class MapMessagesHandler(UnitOfWork work, MessageDecisions decisions) : IRequestHandler<MapMessages, Result<RemappedMessages>>
{
    private const int Most = 1_000;

    public async Task<Result<RemappedMessages>> Handle(MapMessages request, CancellationToken ct)
    {
        var rows = await MessageRow.Range(work, request, Most, ct);
        foreach (var row in rows)
        {
            decisions.Tell(row, "map", null);
            await decisions.Again(row, row.Released, ct);
        }

        return new RemappedMessages(rows.Count);
    }
}

internal sealed class DiscardMessageValidator : AbstractValidator<DiscardMessage>
{
    public DiscardMessageValidator() => RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 500)).WithErrorCode("integration.reason").WithMessage("1 to 500 characters.");
}

internal sealed class DiscardMessageHandler(UnitOfWork work, MessageDecisions decisions, ExceptionDesk desk, InboxBell bell) : IRequestHandler<DiscardMessage, Result<MessageView>>
{
    public const string Code = "integration.discarded";

    public async Task<Result<MessageView>> Handle(DiscardMessage request, CancellationToken ct)
    {
        switch (await MessageRow.Lock(work, request.Id, ct))
        {
            case null:
                return Refusal.NotFound("integration.message-unknown", "There is no such message.");
            case { View: { State: MessageStates.Discarded } view } when view.Reason == request.Reason:
                return view;
            case { View.State: MessageStates.Mapped or MessageStates.Discarded } row:
                return Refusal.Conflict("integration.message-decided", $"The message is {row.View.State}; what it did is undone elsewhere.");
            case var row:
                work.Write(MessageStateRow.Of(row, MessageStates.Discarded, Code, request.Reason, work.Now));
                decisions.Tell(row, "discard", request.Reason);
                TakeMessageHandler.Heal(desk, row.View.Id);
                work.OnCommitted(bell.Ring);
                return row.View with { State = MessageStates.Discarded, Code = Code, Reason = request.Reason, DecidedAt = work.Now };
        }
    }
}

internal sealed class ReleaseMessageValidator : AbstractValidator<ReleaseMessage>
{
    public ReleaseMessageValidator() => RuleFor(r => r.Reason).Must(t => Text.HasLength(t, 500)).WithErrorCode("integration.reason").WithMessage("1 to 500 characters.");
}

internal sealed class ReleaseMessageHandler(UnitOfWork work, MessageDecisions decisions, ExceptionDesk desk) : IRequestHandler<ReleaseMessage, Result<MessageView>>
{
    public async Task<Result<MessageView>> Handle(ReleaseMessage request, CancellationToken ct)
    {
        switch (await MessageRow.Lock(work, request.Id, ct))
        {
            case null:
                return Refusal.NotFound("integration.message-unknown", "There is no such message.");
            case { View.State: MessageStates.Quarantined } row:
                decisions.Tell(row, "release", request.Reason);
                desk.Heal(BusinessKey.Of("message", row.View.Id), TakeMessageHandler.Quarantined);
                return await decisions.Again(row, released: true, ct);
            case { Released: true } row:
                return row.View;
            case var row:
                return Refusal.Conflict("integration.not-quarantined", $"The message is {row.View.State}; only what is quarantined is released.");
        }
    }
}
