using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Cancels what has not left of an order.</summary>
[Activity("RetailOps.CancelOrder", Version = 1, Category = "Orders", Description = "Cancels what has not left of an order.")]
[Outcomes("Cancelled", "Nothing")]
[Effect(Effect.Releases, NoUndoBecause = "A customer who wants it after all orders anew.")]
[Sends(typeof(CancelOrder))]
[Asks(typeof(ReleaseAllocation))]
[Asks(typeof(ReleaseReservation))]
internal sealed class CancelOrderActivity : Activity
{
    [Input(DisplayName = "Order", Description = "The order; left out, the one that the correlation id names.")]
    public Input<Guid?> OrderId { get; init; } = new();

    [Input(Description = "Why, 1 to 200 characters.")]
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
