using System.Security.Cryptography;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class PlaceOrderHandler(UnitOfWork work, ISender sender) : IRequestHandler<PlaceOrder, Result<PlacedOrder>>
{
    public async Task<Result<PlacedOrder>> Handle(PlaceOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var wanted = PlacedPayload.Normal(request);
        var hash = PlacedPayload.Hash(wanted);
        if (!work.Caller.ReachesChannel(wanted.Channel))
        {
            return new Refusal(RefusalKind.Forbidden, "orders.other-channel", "The caller is bound to other channels; an administrator says to which.");
        }

        if (await orders.Earlier(wanted.Channel, wanted.ExternalId, ct) is { } earlier)
        {
            if (earlier.PayloadHash.AsSpan().SequenceEqual(hash))
            {
                return Answer(earlier);
            }

            var buyer = await orders.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == earlier.PersonId, ct);
            var charges = await orders.Charges.AsNoTracking().Where(c => c.OrderId == earlier.Id).OrderBy(c => c.Position).ToListAsync(ct);
            var tenders = await orders.Tenders.AsNoTracking().Where(t => t.OrderId == earlier.Id).ToListAsync(ct);
            var differs = PlacedPayload.Differences(wanted, earlier, buyer, charges, tenders);
            if (buyer?.Erased is not null && differs.Count == 0)
            {
                // What was erased is not compared, and does not come back.
                return Answer(earlier);
            }

            return Refusal.Conflict("orders.other-payload", "This channel sent another order under this external id.", new { orderId = earlier.Id, differs });
        }

        if (await UnknownItems(request.Lines, ct) is { } unknown)
        {
            return unknown;
        }

        var person = wanted.Customer is { Name: null, Email: null, ShipTo: null } or null
            ? null
            : new Person(Guid.CreateVersion7(), wanted.Customer.Name, wanted.Customer.Email, wanted.Customer.ShipTo, work.Now, RandomNumberGenerator.GetBytes(Person.SaltLength));
        var order = Order.Place(OrderId.New(), wanted, hash, person?.Id, work.Now);
        if (wanted.RequireStock && order.Lines.Count > 0)
        {
            // Before anything is written: a refusal leaves nothing behind.
            var held = await sender.Send(new ReserveStock(OrderKey.Of(order.Id), [.. order.Lines.Select(l => new AllocationLine(l.LineId, l.Sku, l.Ordered))], null), ct);
            if (!held.IsSuccess)
            {
                return held.Refusal;
            }

            order.Reserve(held.Value.Id);
        }

        if (person is not null)
        {
            orders.People.Add(person);
        }

        orders.Orders.Add(order);
        work.Raise(order, new OrderPlaced(Guid.CreateVersion7(), work.Now, order.Id, order.Channel, order.Total, order.Missing(), order.ExternalId, order.CustomerId, order.Backorder, person?.Digest()));
        return Answer(order);
    }

    private async Task<Refusal?> UnknownItems(IReadOnlyList<NewOrderLine> lines, CancellationToken ct)
    {
        if (lines.Count == 0)
        {
            return null;
        }

        var asked = await sender.Send(new FindUnknownItems([.. lines.Select(l => l.Sku)]), ct);
        if (!asked.IsSuccess)
        {
            return asked.Refusal;
        }

        return asked.Value.Count == 0
            ? null
            : Refusal.Rule(
                "orders.unknown-sku",
                "The order names items that nobody has added; add them, or mend the codes, and send it again.",
                lines.Index()
                    .Where(l => asked.Value.Contains(l.Item.Sku))
                    .Select(l => new RequestFault($"lines[{l.Index}].sku", "orders.unknown-sku", $"There is no item {l.Item.Sku}.")).ToList());
    }

    // What the first answer said, whatever became of the order since.
    internal static PlacedOrder Answer(Order order) => new(order.Id, order.Channel, order.ExternalId, OrderStatus.Placed.ToSnakeCase(), order.Total, 1);
}
