using FluentValidation;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class PlaceOrderValidator : AbstractValidator<PlaceOrder>
{
    // What a JSON number holds exactly everywhere, and far from the end of 64 bits.
    private const long MostMinorUnits = 9_007_199_254_740_991;

    public PlaceOrderValidator()
    {
        RuleFor(r => r.Channel).Must(c => IsVisible(c, 64)).WithErrorCode("orders.channel").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.ExternalId).Must(e => IsVisible(e, 128)).WithErrorCode("orders.external-id").WithMessage("1 to 128 visible characters.");
        RuleFor(r => r.Currency).Must(Money.IsCurrency).WithErrorCode("orders.currency").WithMessage("A currency of ISO 4217: three upper-case letters like GBP.");
        RuleFor(r => r.ShippingMethod).Must(m => m is null || IsVisible(m, 64)).WithErrorCode("orders.shipping-method").WithMessage("1 to 64 visible characters.");
        RuleFor(r => r.Backorder).Must(b => b is "allow" or "never").WithErrorCode("orders.backorder").WithMessage("allow or never.");
        RuleFor(r => r.Lines).Must((order, l) => l is { Count: <= 2_000 } && l.Count + (order.Charges?.Count ?? 0) > 0 && l.All(x => x is not null))
            .WithErrorCode("orders.lines").WithMessage("Up to 2,000 lines, and at least one line or charge.");
        RuleFor(r => r.Charges).Must(c => c is null || (c.Count <= 200 && c.All(x => x is not null))).WithErrorCode("orders.charges").WithMessage("At most 200 charges.");
        RuleFor(r => r.Payments).Must(p => p is null || (p.Count <= 20 && p.All(x => x is not null))).WithErrorCode("orders.payments").WithMessage("At most 20 payments.");
        When(r => r.Lines?.All(l => l is not null) == true, Lines);
        When(r => r.Charges?.All(c => c is not null) == true, Charges);
        When(r => r.Payments?.All(p => p is not null) == true, Payments);
        When(r => r.Lines?.All(l => l is not null) == true && r.Charges?.Contains(null!) != true, () =>
        {
            // A line that is below nothing by itself is named as such.
            RuleFor(r => r.Lines).Must((order, lines) => OrderTotal.Of(order) is >= 0 and <= MostMinorUnits || lines.Any(l => OrderTotal.NetOf(l) < 0))
                .WithErrorCode("orders.total").WithMessage($"Lines and charges together come to 0 to {MostMinorUnits} minor units.");
            RuleFor(r => r.Payments).Must((order, p) => p is null || p.Contains(null!) || p.Sum(x => (decimal)x.Amount.MinorUnits) == OrderTotal.Of(order))
                .WithErrorCode("orders.paid").WithMessage("What was captured sums to the order's total.");
        });
        RuleFor(r => r.Customer!).ChildRules(customer =>
        {
            customer.RuleFor(c => c.Name).Must(n => n is null || Text.HasLength(n, 200)).WithErrorCode("orders.customer-name").WithMessage("1 to 200 characters.");
            customer.RuleFor(c => c.Email).Must(e => e is null || (Text.HasLength(e, 254) && e.IndexOf('@', StringComparison.Ordinal) is var at && at > 0 && at == e.LastIndexOf('@') && at < e.Length - 1))
                .WithErrorCode("orders.customer-email").WithMessage("1 to 254 characters with an at sign.");
            customer.RuleFor(c => c.ShipTo).Must(s => s is null || Text.HasLength(s, 1_000)).WithErrorCode("orders.ship-to").WithMessage("1 to 1,000 characters.");
            customer.RuleFor(c => c.Id).Must(i => i is null || (IsVisible(i, 64) && !i.Contains('@', StringComparison.Ordinal)))
                .WithErrorCode("orders.customer-id").WithMessage("1 to 64 visible characters, and no email address: this number is kept for good.");
        }).When(r => r.Customer is not null);
    }

    private void Lines()
    {
        RuleFor(r => r.Lines).Must(HaveLineIdsOfTheirOwn).WithErrorCode("orders.line-id").WithMessage("Line ids are above 0, unique, and given for all lines or none.");
        RuleForEach(r => r.Lines).ChildRules(line =>
        {
            line.RuleFor(l => l.Sku).Must(s => s.IsWellFormed).WithErrorCode("orders.sku").WithMessage("1 to 64 visible characters.");
            line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("orders.quantity");
            line.RuleFor(l => l.UnitPrice.MinorUnits).InclusiveBetween(0, 100_000_000_000).WithErrorCode("orders.unit-price");
            line.RuleFor(l => l.Discount).Must((l, d) => d is null || (d.Value.MinorUnits >= 0 && d.Value.MinorUnits <= (decimal)l.UnitPrice.MinorUnits * l.Quantity))
                .WithErrorCode("orders.discount").WithMessage("0 up to what the line costs.");
            line.RuleFor(l => l.Tax).Must(t => t is null or { MinorUnits: >= 0 and <= MostMinorUnits }).WithErrorCode("orders.tax").WithMessage("0 or more.");
        });
        RuleForEach(r => r.Lines)
            .Must((order, line) => line.UnitPrice.Currency == order.Currency && IsOf(order, line.Discount) && IsOf(order, line.Tax))
            .WithErrorCode("orders.currency").WithMessage("The order's currency.");
    }

    private void Charges()
    {
        RuleForEach(r => r.Charges).ChildRules(charge =>
        {
            charge.RuleFor(c => c.Kind).Must(k => k is "shipping" or "discount" or "service").WithErrorCode("orders.charge-kind").WithMessage("shipping, discount or service.");
            charge.RuleFor(c => c.Amount).Must((c, a) => Math.Abs((decimal)a.MinorUnits) <= MostMinorUnits && (a.MinorUnits >= 0 || c.Kind == "discount"))
                .WithErrorCode("orders.charge-amount").WithMessage("0 or more, below it only for a discount.");
            charge.RuleFor(c => c.Tax).Must((c, t) => t is null || (Math.Abs((decimal)t.Value.MinorUnits) <= MostMinorUnits && Math.Sign(t.Value.MinorUnits) * Math.Sign(c.Amount.MinorUnits) >= 0))
                .WithErrorCode("orders.tax").WithMessage("With the sign of the amount.");
            charge.RuleFor(c => c.Description).Must(d => d is null || Text.HasLength(d, 200)).WithErrorCode("orders.description").WithMessage("1 to 200 characters.");
        });
        RuleForEach(r => r.Charges).Must((order, charge) => charge.Amount.Currency == order.Currency && IsOf(order, charge.Tax))
            .WithErrorCode("orders.currency").WithMessage("The order's currency.");
    }

    private void Payments()
    {
        RuleForEach(r => r.Payments).ChildRules(payment =>
        {
            payment.RuleFor(p => p.Tender).Must(t => IsVisible(t, 32)).WithErrorCode("orders.tender").WithMessage("1 to 32 visible characters.");
            payment.RuleFor(p => p.Amount.MinorUnits).InclusiveBetween(0, MostMinorUnits).WithErrorCode("orders.payment-amount");
            payment.RuleFor(p => p.Reference).Must(r => r is null || Text.HasLength(r, 128)).WithErrorCode("orders.payment-reference").WithMessage("1 to 128 characters.");
        });
        RuleFor(r => r.Payments).Must(p => p!.Select(x => x.Tender).Distinct(StringComparer.Ordinal).Count() == p!.Count)
            .WithErrorCode("orders.tender").WithMessage("Each tender once.");
        RuleForEach(r => r.Payments).Must((order, payment) => payment.Amount.Currency == order.Currency).WithErrorCode("orders.currency").WithMessage("The order's currency.");
    }

    private static bool IsOf(PlaceOrder order, Money? amount) => amount is null || amount.Value.Currency == order.Currency;

    private static bool IsVisible(string? text, int most) => Text.HasLength(text, most) && !text!.Any(char.IsControl);

    private static bool HaveLineIdsOfTheirOwn(IReadOnlyList<NewOrderLine> lines) =>
        lines.All(l => l.LineId is null) || (lines.All(l => l.LineId > 0) && lines.Select(l => l.LineId).Distinct().Count() == lines.Count);
}
