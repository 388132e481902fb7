using System.Linq.Expressions;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GetReturnHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<GetReturn, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(GetReturn request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        return await returns.WholeReturns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.Id, ct) is { } came && await own.Has(came.OrderId, ct)
            ? (await ReturnViews.Of(returns, [came], ct))[0]
            : Refusal.NotFound("returns.unknown", "There is no such return.");
    }
}

internal sealed class ListReturnsValidator : AbstractValidator<ListReturns>
{
    public static IReadOnlyList<string> Statuses { get; } =
        ["requested", "authorised", "received", "inspected", "refund_pending", "refunded", "closed", "rejected", "cancelled"];

    public ListReturnsValidator()
    {
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("returns.limit");
        RuleFor(r => r.Status).Must(s => s is null || Statuses.Contains(s)).WithErrorCode("returns.status").WithMessage("One of: " + string.Join(", ", Statuses) + ".");
    }
}

internal sealed class ListReturnsHandler(UnitOfWork work, OwnOrders own) : IRequestHandler<ListReturns, Result<IReadOnlyList<ReturnView>>>
{
    public async Task<Result<IReadOnlyList<ReturnView>>> Handle(ListReturns request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (own.IsBound && request.OrderId is null)
        {
            return Refusal.Rule("returns.name-the-order", "The caller is bound to channels: name the order whose returns are wanted.");
        }

        if (!await own.Has(request.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown-order", "There is no such order.");
        }

        var page = returns.Returns.AsNoTracking();
        if (request.OrderId is { } order)
        {
            page = page.Where(r => r.OrderId == order);
        }

        if (request.Status is { } status)
        {
            page = page.Where(Has(status, returns.Refunds));
        }

        if (request.After is { } after)
        {
            page = page.Where(r => r.Id > after);
        }

        var rows = await page.OrderBy(r => r.Id).Take(request.Limit).Include(r => r.Lines).ToListAsync(ct);
        return (await ReturnViews.Of(returns, rows, ct)).ToList();
    }

    /// <summary>The status that <see cref="ReturnViews"/> shows, as a condition: behind inspection it follows the refunds.</summary>
    private static Expression<Func<Return, bool>> Has(string status, IQueryable<Refund> refunds) => status switch
    {
        "refunded" => r => refunds.Any(f => f.ReturnId == r.Id && f.Status == RefundStatus.Settled),
        "refund_pending" => r => refunds.Any(f => f.ReturnId == r.Id && f.Status == RefundStatus.Granted),
        "closed" => r => refunds.Any(f => f.ReturnId == r.Id) && !refunds.Any(f => f.ReturnId == r.Id && f.Status != RefundStatus.Voided),
        "inspected" => r => r.Status == ReturnStatus.Inspected && !refunds.Any(f => f.ReturnId == r.Id),
        _ => InState(SnakeCaseEnums.Parse<ReturnStatus>(status)),
    };

    private static Expression<Func<Return, bool>> InState(ReturnStatus status) => r => r.Status == status;
}
