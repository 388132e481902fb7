using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class GetOrderHandler(UnitOfWork work) : IRequestHandler<GetOrder, Result<OrderView>>
{
    public async Task<Result<OrderView>> Handle(GetOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        return await orders.Orders.AsNoTracking().Include(o => o.Lines).SingleOrDefaultAsync(o => o.Id == request.Id, ct) is { } order
            ? OrderViews.Of(order)
            : Refusal.NotFound("orders.unknown", "There is no such order.");
    }
}

internal sealed class ListOrdersValidator : AbstractValidator<ListOrders>
{
    public ListOrdersValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("orders.limit");
}

internal sealed class ListOrdersHandler(UnitOfWork work) : IRequestHandler<ListOrders, Result<IReadOnlyList<OrderView>>>
{
    public async Task<Result<IReadOnlyList<OrderView>>> Handle(ListOrders request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var page = orders.Orders.AsNoTracking().Include(o => o.Lines).AsQueryable();
        if (request.After is { } after)
        {
            page = page.Where(o => (Guid)(object)o.Id > after.Value);
        }

        return (await page.OrderBy(o => o.Id).Take(request.Limit).ToListAsync(ct)).ConvertAll(OrderViews.Of);
    }
}

internal static class OrderViews
{
    public static OrderView Of(Order order) => new(
        order.Id,
        order.Channel,
        order.ExternalId,
        order.Status.ToSnakeCase(),
        order.Total,
        order.PlacedAt,
        order.Revision,
        [.. order.Lines.OrderBy(l => l.LineId).Select(l => new OrderLineView(
            l.LineId, l.Sku, l.Ordered, l.Pending, l.Allocated, l.Backordered, l.Shipped, l.Cancelled, new(l.UnitPriceMinor, order.Currency), new Money(l.UnitPriceMinor, order.Currency) * l.Ordered, 0, 0))],
        null, [], [], [], [], []);
}
