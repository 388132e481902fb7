using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class GetOrderHandler(UnitOfWork work, OrderViews views) : IRequestHandler<GetOrder, Result<OrderView>>
{
    public async Task<Result<OrderView>> Handle(GetOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        return await orders.LookOwn(request.Id, ct) is { } order ? await views.Of(order, ct) : Refusal.NotFound("orders.unknown", "There is no such order.");
    }
}

internal sealed class ListOrdersValidator : AbstractValidator<ListOrders>
{
    private static readonly HashSet<string> Words = [.. Enum.GetValues<OrderStatus>().Select(s => s.ToSnakeCase())];

    public ListOrdersValidator()
    {
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("orders.limit");
        RuleFor(r => r.Status).Must(s => s is null || Words.Contains(s)).WithErrorCode("orders.status").WithMessage($"One of {string.Join(", ", Words)}.");
    }
}

internal sealed class ListOrdersHandler(UnitOfWork work, OrderViews views) : IRequestHandler<ListOrders, Result<IReadOnlyList<OrderView>>>
{
    public async Task<Result<IReadOnlyList<OrderView>>> Handle(ListOrders request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var page = orders.Orders.AsNoTracking().Include(o => o.Lines).AsQueryable();
        if (work.Caller.Channels is { } channels)
        {
            page = page.Where(o => channels.Contains(o.Channel));
        }

        if (work.Caller.Nodes is { } nodes)
        {
            page = page.Where(o => orders.Fulfilments.Any(f => f.OrderId == o.Id && nodes.Contains(f.Node)));
        }

        if (request.After is { } after)
        {
            page = page.Where(o => (Guid)(object)o.Id > after.Value);
        }

        if (request.Channel is { } channel)
        {
            page = page.Where(o => o.Channel == channel);
        }

        if (request.ExternalId is { } externalId)
        {
            page = page.Where(o => o.ExternalId == externalId);
        }

        if (request.CustomerId is { } customer)
        {
            page = page.Where(o => o.CustomerId == customer);
        }

        if (request.Status is { } word)
        {
            var status = SnakeCaseEnums.Parse<OrderStatus>(word);
            page = page.Where(o => o.Status == status);
        }

        return await views.Of(await page.OrderBy(o => o.Id).Take(request.Limit).ToListAsync(ct), ct);
    }
}
