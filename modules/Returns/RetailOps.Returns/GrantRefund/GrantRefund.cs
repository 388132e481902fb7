using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GrantRefundHandler(UnitOfWork work, ISender sender, GovernedDocuments documents) : IRequestHandler<GrantRefund, Result<RefundView>>
{
    private const int LongestReason = 500;

    public async Task<Result<RefundView>> Handle(GrantRefund request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.FindReturn(request.ReturnId, ct) is not { } came)
        {
            return Refusal.NotFound("returns.unknown", "There is no such return.");
        }

        // Waits for others who grant to the same order or customer, so that what is read from here on counts them.
        var account = RefundAccounts.NameOf(came.OrderId, came.CustomerId, came.RequestedBy);
        await RefundAccounts.Lock(work, came.OrderId, account, ct);
        var earlier = await returns.Refunds.Include(r => r.Lines).Where(r => r.ReturnId == came.Id).ToListAsync(ct);
        if (earlier.Find(r => r.GrantKey == request.Key) is { } same)
        {
            return (await RefundViews.Of(returns, [same], ct))[0];
        }

        if (came.Status is not ReturnStatus.Inspected)
        {
            return Refusal.Conflict("returns.not-inspected", "Inspect all that came of the return and decide where it goes first.");
        }

        var back = came.Lines.Where(l => l.Refundable > 0).ToList();
        if (back.Count == 0 || earlier.Exists(r => r.Status is not RefundStatus.Voided))
        {
            return Refusal.Conflict("returns.nothing-to-refund", "The return has its refund, or nothing came that was sold.");
        }

        var id = Guid.CreateVersion7();
        var worth = came.OrderId is { } order ? await Reserve(order, id, back, ct) : Asked(came, back);
        if (!worth.IsSuccess)
        {
            return worth.Refusal;
        }

        var amount = worth.Value.Aggregate(Money.Zero(worth.Value[0].Amount.Currency), (sum, l) => sum + l.Amount + l.Tax);
        var policy = ReturnPolicy.Live(documents);
        var before = await RefundAccounts.Spent(work, came.OrderId, account, amount.Currency, policy.WindowStart(work.Now), ct);
        var reasons = string.Join("; ", back.Select(l => l.Reason).Distinct());
        var refund = Refund.Grant(
            new(id, request.Key, amount, worth.Value, reasons.Length <= LongestReason ? reasons : reasons[..LongestReason], came.ExternalId ?? BusinessKey.Of("return", came.Id))
            {
                ReturnId = came.Id,
                OrderId = came.OrderId,
                CustomerId = came.CustomerId,
                Account = account,
                RequestedBy = came.RequestedBy,
                Barred = came.Involved.Union(policy.Hands).Union(await ClientHands.Of(work, came.Involved, ct)),
            },
            before,
            policy,
            work.Now);
        returns.Refunds.Add(refund);
        work.Raise(refund, new RefundGranted(Guid.CreateVersion7(), work.Now, id, came.Id, came.OrderId, amount, refund.Kind, refund.NeedsApproval));
        return RefundViews.Of(refund, null);
    }

    /// <summary>What was paid for the goods, kept at the order, whose ceilings decide.</summary>
    private async Task<Result<List<CreditedLine>>> Reserve(OrderId order, Guid refund, List<ReturnLine> back, CancellationToken ct)
    {
        var reserved = await sender.Send(new ReserveRefund(order, refund, [.. back.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Refundable))]), ct);
        return !reserved.IsSuccess ? reserved.Refusal
            : reserved.Value.Amount.MinorUnits <= 0 ? Refusal.Conflict("returns.nothing-to-refund", "Nothing was paid for what came.")
            : reserved.Value.Lines.Select(l => new CreditedLine(l.Sku, l.Quantity, l.Amount, l.Tax)).ToList();
    }

    /// <summary>What the sender of a blind return asked for, in proportion to what came.</summary>
    private static Result<List<CreditedLine>> Asked(Return came, List<ReturnLine> back)
    {
        var credited = back.Where(l => l.AskedMinor > 0)
            .Select(l => new CreditedLine(l.Sku, l.Refundable, new(Share(l.AskedMinor!.Value, l.Refundable, l.Quantity), came.Currency!), Money.Zero(came.Currency!)))
            .Where(l => l.Amount.MinorUnits > 0)
            .ToList();
        return credited.Count > 0 ? credited : Refusal.Conflict("returns.nothing-to-refund", "Nothing was asked for what came.");
    }

    private static long Share(long amount, int part, int whole) => (long)decimal.Round((decimal)amount * part / whole, 0, MidpointRounding.AwayFromZero);
}
