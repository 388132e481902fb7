using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Writes what was granted into the order, and says what still waits.</summary>
[Activity("RetailOps.RecordAllocation", Version = 1, Category = "Orders")]
[Outcomes("Allocated", "Backordered")]
[Effect(Effect.Records, NoUndoBecause = "It only states what happened to the stock; the next allocation states the next.")]
[Sends(typeof(RecordAllocation))]
internal sealed class RecordAllocationActivity : Activity
{
    /// <summary>What was granted, from <c>RetailOps.AllocateOrder</c>; nothing when it was short.</summary>
    [Input]
    public Input<GrantedUnits[]> Granted { get; init; } = new();

    /// <summary>What still waits for stock, as lines for the next try.</summary>
    [Output]
    public Output<IReadOnlyList<MissingUnits>> Missing { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var order = OrderKey.Of(context.CorrelationId);
        var result = await context.Send(new RecordAllocation(order, context.Get(Granted) ?? []));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Set(Missing, result.Value.Missing);
        context.Complete(result.Value.Missing.Count == 0 ? "Allocated" : "Backordered");
    }
}
