using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Gives up a refund that was not paid. Safe to run twice.</summary>
[Activity("RetailOps.VoidRefund", Version = 1, Category = "Returns")]
[Effect(Effect.Releases, NoUndoBecause = "Another refund can be granted for the same return.")]
[Sends(typeof(VoidRefund))]
[Asks(typeof(ReleaseRefund))]
internal sealed class VoidRefundActivity : Activity
{
    /// <summary>The refund; the one of the flow's correlation id when it is left out.</summary>
    [Input]
    public Input<Guid?> RefundId { get; init; } = new();

    /// <summary>Why, at most 200 characters.</summary>
    [Input(Default = "Rejected")]
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
