using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Pays a refund, and says what the books should say of it. Safe to run twice.</summary>
[Activity("RetailOps.ExecuteRefund", Version = 1, Category = "Returns", Description = "Pays a refund, and says what the books should say of it. Safe to run twice.")]
[Outcomes("Executed", "Refused")]
[Effect(Effect.Refunds, NoUndoBecause = "Money that was given back is not taken again without the customer.")]
[Sends(typeof(ExecuteRefund))]
[Asks(typeof(SettleRefund))]
internal sealed class ExecuteRefundActivity : Activity
{
    [Input(DisplayName = "Refund", Description = "The refund; the one of the flow's correlation id when it is left out.")]
    public Input<Guid?> RefundId { get; init; } = new();

    [Output(Description = "What was paid; nothing when it was refused.")]
    public Output<ExecutedRefund?> Executed { get; init; } = new();

    [Output(Description = "The credit memo as the ERP's flow takes it; nothing when it was refused.")]
    public Output<ErpDocument?> Document { get; init; } = new();

    [Output(DisplayName = "Reason of refusal", Description = "The code of the refusal; nothing when it was paid.")]
    public Output<string?> Refusal { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var id = context.Get(RefundId) ?? BusinessKey.IdOf("refund", context.CorrelationId);
        var result = await context.Send(new ExecuteRefund(id));
        if (result is { IsSuccess: false, Refusal.Kind: not (RefusalKind.Conflict or RefusalKind.Rule) })
        {
            throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");
        }

        context.Set(Executed, result.IsSuccess ? result.Value : null);
        context.Set(Document, result.IsSuccess ? CreditMemo.Of(result.Value) : null);
        context.Set(Refusal, result.Refusal?.Code);
        context.Complete(result.IsSuccess ? "Executed" : "Refused");
    }
}

/// <summary>What a refund says to the books of the ERP. Amounts are above 0: the kind says that they are given back.</summary>
internal static class CreditMemo
{
    public static ErpDocument Of(ExecutedRefund refund) => new(
        "CreditMemo",
        refund.RefundId,
        refund.Reference,
        refund.CustomerId,
        refund.BusinessDate,
        refund.Amount.Currency,
        [.. refund.Lines.Select(l => new ErpLine(refund.Kind == "sundry" ? "sundry" : "goods", l.Sku, l.Quantity, l.Amount, l.Tax, l.Sku is null ? refund.Reason : null))],
        refund.InvoiceId is { } invoice ? ErpDocument.KeyOf("SalesInvoice", invoice) : null,
        Payments: refund.PaidTo is { } paid ? [.. paid.Select(p => new ErpPayment(p.Tender, p.Amount))] : null);
}
