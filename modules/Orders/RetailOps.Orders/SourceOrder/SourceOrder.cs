using FluentValidation;

using MediatR;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class SourceOrderValidator : AbstractValidator<SourceOrder>
{
    public SourceOrderValidator()
    {
        RuleFor(r => r.Attempt).GreaterThan(0).WithErrorCode("orders.attempt");
        RuleFor(r => r.Excluded).Must(e => e is null || (e.Count <= 1_000 && e.All(n => !string.IsNullOrEmpty(n)))).WithErrorCode("orders.excluded").WithMessage("At most 1,000 codes of nodes.");
    }
}

internal sealed class SourceOrderHandler(UnitOfWork work, ISender sender, GovernedDocuments documents, SourcingReads decisions) : IRequestHandler<SourceOrder, Result<SourcingPlan>>
{
    public async Task<Result<SourcingPlan>> Handle(SourceOrder request, CancellationToken ct)
    {
        var orders = await work.Join<OrdersDbContext>(ct);
        if (await orders.Find(request.OrderId, ct) is not { } order)
        {
            return Refusal.NotFound("orders.unknown", "There is no such order.");
        }

        if (order.IsHeld)
        {
            return Refusal.Conflict("orders.held", "The order is held; release the hold first.", new { holds = order.Holds });
        }

        if (await decisions.Of(order, request.Attempt, ct) is { } earlier)
        {
            return earlier;
        }

        var (stamp, profile) = SourcingProfile.Live(documents);
        var wanted = order.Missing();
        if (wanted.Count == 0)
        {
            return new SourcingPlan(request.Attempt, stamp, true, []);
        }

        var stock = await sender.Send(new FindStock([.. wanted.Select(w => w.Sku).Distinct()]), ct);
        if (!stock.IsSuccess)
        {
            return stock.Refusal;
        }

        var (lines, candidates) = Sourcing.Plan(profile, wanted, stock.Value, request.Excluded ?? []);
        var plan = new SourcingPlan(request.Attempt, stamp, lines.Sum(l => l.Quantity) == wanted.Sum(w => w.Quantity), lines);
        work.Write(SourcingRecord.Of(order.Id, plan, candidates, work.Now));
        decisions.Remember(order.Id, plan);
        return plan;
    }
}
