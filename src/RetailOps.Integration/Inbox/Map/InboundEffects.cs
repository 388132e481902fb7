using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What a command came to.</summary>
/// <param name="State">As of a message.</param>
/// <param name="Code">Why; null when it is mapped.</param>
/// <param name="Reason">Why, for a person, without personal data.</param>
/// <param name="Made">What it did, like <c>placed order/…</c>.</param>
/// <param name="OrderId">The order that it is about; null for none.</param>
internal sealed record InboundOutcome(string State, string? Code, string? Reason, IReadOnlyList<string> Made, Guid? OrderId)
{
    public static InboundOutcome Mapped(string made, OrderId? order = null) => new(MessageStates.Mapped, null, null, [made], order?.Value);

    public static InboundOutcome Of(string state, string code, string reason, OrderId? order = null) => new(state, code, reason, [], order?.Value);
}

/// <summary>What is known when a command is done.</summary>
/// <param name="Message">That asks for it.</param>
/// <param name="Source">Who sent it.</param>
/// <param name="Latest">The latest time, by the sender's clock, of what was taken over about the same thing; null for none.</param>
internal sealed record EffectContext(MessageView Message, Source Source, DateTimeOffset? Latest)
{
    public bool IsLate => Message.HappenedAt < Latest;
}

/// <summary>Does what commands ask for, through the modules' own requests, which decide.</summary>
internal sealed class InboundEffects(ISender sender, ShipmentEffects shipments, ExceptionDesk desk)
{
    public Task<InboundOutcome> Do(InboundCommand command, EffectContext context, CancellationToken ct) => command switch
    {
        InboundCommand.Place place => Place(place, context, ct),
        InboundCommand.Cancel cancel => Cancel(cancel, context, ct),
        InboundCommand.Track track => shipments.Track(track, context, ct),
        InboundCommand.Adjust adjust => Stock(adjust.Stock, a => a.Movements, "adjusted", ct),
        InboundCommand.Receive receive => Receive(receive.Stock, ct),
        InboundCommand.Park park => Park(park, context, ct),
        _ => throw new ArgumentOutOfRangeException(nameof(command)),
    };

    private async Task<InboundOutcome> Place(InboundCommand.Place place, EffectContext context, CancellationToken ct)
    {
        var known = await Find(place.Order.Channel, place.Order.ExternalId, ct);
        if (known is not null && context.IsLate)
        {
            return InboundOutcome.Of(MessageStates.Late, "integration.older", "Something newer of this order was taken over before.", known.Id);
        }

        if (known is null && place.IsCancelled)
        {
            return InboundOutcome.Of(MessageStates.Parked, "integration.cancelled-before", "The channel had cancelled the order before we heard of it: there is nothing to fulfil.");
        }

        if (known is not null && place.IsCancelled)
        {
            return await Cancel(known, "Cancelled in the channel.", ct);
        }

        var answer = await sender.Send(place.Order, ct);
        if (answer.IsSuccess)
        {
            var made = $"{(known is null ? "placed" : "found")} order/{answer.Value.Id}";
            return place.Beyond is null ? InboundOutcome.Mapped(made, answer.Value.Id) : new(MessageStates.Parked, "integration.edited-elsewhere", place.Beyond, [made], answer.Value.Id.Value);
        }

        return known is not null && answer.Refusal.Code == "orders.other-payload"
            ? InboundOutcome.Of(MessageStates.Parked, "integration.edited-elsewhere", "The channel says something else of this order than when it was placed, and no module changes an accepted order yet; change here by hand what has to follow.", known.Id)
            : Refused(answer.Refusal, known?.Id);
    }

    private async Task<InboundOutcome> Cancel(InboundCommand.Cancel cancel, EffectContext context, CancellationToken ct)
    {
        var known = await Find(cancel.Channel, cancel.ExternalId, ct);
        return known is null
            ? InboundOutcome.Of(MessageStates.Unmatched, "integration.order-not-there", $"There is no order {cancel.Channel}/{cancel.ExternalId} yet.")
            : context.IsLate ? InboundOutcome.Of(MessageStates.Late, "integration.older", "Something newer of this order was taken over before.", known.Id)
            : await Cancel(known, cancel.Reason, ct);
    }

