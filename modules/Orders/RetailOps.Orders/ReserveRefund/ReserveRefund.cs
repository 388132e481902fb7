using FluentValidation;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class ReserveRefundValidator : AbstractValidator<ReserveRefund>
{
    public ReserveRefundValidator()
    {
        RuleFor(r => r.Lines).Must((r, l) => ClaimRules.AreUnits(l, r.Extra is null ? 1 : 0)).WithErrorCode("orders.lines")
            .WithMessage("Up to 2,000 lines, each once, with quantities above 0; at least one, or an extra.");
        RuleFor(r => r.Extra).Must(e => e is null or { MinorUnits: >= 0 }).WithErrorCode("orders.extra").WithMessage("0 or more.");
    }
}

internal sealed class ReserveRefundHandler(UnitOfWork work) : IRequestHandler<ReserveRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(ReserveRefund request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        await orders.LoadTenders(order, ct);
        if (await orders.FindRefund(request.RefundId, ct) is { } earlier && earlier.OrderId == order.Id)
        {
            return earlier.ToView(order);
        }

        if (request.Lines.Any(l => order.LineOrNull(l.LineId) is not { } line || line.Returned - line.RefundUnits < l.Quantity))
        {
            return Refusal.Conflict("orders.over-returned", "More would be refunded than has come back and has no refund yet.");
        }

        if (request.Extra is { } extra && extra.Currency != order.Currency)
        {
            return Refusal.Rule("orders.refund-currency", $"Money goes back in the currency it came in, {order.Currency}.");
        }

        if (OrderRefund.Reserve(order, request.RefundId, request.Lines, request.Extra?.MinorUnits ?? 0, work.Now) is not { } refund)
        {
            return Refusal.Conflict(
                "orders.over-captured", "More would go back than came in and has not gone back already.", new { left = new Money(order.Tenders.Sum(t => t.LeftMinor), order.Currency) });
        }

        orders.Refunds.Add(refund);
        work.Raise(order, refund.Changed(order, work.Now));
        return refund.ToView(order);
    }
}

internal sealed class SettleRefundHandler(UnitOfWork work, InvoiceReads invoices) : IRequestHandler<SettleRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(SettleRefund request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order || await orders.FindRefund(request.RefundId, ct) is not { } refund || refund.OrderId != order.Id)
        {
            return Refusal.NotFound("orders.unknown-refund", "The order has no such refund.");
        }

        if (refund.Status is RefundStatus.Released)
        {
            return Refusal.Conflict("orders.refund-released", "The refund was let go; reserve another.");
        }

        if (refund.Status is RefundStatus.Reserved)
        {
            await orders.LoadTenders(order, ct);
            refund.Settle(order, work.Now);
            work.Raise(order, refund.Changed(order, work.Now));
        }

        return refund.ToView(order) with { InvoiceId = await invoices.OnlyOne(order.Id, [.. refund.Lines.Select(l => l.LineId)], ct) };
    }
}

internal sealed class ReleaseRefundHandler(UnitOfWork work) : IRequestHandler<ReleaseRefund, Result<ReservedRefund>>
{
    public async Task<Result<ReservedRefund>> Handle(ReleaseRefund request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order || await orders.FindRefund(request.RefundId, ct) is not { } refund || refund.OrderId != order.Id)
        {
            return Refusal.NotFound("orders.unknown-refund", "The order has no such refund.");
        }

        if (refund.Status is RefundStatus.Settled)
        {
            return Refusal.Conflict("orders.refund-settled", "The refund is paid; what is paid is not let go.");
        }

        if (refund.Status is RefundStatus.Reserved)
        {
            await orders.LoadTenders(order, ct);
            refund.Release(order, work.Now);
            work.Raise(order, refund.Changed(order, work.Now));
        }

        return refund.ToView(order);
    }
}
