using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Inventory;

/// <summary>Takes stock for the lines it is given. Safe to run twice with the same attempt.</summary>
[Activity("RetailOps.AllocateOrder", Version = 1, Category = "Inventory", Description = "Takes stock for the lines it is given. Safe to run twice with the same attempt.")]
[Outcomes("Allocated", "Partly", "Short")]
[Effect(Effect.Allocates, UndoneBy = "RetailOps.ReleaseAllocation", UndoInputs = "Lines=Granted")]
[Sends(typeof(AllocateOrder))]
internal sealed class AllocateOrderActivity : Activity
{
    [Input(DisplayName = "Lines", Description = "What is wanted, line by line.")]
    public Input<AllocationLine[]> Lines { get; init; } = new();

    [Input(Default = "1", Description = "Which try, from 1: with the order's id it makes the request repeatable.")]
    public Input<int> Attempt { get; init; } = new();

    [Output(Description = "What was granted; empty when there was nothing.")]
    public Output<IReadOnlyList<GrantedStock>> Granted { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var order = OrderKey.Of(context.CorrelationId);
        var result = await context.Send(new AllocateOrder(order, context.Get(Attempt), context.Get(Lines) ?? [], AllowPart: true));
        if (result is { IsSuccess: false, Refusal.Kind: not RefusalKind.Conflict })
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Set(Granted, result.IsSuccess ? result.Value.Granted : []);
        context.Complete(!result.IsSuccess ? "Short" : result.Value.IsWhole ? "Allocated" : "Partly");
    }
}
