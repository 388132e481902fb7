using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class GetFulfilmentHandler(UnitOfWork work) : IRequestHandler<GetFulfilment, Result<FulfilmentView>>
{
    public async Task<Result<FulfilmentView>> Handle(GetFulfilment request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        return await orders.FindFulfilment(request.Id, ct) is { } fulfilment
            ? fulfilment.ToView()
            : Refusal.NotFound("orders.unknown-fulfilment", "There is no such fulfilment.");
    }
}

internal sealed class ListFulfilmentsValidator : AbstractValidator<ListFulfilments>
{
    public ListFulfilmentsValidator()
    {
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("orders.limit");
        RuleFor(r => r.Status).Must(s => s is null or "released" or "shipped" or "delivered" or "cancelled").WithErrorCode("orders.status").WithMessage("released, shipped, delivered or cancelled.");
    }
}

internal sealed class ListFulfilmentsHandler(UnitOfWork work) : IRequestHandler<ListFulfilments, Result<IReadOnlyList<FulfilmentView>>>
{
    public async Task<Result<IReadOnlyList<FulfilmentView>>> Handle(ListFulfilments request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var page = orders.Fulfilments.AsNoTracking().Include(f => f.Lines).AsQueryable();
        if (work.Caller.Nodes is { } nodes)
        {
            page = page.Where(f => nodes.Contains(f.Node));
        }

        if (work.Caller.Channels is { } channels)
        {
            page = page.Where(f => orders.Orders.Any(o => o.Id == f.OrderId && channels.Contains(o.Channel)));
        }

        if (request.Status is { } word)
        {
            var status = SnakeCaseEnums.Parse<FulfilmentStatus>(word);
            page = page.Where(f => f.Status == status);
        }

        if (request.Node is { } node)
        {
            page = page.Where(f => f.Node == node);
        }

        if (request.ReleasedSince is { } since)
        {
            since = since.ToUniversalTime();
            page = page.Where(f => f.ReleasedAt >= since);
        }

        if (request.After is { } after)
        {
            page = page.Where(f => f.Id > after);
        }

        return (await page.OrderBy(f => f.Id).Take(request.Limit).ToListAsync(ct)).ConvertAll(f => f.ToView());
    }
}

internal sealed class FindShipmentsValidator : AbstractValidator<FindShipments>
{
    public FindShipmentsValidator() => RuleFor(r => r.TrackingNumber).Must(n => Text.HasLength(n, 128)).WithErrorCode("orders.tracking-number").WithMessage("1 to 128 characters.");
}

internal sealed class FindShipmentsHandler(UnitOfWork work) : IRequestHandler<FindShipments, Result<IReadOnlyList<FulfilmentView>>>
{
    private const int Most = 20;

    public async Task<Result<IReadOnlyList<FulfilmentView>>> Handle(FindShipments request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        var ids = await orders.Fulfilments.AsNoTracking().Where(f => f.TrackingNumber == request.TrackingNumber).OrderBy(f => f.Id).Take(Most).Select(f => f.Id).ToListAsync(ct);
        var own = new List<FulfilmentView>();
        foreach (var id in ids)
        {
            if (await orders.FindFulfilment(id, ct) is { } fulfilment)
            {
                own.Add(fulfilment.ToView());
            }
        }

        return own;
    }
}
