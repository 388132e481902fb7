namespace RetailOps.Integration;

/// <summary>Where a shipment can be, in the order in which they count.</summary>
internal enum TrackingState
{
    Unknown,
    LabelCreated,
    InTransit,
    OutForDelivery,
    AvailableForPickup,
    Attempted,
    Exception,
    Lost,
    Cancelled,
    ReturningToSender,
    Delivered,
    ReturnedToSender,
}

/// <summary>One thing that a carrier said.</summary>
/// <param name="State">In our words.</param>
/// <param name="Said">In the carrier's, at most 64 characters.</param>
/// <param name="HappenedAt">UTC.</param>
/// <param name="IsForeign">Whether the carrier used a word that we do not know.</param>
internal sealed record TrackingEvent(TrackingState State, string Said, DateTimeOffset HappenedAt, bool IsForeign = false);

/// <summary>
/// Which state counts. What was said furthest along the way wins, among equals the latest: the same whatever the order in which messages come, and never backwards.
/// What happens out for delivery (a failed attempt, a parcel that waits, trouble) is equally far.
/// </summary>
internal static class Tracking
{
    public static int RankOf(TrackingState state) => state switch
    {
        TrackingState.Unknown => 0,
        TrackingState.LabelCreated => 1,
        TrackingState.InTransit => 2,
        TrackingState.OutForDelivery or TrackingState.AvailableForPickup or TrackingState.Attempted or TrackingState.Exception => 3,
        TrackingState.Lost or TrackingState.Cancelled => 4,
        TrackingState.ReturningToSender => 5,
        TrackingState.Delivered => 6,
        _ => 7,
    };

    public static TrackingEvent Furthest(IEnumerable<TrackingEvent> events) =>
        events.OrderByDescending(e => RankOf(e.State)).ThenByDescending(e => e.HappenedAt).ThenByDescending(e => e.State).First();

    /// <summary>EasyPost's <c>status</c>. Source: docs.easypost.com, trackers.</summary>
    public static IReadOnlyDictionary<string, TrackingState> EasyPost { get; } = new Dictionary<string, TrackingState>(StringComparer.OrdinalIgnoreCase)
    {
        ["unknown"] = TrackingState.Unknown,
        ["pre_transit"] = TrackingState.LabelCreated,
        ["in_transit"] = TrackingState.InTransit,
        ["out_for_delivery"] = TrackingState.OutForDelivery,
        ["delivered"] = TrackingState.Delivered,
        ["available_for_pickup"] = TrackingState.AvailableForPickup,
        ["return_to_sender"] = TrackingState.ReturningToSender,
        ["failure"] = TrackingState.Exception,
        ["cancelled"] = TrackingState.Cancelled,
        ["error"] = TrackingState.Exception,
    };

    /// <summary>Shippo's <c>status</c>. Source: docs.goshippo.com, tracking.</summary>
    public static IReadOnlyDictionary<string, TrackingState> Shippo { get; } = new Dictionary<string, TrackingState>(StringComparer.OrdinalIgnoreCase)
    {
        ["UNKNOWN"] = TrackingState.Unknown,
        ["PRE_TRANSIT"] = TrackingState.LabelCreated,
        ["TRANSIT"] = TrackingState.InTransit,
        ["DELIVERED"] = TrackingState.Delivered,
        ["RETURNED"] = TrackingState.ReturnedToSender,
        ["FAILURE"] = TrackingState.Exception,
    };

    /// <summary>AfterShip's <c>tag</c>. Source: aftership.com, delivery statuses. Expired: nothing was heard for a month.</summary>
    public static IReadOnlyDictionary<string, TrackingState> AfterShip { get; } = new Dictionary<string, TrackingState>(StringComparer.OrdinalIgnoreCase)
    {
        ["Pending"] = TrackingState.Unknown,
        ["InfoReceived"] = TrackingState.LabelCreated,
        ["InTransit"] = TrackingState.InTransit,
        ["OutForDelivery"] = TrackingState.OutForDelivery,
        ["AttemptFail"] = TrackingState.Attempted,
        ["Delivered"] = TrackingState.Delivered,
        ["AvailableForPickup"] = TrackingState.AvailableForPickup,
        ["Exception"] = TrackingState.Exception,
        ["Expired"] = TrackingState.Lost,
    };

    /// <summary>What a word of a sender means. A word that nobody knows means nothing, and says so.</summary>
    public static TrackingEvent Read(IReadOnlyDictionary<string, TrackingState> words, string? said, DateTimeOffset at) =>
        words.TryGetValue(said ?? "", out var state) ? new(state, said!, at) : new(TrackingState.Unknown, said.Cut(64) ?? "(nothing)", at, IsForeign: true);
}
