namespace RetailOps.Integration;

/// <summary>What a document of one kind must have and may have.</summary>
/// <param name="Kind">The word of <see cref="ErpDocument.Kind"/>.</param>
/// <param name="Means">What it says, in a sentence.</param>
/// <param name="Accounts">What its lines may be about; empty for a document without lines.</param>
/// <param name="Payments">Whether money changes hands with it: never, maybe or always.</param>
/// <param name="Places">How many places it must name: 0 for none, 1 for the node, 2 for a way between two.</param>
internal sealed record DocumentShape(string Kind, string Means, IReadOnlyList<string> Accounts, Presence Payments = Presence.Never, int Places = 0)
{
    public bool MovesGoods => Accounts is ["stock"];
}

internal enum Presence
{
    Never,
    Maybe,
    Always,
}

/// <summary>The documents that other systems get from us or give to us. The one place that knows their shapes: what is asked for is held to it, and their schemas are made of it.</summary>
internal static class DocumentKinds
{
    public const string SalesInvoice = nameof(SalesInvoice);
    public const string CreditMemo = nameof(CreditMemo);
    public const string Payment = nameof(Payment);
    public const string PaymentRefund = nameof(PaymentRefund);
    public const string GoodsReceipt = nameof(GoodsReceipt);
    public const string Shipment = nameof(Shipment);
    public const string InventoryAdjustment = nameof(InventoryAdjustment);
    public const string Transfer = nameof(Transfer);
    public const string PurchaseOrder = nameof(PurchaseOrder);

    private static readonly string[] Sold = ["goods", "shipping", "discount", "service", "sundry"];
    private static readonly string[] Stock = ["stock"];

    public static IReadOnlyList<DocumentShape> Shapes { get; } =
    [
        new(SalesInvoice, "What a customer owes for what was shipped or charged.", Sold),
        new(CreditMemo, "What a customer gets back, and what of it was paid back with it.", Sold, Presence.Maybe),
        new(Payment, "Money that a customer paid.", [], Presence.Always),
        new(PaymentRefund, "Money that was paid back to a customer.", [], Presence.Always),
        new(GoodsReceipt, "Goods that came to a place, at cost.", Stock, Places: 1),
        new(Shipment, "Goods that left for a customer, at cost.", Stock),
        new(InventoryAdjustment, "Goods found or lost, at cost, signed.", Stock),
        new(Transfer, "Goods on their way from one place to another, at cost.", Stock, Places: 2),
        new(PurchaseOrder, "Goods ordered from a supplier for a place, at the agreed price.", Stock, Places: 1),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Shapes.Select(s => s.Kind)];

    public static DocumentShape? Of(string? kind) => Shapes.FirstOrDefault(s => s.Kind == kind);
}
