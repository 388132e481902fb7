using System.Security.Cryptography;
using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

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
        RuleFor(r => r.Currency).Must(Money.IsCurrency).WithErrorCode("orders.currency").WithMessage("Three upper-case letters.");
        RuleFor(r => r.Lines).Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x is not null)).WithErrorCode("orders.lines").WithMessage("1 to 2,000 lines.");
        When(r => r.Lines?.All(l => l is not null) == true, () =>
        {
            RuleFor(r => r.Lines).Must(HaveLineIdsOfTheirOwn).WithErrorCode("orders.line-id").WithMessage("Line ids are above 0, unique, and given for all lines or none.");
            RuleForEach(r => r.Lines).ChildRules(line =>
            {
                line.RuleFor(l => l.Sku).Must(s => s.IsWellFormed).WithErrorCode("orders.sku").WithMessage("1 to 64 visible characters.");
                line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("orders.quantity");
                line.RuleFor(l => l.UnitPrice.MinorUnits).InclusiveBetween(0, 100_000_000_000).WithErrorCode("orders.unit-price");
            });
            RuleForEach(r => r.Lines).Must((order, line) => line.UnitPrice.Currency == order.Currency).WithErrorCode("orders.currency").WithMessage("The order's currency.");
            RuleFor(r => r.Lines).Must(l => l.Sum(x => (decimal)x.UnitPrice.MinorUnits * x.Quantity) <= MostMinorUnits)
                .WithErrorCode("orders.total").WithMessage($"The lines together come to {MostMinorUnits} minor units at most.");
        });
        RuleFor(r => r.Customer!).ChildRules(customer =>
        {
            customer.RuleFor(c => c.Name).Must(n => Text.HasLength(n, 200)).WithErrorCode("orders.customer-name").WithMessage("1 to 200 characters.");
            customer.RuleFor(c => c.Email).Must(e => Text.HasLength(e, 254) && e!.IndexOf('@', StringComparison.Ordinal) is var at && at > 0 && at == e!.LastIndexOf('@') && at < e.Length - 1)
                .WithErrorCode("orders.customer-email").WithMessage("1 to 254 characters with an at sign.");
            customer.RuleFor(c => c.ShipTo).Must(s => s is null || Text.HasLength(s, 1_000)).WithErrorCode("orders.ship-to").WithMessage("1 to 1,000 characters.");
        }).When(r => r.Customer is not null);
    }

    private static bool IsVisible(string? text, int most) => Text.HasLength(text, most) && !text!.Any(char.IsControl);

    private static bool HaveLineIdsOfTheirOwn(IReadOnlyList<NewOrderLine> lines) =>
        lines.All(l => l.LineId is null) || (lines.All(l => l.LineId > 0) && lines.Select(l => l.LineId).Distinct().Count() == lines.Count);
}

internal sealed class PlaceOrderHandler(UnitOfWork work) : IRequestHandler<PlaceOrder, Result<PlacedOrder>>
{
    public async Task<Result<PlacedOrder>> Handle(PlaceOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var wanted = Normal(request);
        var hash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(wanted));
        if (await orders.Earlier(wanted.Channel, wanted.ExternalId, ct) is { } earlier)
        {
            if (earlier.PayloadHash.AsSpan().SequenceEqual(hash))
            {
                return Answer(earlier);
            }

            var buyer = await orders.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == earlier.PersonId, ct);
            return Refusal.Conflict(
                "orders.other-payload", "This channel sent another order under this external id.", new { orderId = earlier.Id, differs = Differences(earlier, buyer, wanted) });
        }

        var person = wanted.Customer is { } customer ? new Person(Guid.CreateVersion7(), customer.Name ?? "", customer.Email ?? "", customer.ShipTo, work.Now) : null;
        if (person is not null)
        {
            orders.People.Add(person);
        }

        var order = Order.Place(wanted, hash, person?.Id, work.Now);
        orders.Orders.Add(order);
        work.Raise(order, new OrderPlaced(Guid.CreateVersion7(), work.Now, order.Id, order.Channel, order.Total, order.Missing(), order.ExternalId, wanted.Customer?.Id, wanted.Backorder));
        return Answer(order);
    }

    // What the first answer said, whatever became of the order since.
    private static PlacedOrder Answer(Order order) => new(order.Id, order.Channel, order.ExternalId, OrderStatus.Placed.ToSnakeCase(), order.Total, 1);

    // What says the same looks the same: lines numbered and in order, the instant in UTC and as fine as the database keeps it.
    private static PlaceOrder Normal(PlaceOrder request) => request with
    {
        Lines = [.. request.Lines.Select((l, i) => l with { LineId = l.LineId ?? i + 1 }).OrderBy(l => l.LineId)],
        RequestedAt = request.RequestedAt is { } at ? new DateTimeOffset(at.UtcTicks - (at.UtcTicks % TimeSpan.TicksPerMicrosecond), TimeSpan.Zero) : null,
    };

    private static List<string> Differences(Order order, Person? buyer, PlaceOrder wanted)
    {
        var differences = new List<string>();
        if (order.Currency != wanted.Currency)
        {
            differences.Add("currency");
        }

        if (!wanted.Lines.Select(l => (l.LineId!.Value, l.Sku, l.Quantity, l.UnitPrice.MinorUnits))
            .SequenceEqual(order.Lines.OrderBy(l => l.LineId).Select(l => (l.LineId, l.Sku, l.Ordered, l.UnitPriceMinor))))
        {
            differences.Add("lines");
        }

        if ((wanted.RequestedAt ?? order.PlacedAt) != order.RequestedAt)
        {
            differences.Add("requestedAt");
        }

        if (wanted.Customer != (buyer is null ? null : new Customer(buyer.Name, buyer.Email, buyer.ShipTo)))
        {
            differences.Add("customer");
        }

        return differences;
    }
}
