using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Puts a named stop on an order. Safe to run twice.</summary>
[Activity("RetailOps.HoldOrder", Version = 1, Category = "Orders", Description = "Puts a named stop on an order. Safe to run twice.")]
[Effect(Effect.Records, UndoneBy = "RetailOps.ReleaseHold")]
[Sends(typeof(HoldOrder))]
internal sealed class HoldOrderActivity : Activity
{
    [Input(DisplayName = "Order", Description = "The order; left out, the one that the correlation id names.")]
    public Input<Guid?> OrderId { get; init; } = new();

    [Input(Default = "manual", Description = "fraud, credit, address or manual.", Options = ["fraud", "credit", "address", "manual"])]
    public Input<string> Kind { get; init; } = new();

    [Input(Description = "Why, 1 to 200 characters.")]
    public Input<string> Reason { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        (await context.Send(new HoldOrder(context.Order(OrderId), context.Get(Kind) ?? "", context.Get(Reason) ?? "held by the workflow"))).OrFail();
        context.Complete();
    }
}

/// <summary>Takes a named stop off an order; the others stay. Safe to run twice.</summary>
[Activity("RetailOps.ReleaseHold", Version = 1, Category = "Orders", Description = "Takes a named stop off an order; the others stay. Safe to run twice.")]
[Outcomes("Free", "StillHeld")]
[Effect(Effect.Records, UndoneBy = "RetailOps.HoldOrder")]
[Sends(typeof(ReleaseHold))]
internal sealed class ReleaseHoldActivity : Activity
{
    [Input(DisplayName = "Order", Description = "The order; left out, the one that the correlation id names.")]
    public Input<Guid?> OrderId { get; init; } = new();

    [Input(Default = "manual", Description = "fraud, credit, address or manual.", Options = ["fraud", "credit", "address", "manual"])]
    public Input<string> Kind { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var holds = (await context.Send(new ReleaseHold(context.Order(OrderId), context.Get(Kind) ?? ""))).OrFail();
        context.Complete(holds.Kinds.Count == 0 ? "Free" : "StillHeld");
    }
}
