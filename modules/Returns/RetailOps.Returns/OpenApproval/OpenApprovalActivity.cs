using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Asks people about a refund. Safe to run twice: the same amount is the same question.</summary>
[Activity("RetailOps.OpenApproval", Version = 1, Category = "Returns", Description = "Asks people about a refund. Safe to run twice: the same amount is the same question.")]
[Effect(Effect.Records, NoUndoBecause = "A question about money stays on record; giving up the refund closes it.")]
[Sends(typeof(OpenApproval))]
internal sealed class OpenApprovalActivity : Activity
{
    [Input(DisplayName = "Refund", Description = "The refund; the one of the flow's correlation id when it is left out.")]
    public Input<Guid?> RefundId { get; init; } = new();

    [Output(Description = "What the task should show: id, refundId, amount, tier, requestedBy, dueAt and the rest of the approval.")]
    public Output<ApprovalView> Approval { get; init; } = new();

    [Output(DisplayName = "Due at", Description = "When it escalates.")]
    public Output<DateTimeOffset> DueAt { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var id = context.Get(RefundId) ?? BusinessKey.IdOf("refund", context.CorrelationId);
        var result = await context.Send(new OpenApproval(id));
        if (!result.IsSuccess)
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        // What a customer wrote stays out of flows.
        context.Set(Approval, result.Value with { Reason = null });
        context.Set(DueAt, result.Value.DueAt);
        context.Complete();
    }
}
