using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Decides what a return is worth and keeps the money for it. Safe to run twice.</summary>
[Activity("RetailOps.GrantRefund", Version = 1, Category = "Returns", Description = "Decides what a return is worth and keeps the money for it. Safe to run twice.")]
[Outcomes("Granted", "NeedsApproval", "Refused")]
[Effect(Effect.Refunds, UndoneBy = "RetailOps.VoidRefund")]
[Sends(typeof(GrantRefund))]
[Asks(typeof(ReserveRefund))]
internal sealed class GrantRefundActivity : Activity
{
    [Input(DisplayName = "Return", Description = "The return; the one of the flow's correlation id when it is left out.")]
    public Input<Guid?> ReturnId { get; init; } = new();

    [Output(DisplayName = "Refund", Description = "The refund; nothing when it was refused.")]
    public Output<Guid?> RefundId { get; init; } = new();

    [Output(Description = "How much.")]
    public Output<Money?> Amount { get; init; } = new();

    [Output(DisplayName = "Needs approval", Description = "Whether a person must approve it.")]
    public Output<bool> NeedsApproval { get; init; } = new();

    [Output(DisplayName = "Reason of refusal", Description = "The code of the refusal; nothing when it was granted.")]
    public Output<string?> Refusal { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var id = context.Get(ReturnId) ?? BusinessKey.IdOf("return", context.CorrelationId);
        var result = await context.Send(new GrantRefund(id, context.ExecutionId));
        if (result is { IsSuccess: false, Refusal.Kind: not (RefusalKind.Conflict or RefusalKind.Rule) })
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        var refund = result.IsSuccess ? result.Value : null;
        context.Set(RefundId, refund?.Id);
        context.Set(Amount, refund?.Amount);
        context.Set(NeedsApproval, refund?.NeedsApproval ?? false);
        context.Set(Refusal, result.Refusal?.Code);
        context.Complete(refund is null ? "Refused" : refund.NeedsApproval ? "NeedsApproval" : "Granted");
    }
}
