using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Decides which nodes serve what an order still lacks. Safe to run twice with the same attempt.</summary>
[Activity("RetailOps.SourceOrder", Version = 1, Category = "Orders", Description = "Decides which nodes serve what an order still lacks. Safe to run twice with the same attempt.")]
[Outcomes("Planned", "Partly", "Nothing", "Held")]
[Effect(Effect.Records, NoUndoBecause = "A plan promises nothing; the next attempt makes another.")]
[Sends(typeof(SourceOrder))]
[Asks(typeof(FindStock))]
internal sealed class SourceOrderActivity : Activity
{
    [Input(Default = "1", Description = "Which try, from 1: with the order's id it makes the request repeatable.")]
    public Input<int> Attempt { get; init; } = new();

    [Input(DisplayName = "Nodes left out", Description = "Codes of nodes that must not serve this time; nothing for none.")]
    public Input<string[]> Excluded { get; init; } = new();

    [Output(DisplayName = "Lines", Description = "The plan's lines, as RetailOps.AllocateOrder takes them.")]
    public Output<IReadOnlyList<PlannedLine>> Lines { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var result = await context.Send(new SourceOrder(OrderKey.Of(context.CorrelationId), context.Get(Attempt), context.Get(Excluded)));
        if (result.Refusal?.Code == "orders.held")
        {
            context.Set(Lines, []);
            context.Complete("Held");
            return;
        }

        var plan = result.OrFail();
        context.Set(Lines, plan.Lines);
        context.Complete(plan.Lines.Count == 0 ? "Nothing" : plan.IsWhole ? "Planned" : "Partly");
    }
}
