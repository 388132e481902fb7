using System.Security.Cryptography;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Finds out what a message means and does it: what it does, and what became of it, in one transaction.</summary>
/// <param name="Id">Which message; one that is decided already stays as it is.</param>
[Needs("integration.replay"), AsksDatabase]
internal sealed record TakeMessage(Guid Id) : IRequest<Result<MessageView>>;

internal sealed class TakeMessageHandler(UnitOfWork work, InboxBoxes boxes, InboundMappings mappings, EventOwnership ownership, InboundEffects effects, ExceptionDesk desk, InboxOptions options)
    : IRequestHandler<TakeMessage, Result<MessageView>>
{
    public const string Failed = "integration.message-failed";
    public const string Quarantined = "integration.message-quarantined";
    public const string Unmatched = "integration.message-unmatched";

    public async Task<Result<MessageView>> Handle(TakeMessage request, CancellationToken ct)
    {
        if (await MessageRow.Lock(work, request.Id, ct) is not { } row)
        {
            return Refusal.NotFound("integration.message-unknown", "There is no such message.");
        }

        if (row.View.State is not (MessageStates.Received or MessageStates.Unmatched))
        {
            return row.View;
        }

        var source = await (await work.Join<IntegrationDbContext>(ct)).Set<Source>().AsNoTracking().SingleAsync(s => s.Name == row.View.Source, ct);
        try
        {
            var message = StoredPayload.Read(boxes.OpenPayload(row.Payload!));
            var (commands, readBy) = mappings.Read(source, message, row.View);
            await Take(row, source, commands, readBy, ct);
        }
        catch (UnreadableException e)
        {
            // No try makes it readable: a person, or another version of what reads it.
            Decide(row, MessageStates.Failed, "integration.unreadable", e.Message);
        }
        catch (CryptographicException)
        {
            Decide(row, MessageStates.Failed, "integration.sealed", "The message was sealed under another key than this host has; start the host with the key of then, and map it again.");
        }

        return row.View;
    }

    private async Task Take(MessageRow row, Source source, IReadOnlyList<InboundCommand> commands, string readBy, CancellationToken ct)
    {
        if (!row.Released && ownership.Against(source, commands, row.View.HappenedAt, work.Now) is { } why)
        {
            Decide(row, MessageStates.Quarantined, "integration.not-owner", why, readBy);
            return;
        }

        var context = new EffectContext(row.View, source, await MessageRow.LatestOf(work, row.View, ct));
        var made = new List<InboundOutcome>();
        foreach (var command in commands)
        {
            made.Add(await effects.Do(command, context, ct));
        }

        if (made.Exists(e => e.Made.Any(m => m.StartsWith("placed ", StringComparison.Ordinal))))
        {
            // What came before its order has waited for this.
            work.Write(new AwaitedRow(row.View.Key));
        }

        // The worst of what became of its parts is what became of it.
        var worst = made.MaxBy(e => Weight(e.State))!;
        Decide(row, worst.State, worst.Code, worst.Reason, readBy, [.. made.SelectMany(e => e.Made)], made.Select(e => e.OrderId).FirstOrDefault(o => o is not null));
    }

    private void Decide(MessageRow row, string state, string? code, string? reason, string? readBy = null, IReadOnlyList<string>? made = null, Guid? orderId = null)
    {
        var pause = state == MessageStates.Unmatched ? Mapper.Pause(options, row.View.Attempts) : TimeSpan.Zero;
        work.Write(MessageStateRow.Of(row, state, code, reason, work.Now) with { ReadBy = readBy, Made = made ?? [], OrderId = orderId, Pause = pause });
        var key = BusinessKey.Of("message", row.View.Id);
        if (state == MessageStates.Failed)
        {
            desk.Open(new(key, Failed, "medium", $"A message of {row.View.Source} ({row.View.Topic}) cannot be mapped: {reason} Mend what stands against it and map it again, or discard it; what it is about waits behind it."));
        }
        else if (state == MessageStates.Quarantined)
        {
            desk.Open(new(key, Quarantined, "medium", $"A message of {row.View.Source} ({row.View.Topic}) is held: {reason} Release it if it is right all the same, or discard it."));
        }
        else if (state == MessageStates.Unmatched)
        {
            if (work.Now - row.View.ReceivedAt >= options.Patience)
            {
                desk.Open(new(key, Unmatched, "low", $"A message of {row.View.Source} ({row.View.Topic}) has found no partner: {reason} It is tried again all the same; discard it if it is not ours."));
            }
        }
        else
        {
            Heal(desk, row.View.Id);
        }
    }

    /// <summary>Nobody need look at a message any more.</summary>
    public static void Heal(ExceptionDesk desk, Guid message)
    {
        foreach (var cause in (string[])[Failed, Quarantined, Unmatched])
        {
            desk.Heal(BusinessKey.Of("message", message), cause);
        }
    }

    private static int Weight(string state) => state switch
    {
        MessageStates.Mapped => 0,
        MessageStates.Late => 1,
        MessageStates.Parked => 2,
        MessageStates.Unmatched => 3,
        _ => 4,
    };
}
