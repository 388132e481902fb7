using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Integration;

/// <summary>What a message asks for, in the business's own words: the one language into which all senders are translated.</summary>
internal abstract record InboundCommand
{
    private InboundCommand()
    {
    }

    /// <summary>What it would change, as the rules of ownership call it.</summary>
    public abstract (string Entity, string Field) Fact { get; }

    /// <summary>One sentence without personal data.</summary>
    public abstract string Says { get; }

    /// <summary>An order as the channel has it now.</summary>
    /// <param name="Order">The order.</param>
    /// <param name="IsCancelled">Whether the channel has cancelled it meanwhile.</param>
    /// <param name="Beyond">What of it no module takes over; null when it is all there.</param>
    public sealed record Place(PlaceOrder Order, bool IsCancelled = false, string? Beyond = null) : InboundCommand
    {
        public override (string Entity, string Field) Fact => ("order", "placed");

        public override string Says => $"Place order {Order.Channel}/{Order.ExternalId} with {Order.Lines.Count} lines.";
    }

    /// <summary>The channel does not want an order any more.</summary>
    public sealed record Cancel(string Channel, string ExternalId, string Reason) : InboundCommand
    {
        public override (string Entity, string Field) Fact => ("order", "cancelled");

        public override string Says => $"Cancel order {Channel}/{ExternalId}.";
    }

    /// <summary>What a carrier says of a shipment.</summary>
    /// <param name="Carrier">Who says it, in small letters.</param>
    /// <param name="Number">The carrier's number.</param>
    /// <param name="Events">At least one.</param>
    public sealed record Track(string Carrier, string Number, IReadOnlyList<TrackingEvent> Events) : InboundCommand
    {
        public override (string Entity, string Field) Fact => ("shipment", "tracking");

        public override string Says => $"Record {Events.Count} tracking events of {Carrier} {Number}, the furthest {Tracking.Furthest(Events).State}.";
    }

    /// <summary>Stock of an item is other than was known.</summary>
    public sealed record Adjust(AdjustStock Stock) : InboundCommand
    {
        public override (string Entity, string Field) Fact => ("stock", "on-hand");

        public override string Says => $"Adjust stock of {Stock.Sku} by {Stock.Quantity}.";
    }

    /// <summary>Goods came.</summary>
    public sealed record Receive(ReceiveStock Stock) : InboundCommand
    {
        public override (string Entity, string Field) Fact => ("stock", "on-hand");

        public override string Says => $"Receive {Stock.Lines.Count} lines at {Stock.Node}.";
    }

    /// <summary>Nothing of ours takes it over: it is kept and listed.</summary>
    /// <param name="Code">Why, stable.</param>
    /// <param name="Reason">Why, for a person, without personal data.</param>
    /// <param name="About">Entity and field that it speaks of.</param>
    /// <param name="Severity">Null when nobody has to look; else an exception is opened.</param>
    /// <param name="AtStake">Money that hangs on it.</param>
    public sealed record Park(string Code, string Reason, (string Entity, string Field) About, string? Severity = null, Money? AtStake = null) : InboundCommand
    {
        public override (string Entity, string Field) Fact => About;

        public override string Says => $"Nothing: {Reason}";
    }
}
