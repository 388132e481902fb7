using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal static class ClaimRules
{
    /// <summary>1 to 2,000 lines, each once, with quantities above 0.</summary>
    public static bool AreUnits(IReadOnlyList<ClaimedUnits>? lines, int least) =>
        lines is { Count: <= 2_000 } && lines.Count >= least && lines.All(l => l is { Quantity: > 0 }) && lines.DistinctBy(l => l.LineId).Count() == lines.Count;
}

internal sealed class ClaimReturnableValidator : AbstractValidator<ClaimReturnable>
{
    public ClaimReturnableValidator() =>
        RuleFor(r => r.Lines).Must(l => ClaimRules.AreUnits(l, 1)).WithErrorCode("orders.lines").WithMessage("1 to 2,000 lines, each once, with quantities above 0.");
}

internal sealed class ClaimReturnableHandler(UnitOfWork work) : IRequestHandler<ClaimReturnable, Result<SoldUnits>>
{
    public async Task<Result<SoldUnits>> Handle(ClaimReturnable request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (await orders.ReturnClaims.SingleOrDefaultAsync(c => c.ReturnId == request.ReturnId && c.OrderId == request.OrderId, ct) is { } earlier)
        {
            return await Sold(orders, order, JsonSerializer.Deserialize<List<ClaimedUnits>>(earlier.Lines, JsonSerializerOptions.Web)!, ct);
        }

        var beyond = request.Lines.Where(l => (order.LineOrNull(l.LineId)?.Returnable ?? 0) < l.Quantity).ToList();
        if (beyond.Count > 0)
        {
            return Refusal.Conflict(
                "orders.not-returnable",
                "More would come back than was shipped and is not on its way back already.",
                new { lines = beyond.ConvertAll(l => new { l.LineId, l.Quantity, returnable = order.LineOrNull(l.LineId)?.Returnable ?? 0 }) });
        }

        foreach (var line in request.Lines)
        {
            order.LineOrNull(line.LineId)!.Claim(line.Quantity);
        }

        work.Write(ReturnClaimRow.Of(request, work.Now));
        work.Raise(order, new ReturnableChanged(Guid.CreateVersion7(), work.Now, order.Id, "claimed", request.Lines.Sum(l => l.Quantity)));
        return await Sold(orders, order, request.Lines, ct);
    }

    private static async Task<SoldUnits> Sold(OrdersDbContext orders, Order order, IReadOnlyList<ClaimedUnits> lines, CancellationToken ct)
    {
        var ids = lines.Select(l => l.LineId).ToList();
        var shipments = await orders.Fulfilments.AsNoTracking()
            .Where(f => f.OrderId == order.Id && (f.Status == FulfilmentStatus.Shipped || f.Status == FulfilmentStatus.Delivered) && f.Lines.Any(l => ids.Contains(l.LineId)))
            .Select(f => f.DeliveredAt).ToListAsync(ct);
        return new(
            order.Channel,
            order.CustomerId,
            order.Currency,
            shipments.Contains(null) ? null : shipments.Max(),
            [.. lines.OrderBy(l => l.LineId).Select(l => new SoldLine(l.LineId, order.LineOrNull(l.LineId)!.Sku, l.Quantity))]);
    }
}
