using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Inventory;

/// <summary>Gives back what the order was promised at nodes and will not take. Run twice, the second time finds less allocated and says so.</summary>
[Activity("RetailOps.ReleaseAllocation", Version = 1, Category = "Inventory", Description = "Gives back what the order was promised at nodes and will not take. Run twice, the second time finds less allocated and says so.")]
[Outcomes("Released", "NotAllocated")]
[Effect(Effect.Releases, UndoneBy = "RetailOps.AllocateOrder")]
[Sends(typeof(ReleaseAllocation))]
internal sealed class ReleaseAllocationActivity : Activity
{
    [Input(DisplayName = "Lines", Description = "How much of which line at which node; nothing releases nothing.")]
    public Input<GrantedStock[]> Lines { get; init; } = new();

    [Output(Description = "How many units are free again.")]
    public Output<int> Units { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var order = OrderKey.Of(context.CorrelationId);
        if (context.Get(Lines) is not { Length: > 0 } lines)
        {
            context.Set(Units, 0);
            context.Complete("Released");
            return;
        }

        var result = await context.Send(new ReleaseAllocation(order, lines));
        if (result is { IsSuccess: false, Refusal.Kind: not RefusalKind.Conflict })
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Set(Units, result.IsSuccess ? result.Value.Units : 0);
        context.Complete(result.IsSuccess ? "Released" : "NotAllocated");
    }
}
