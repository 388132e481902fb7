using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Writes what was granted into the order as fulfilments, one per node, and says what still waits.</summary>
[Activity("RetailOps.RecordAllocation", Version = 1, Category = "Orders", Description = "Writes what was granted into the order as fulfilments, one per node, and says what still waits.")]
[Outcomes("Allocated", "Backordered", "Cancelled")]
[Effect(Effect.Records, NoUndoBecause = "It only states what happened to the stock; the next allocation states the next.")]
[Settles(Effect.Allocates)]
[Sends(typeof(RecordAllocation))]
internal sealed class RecordAllocationActivity : Activity
{
    [Input(Description = "What was granted, from RetailOps.AllocateOrder; nothing when it was short.")]
    public Input<GrantedUnits[]> Granted { get; init; } = new();

    [Output(Description = "What still waits for stock, as lines for the next try.")]
    public Output<IReadOnlyList<MissingUnits>> Missing { get; init; } = new();

    [Output(Description = "Ids of the fulfilments that were released now.")]
    public Output<IReadOnlyList<Guid>> Fulfilments { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var granted = context.Get(Granted) ?? [];
        var result = (await context.Send(new RecordAllocation(OrderKey.Of(context.CorrelationId), granted))).OrFail();
        context.Set(Missing, result.Missing);
        context.Set(Fulfilments, result.Fulfilments);
        context.Complete(result.Missing.Count > 0 ? "Backordered" : result.IsCancelled ? "Cancelled" : "Allocated");
    }
}
