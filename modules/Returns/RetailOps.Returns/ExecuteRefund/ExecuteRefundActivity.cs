using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>Pays a refund, and says what the books should say of it. Safe to run twice.</summary>
[Activity("RetailOps.ExecuteRefund", Version = 1, Category = "Returns")]
[Outcomes("Executed", "Refused")]
[Effect(Effect.Refunds, NoUndoBecause = "Money that was given back is not taken again without the customer.")]
[Sends(typeof(ExecuteRefund))]
[Asks(typeof(SettleRefund))]
internal sealed class ExecuteRefundActivity : Activity
{
    /// <summary>The refund; the one of the flow's correlation id when it is left out.</summary>
    [Input]
    public Input<Guid?> RefundId { get; init; } = new();

    /// <summary>What was paid; nothing when it was refused.</summary>
    [Output]
    public Output<ExecutedRefund?> Executed { get; init; } = new();

    /// <summary>The credit memo as the ERP's flow takes it; nothing when it was refused.</summary>
    [Output]
    public Output<CreditMemo?> Document { get; init; } = new();

    /// <summary>The code of the refusal; nothing when it was paid.</summary>
    [Output]
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

/// <summary>An ERP document, member by member as Integration reads one.</summary>
internal sealed record CreditMemo(
    string Kind, Guid Subject, string Reference, string? Party, DateOnly BusinessDate, string Currency, IReadOnlyList<CreditMemoLine> Lines, string? Corrects, int Revision)
{
    public static CreditMemo Of(ExecutedRefund refund) => new(
        "CreditMemo",
        refund.RefundId,
        refund.Reference,
        refund.CustomerId,
        refund.BusinessDate,
        refund.Amount.Currency,
        [.. refund.Lines.Select(l => new CreditMemoLine(refund.Kind == "sundry" ? "sundry" : "goods", l.Sku, l.Quantity, l.Amount, l.Tax, l.Sku is null ? refund.Reason : null))],
        null,
        1);
}

/// <summary>A line of it; amounts above 0, the kind says that they are given back.</summary>
internal sealed record CreditMemoLine(string Account, Sku? Sku, int Quantity, Money Amount, Money Tax, string? Description);
