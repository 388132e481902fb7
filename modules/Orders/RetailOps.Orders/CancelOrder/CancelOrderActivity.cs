using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Cancels what has not left of an order.</summary>
[Activity("RetailOps.CancelOrder", Version = 1, Category = "Orders")]
[Outcomes("Cancelled", "Nothing")]
[Effect(Effect.Releases, NoUndoBecause = "A customer who wants it after all orders anew.")]
[Sends(typeof(CancelOrder))]
[Asks(typeof(ReleaseAllocation))]
[Asks(typeof(ReleaseReservation))]
internal sealed class CancelOrderActivity : Activity
{
    /// <summary>The order; left out, the one that the correlation id names.</summary>
    [Input]
    public Input<Guid?> OrderId { get; init; } = new();

    /// <summary>Why, 1 to 200 characters.</summary>
    [Input]
    public Input<string> Reason { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var result = await context.Send(new CancelOrder(context.Order(OrderId), context.Get(Reason) ?? "cancelled by the workflow"));
        if (result.Refusal is { Code: not "orders.nothing-to-cancel" })
        {
            result.OrFail();
        }

        context.Complete(result.IsSuccess ? "Cancelled" : "Nothing");
    }
}