    private async Task<InboundOutcome> Cancel(OrderView order, string reason, CancellationToken ct)
    {
        if (order.Status == "cancelled")
        {
            return InboundOutcome.Mapped($"found order/{order.Id} cancelled", order.Id);
        }

        var answer = await sender.Send(new CancelOrder(order.Id, reason), ct);
        if (answer.IsSuccess)
        {
            return answer.Value.Status == "cancelled" || answer.Value.Lines.All(l => l.Shipped == 0)
                ? InboundOutcome.Mapped($"cancelled order/{order.Id}", order.Id)
                : Gone(order, "part of it", [$"cancelled order/{order.Id} in part"]);
        }

        return answer.Refusal.Code == "orders.nothing-to-cancel" ? Gone(order, "all of it", []) : Refused(answer.Refusal, order.Id);
    }

    /// <summary>The channel cancels what has left: goods are on their way that nobody wants. Somebody stops them, or takes them back.</summary>
    private InboundOutcome Gone(OrderView order, string what, IReadOnlyList<string> made)
    {
        desk.Open(new(OrderKey.Of(order.Id), "integration.cancelled-too-late", "high", $"The channel cancelled the order when {what} had left. Have the carrier stop it, or let it come back as a return; the channel gives the money back itself.", order.Total));
        return new(MessageStates.Parked, "integration.cancelled-too-late", $"The order cannot be cancelled any more: {what} has left.", made, order.Id.Value);
    }

    private async Task<InboundOutcome> Receive(ReceiveStock stock, CancellationToken ct)
    {
        var answer = await sender.Send(stock, ct);
        return answer.IsSuccess ? InboundOutcome.Mapped($"received delivery {stock.Reference} at {stock.Node}") : Refused(answer.Refusal, null);
    }

    private async Task<InboundOutcome> Stock<T>(IRequest<Result<T>> request, Func<T, IReadOnlyList<StockMovement>> movements, string verb, CancellationToken ct)
    {
        var answer = await sender.Send(request, ct);
        return answer.IsSuccess ? new(MessageStates.Mapped, null, null, [.. movements(answer.Value).Select(m => $"{verb} movement/{m.Id}")], null) : Refused(answer.Refusal, null);
    }

    private async Task<InboundOutcome> Park(InboundCommand.Park park, EffectContext context, CancellationToken ct)
    {
        var order = context.Message.Key.Split('/', 3) is ["order", var channel, var externalId] ? await Find(channel, externalId, ct) : null;
        if (context.IsLate)
        {
            return InboundOutcome.Of(MessageStates.Late, "integration.older", $"Something newer was taken over before. {park.Reason}", order?.Id);
        }

        if (park.Severity is { } severity)
        {
            desk.Open(new(order is null ? context.Message.Key : OrderKey.Of(order.Id), park.Code, severity, park.Reason, park.AtStake));
        }

        return InboundOutcome.Of(MessageStates.Parked, park.Code, park.Reason, order?.Id);
    }

    private async Task<OrderView?> Find(string channel, string externalId, CancellationToken ct) => (await sender.Send(new ListOrders(null, 1, channel, externalId), ct)) is { IsSuccess: true, Value: [var order, ..] } ? order : null;

    /// <summary>A module says no: a person, or a mended item, and then it is mapped again. The words of the refusal hold no personal data.</summary>
    private static InboundOutcome Refused(Refusal refusal, OrderId? order)
    {
        var faults = refusal.Details is IEnumerable<RequestFault> list ? " " + string.Join("; ", list.Take(10).Select(f => $"{f.Field}: {f.Message}")) : "";
        return InboundOutcome.Of(MessageStates.Failed, refusal.Code, refusal.Message + faults, order);
    }
}
