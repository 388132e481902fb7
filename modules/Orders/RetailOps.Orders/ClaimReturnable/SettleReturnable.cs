using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ReleaseReturnableValidator : AbstractValidator<ReleaseReturnable>
{
    public ReleaseReturnableValidator() =>
        RuleFor(r => r.Lines).Must(l => ClaimRules.AreUnits(l, 1)).WithErrorCode("orders.lines").WithMessage("1 to 2,000 lines, each once, with quantities above 0.");
}

internal sealed class SettleReturnableValidator : AbstractValidator<SettleReturnable>
{
    public SettleReturnableValidator() =>
        RuleFor(r => r.Lines).Must(l => ClaimRules.AreUnits(l, 1)).WithErrorCode("orders.lines").WithMessage("1 to 2,000 lines, each once, with quantities above 0.");
}

internal sealed class ReleaseReturnableHandler(ClaimEnd end) : IRequestHandler<ReleaseReturnable, Result<SettledUnits>>
{
    public Task<Result<SettledUnits>> Handle(ReleaseReturnable request, CancellationToken ct) =>
        end.Of(request.OrderId, request.Lines, "released", (line, units) => line.ReleaseClaim(units), ct);
}

internal sealed class SettleReturnableHandler(ClaimEnd end) : IRequestHandler<SettleReturnable, Result<SettledUnits>>
{
    public Task<Result<SettledUnits>> Handle(SettleReturnable request, CancellationToken ct) =>
        end.Of(request.OrderId, request.Lines, "settled", (line, units) => line.SettleClaim(units), ct);
}

/// <summary>What a return claimed comes back, or does not come.</summary>
internal sealed class ClaimEnd(UnitOfWork work)
{
    public async Task<Result<SettledUnits>> Of(OrderId id, IReadOnlyList<ClaimedUnits> lines, string change, Action<OrderLine, int> apply, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(id, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (lines.Any(l => (order.LineOrNull(l.LineId)?.ReturnOpen ?? 0) < l.Quantity))
        {
            return Refusal.Conflict("orders.not-claimed", "No return has claimed that much.");
        }

        foreach (var line in lines)
        {
            apply(order.LineOrNull(line.LineId)!, line.Quantity);
        }

        var units = lines.Sum(l => l.Quantity);
        work.Raise(order, new ReturnableChanged(Guid.CreateVersion7(), work.Now, order.Id, change, units));
        return new SettledUnits(units);
    }
}
