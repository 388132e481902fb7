using RetailOps.Integration;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>Writes the invoice of a shipment, or of an order without goods, and gives the document that the ERP should have. Safe to run twice.</summary>
[Activity("RetailOps.IssueInvoice", Version = 1, Category = "Orders", Description = "Writes the invoice of a shipment, or of an order without goods, and gives the document that the ERP should have. Safe to run twice.")]
[Effect(Effect.Charges, NoUndoBecause = "An invoice stands; what comes back is credited by a document of its own.")]
[Sends(typeof(IssueInvoice))]
internal sealed class IssueInvoiceActivity : Activity
{
    [Input(DisplayName = "Order", Description = "The order; left out, the one that the correlation id names.")]
    public Input<Guid?> OrderId { get; init; } = new();

    [Input(DisplayName = "Shipment", Description = "The shipment; left out for an order without goods.")]
    public Input<Guid?> FulfilmentId { get; init; } = new();

    [Output(Description = "The invoice.")]
    public Output<IssuedInvoice> Invoice { get; init; } = new();

    [Output(Description = "What the ERP should have: a document of the kind SalesInvoice, as the posting takes it.")]
    public Output<ErpDocument> Document { get; init; } = new();

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        var invoice = (await context.Send(new IssueInvoice(context.Order(OrderId), context.Get(FulfilmentId)))).OrFail();
        context.Set(Invoice, invoice);
        context.Set(Document, Documents.Of(invoice));
        context.Complete();
    }
}
