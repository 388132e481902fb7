using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Writes down that a message could not be mapped.</summary>
/// <param name="Id">Which.</param>
/// <param name="Why">For a person, without what the message says.</param>
/// <param name="IsLast">Whether it is not tried again by itself.</param>
/// <param name="Pause">After which it is, else.</param>
[Needs("integration.replay"), AsksDatabase]
internal sealed record FailMessage(Guid Id, string Why, bool IsLast, TimeSpan Pause) : IRequest<Result<MessageView>>;

internal sealed class FailMessageHandler(UnitOfWork work, ExceptionDesk desk) : IRequestHandler<FailMessage, Result<MessageView>>
{
    public async Task<Result<MessageView>> Handle(FailMessage request, CancellationToken ct)
    {
        if (await MessageRow.Lock(work, request.Id, ct) is not { View.State: MessageStates.Received or MessageStates.Unmatched } row)
        {
            return Refusal.NotFound("integration.message-unknown", "There is no such message.");
        }

        if (request.IsLast)
        {
            work.Write(MessageStateRow.Of(row, MessageStates.Failed, "integration.mapping-broke", $"Each of {row.View.Attempts} tries broke: {request.Why}", work.Now));
            desk.Open(new(
                BusinessKey.Of("message", row.View.Id), TakeMessageHandler.Failed, "high",
                $"A message of {row.View.Source} ({row.View.Topic}) broke each of {row.View.Attempts} tries: {request.Why}. The log says more. Map it again after a fix, or discard it; what it is about waits behind it."));
        }
        else
        {
            work.Write(MessageStateRow.Of(row, row.View.State, row.View.Code, row.View.Reason, work.Now) with { DecidedAt = row.View.DecidedAt, Pause = request.Pause, Fresh = false });
        }

        return row.View;
    }
}
