using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Gives up a refund that was not paid. Safe to run twice.</summary>
[Activity("RetailOps.VoidRefund", Version = 1, Category = "Returns", Description = "Gives up a refund that was not paid. Safe to run twice.")]
[Effect(Effect.Releases, NoUndoBecause = "Another refund can be granted for the same return.")]
[Sends(typeof(VoidRefund))]
[Asks(typeof(ReleaseRefund))]
internal sealed class VoidRefundActivity : Activity
{
    [Input(DisplayName = "Refund", Description = "The refund; the one of the flow's correlation id when it is left out.")]
    public Input<Guid?> RefundId { get; init; } = new();

    [Input(Default = "Rejected", Description = "Why, at most 200 characters.")]
    public Input<string> Reason { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var id = context.Get(RefundId) ?? BusinessKey.IdOf("refund", context.CorrelationId);
        var result = await context.Send(new VoidRefund(id, context.Get(Reason) ?? "Rejected"));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Complete();
    }
}
