using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class GetApprovalFactsHandler(UnitOfWork work, OpenQuestion questions) : IRequestHandler<GetApprovalFacts, Result<ApprovalFacts>>
{
    private const int MostEarlier = 50;

    public async Task<Result<ApprovalFacts>> Handle(GetApprovalFacts request, CancellationToken ct)
    {
        var found = await questions.Find(request.Id, null, ct);
        if (!found.IsSuccess)
        {
            return found.Refusal;
        }

        var returns = await work.Join<ReturnsDbContext>(ct);
        var (approval, refund, limits) = found.Value;
        Money In(long minor) => new(minor, refund.Currency);
        var with = returns.Refunds.AsNoTracking().Where(r =>
            ((refund.OrderId != null && r.OrderId == refund.OrderId) || (refund.Account != null && r.Account == refund.Account)) && r.Status != RefundStatus.Voided && r.Currency == refund.Currency
            && r.GrantedAt > refund.CountedSince && r.GrantedAt <= refund.GrantedAt);
        var ofOrder = refund.OrderId is null ? null : await with.Where(r => r.OrderId == refund.OrderId).SumAsync(r => (long?)r.AmountMinor, ct);
        var ofCustomer = refund.Account is null ? null : await with.Where(r => r.Account == refund.Account).SumAsync(r => (long?)r.AmountMinor, ct);
        var earlier = await with.Where(r => r.Id != refund.Id).OrderByDescending(r => r.GrantedAt).Take(MostEarlier).ToListAsync(ct);
        var came = refund.ReturnId is { } id ? await returns.WholeReturns.AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, ct) : null;
        var hindrance = Hindrance(approval, refund, came, limits);
        return new ApprovalFacts(
            RefundViews.Of(approval, refund),
            RefundViews.Of(refund, approval),
            [.. refund.Lines.OrderBy(l => l.Number).Select(l => new CreditedLine(l.Sku, l.Quantity, In(l.AmountMinor), In(l.TaxMinor)))],
            refund.CustomerId,
            new(
                refund.Policy,
                In(refund.CumulativeMinor),
                ofOrder is { } order ? In(order) : null,
                ofCustomer is { } customer ? In(customer) : null,
                refund.CountedSince,
                refund.LimitMinor is { } limit ? In(limit) : null,
                refund.SecondLimitMinor is { } second ? In(second) : null),
            [
                .. earlier.Select(r => new EarlierRefund(
                    r.Id, r.Reference, r.Amount, r.Status.ToSnakeCase(), r.GrantedAt, r.OrderId is not null && r.OrderId == refund.OrderId, r.Account is not null && r.Account == refund.Account)),
            ],
            came is null ? null : Evidence(came),
            [
                .. approval.Remarks.OrderBy(r => r.Number).Select(r => new ApprovalStep(r.SaidAt, r.SaidBy, r.Kind, r.Words, r.SaidTo))
                    .Concat(approval.Decisions.OrderBy(d => d.Number).Select(d => new ApprovalStep(d.DecidedAt, d.DecidedBy, d.IsApproved ? "approved" : "rejected", d.Comment, d.OnBehalfOf)))
                    .OrderBy(s => s.At),
            ],
            hindrance);
    }

    /// <summary>Why an answer of the caller would be refused, but for the age of the sign-in, in words for that person.</summary>
    private ApprovalHindrance? Hindrance(Approval approval, Refund refund, Return? came, IReadOnlyList<string> limits)
    {
        var refusal = !work.Caller.May("refunds.approve")
            ? Refusal.Rule("returns.not-finance", "Only finance decides about refunds.")
            : questions.NoPerson() ?? approval.Hinders(refund, work.Caller.Actor, limits);
        return refusal is null ? null : new(refusal.Code, refusal.Code switch
        {
            "returns.own-limits" => "You proposed or approved the limits that this refund is measured by, so somebody else must decide.",
            "returns.own-request" when Hands(refund, came, work.Caller.Actor).ToList() is { Count: > 0 } hands => $"You {string.Join(", and you ", hands)}, so somebody else must decide.",
            "returns.own-request" when approval.DelegatedTo == work.Caller.Actor => "Who left this to you has a hand in it by now, so somebody else must decide.",
            _ => refusal.Message,
        });
    }

    private static IEnumerable<string> Hands(Refund refund, Return? came, string by)
    {
        if (refund.RequestedBy == by)
        {
            yield return "asked for it";
        }

        if (came?.OverrideBy == by || came?.DecidedBy == by)
        {
            yield return "permitted its return";
        }

        if (came?.Receipts.Any(r => r.ReceivedBy == by) is true)
        {
            yield return "took its goods in";
        }

        if (came?.Lines.Any(l => l.HandledBy.Contains(by)) is true)
        {
            yield return "graded its goods or said where they go";
        }
    }

    private static ReturnEvidence Evidence(Return came) => new(
        came.Id,
        came.RequestedBy,
        came.RequestedAt,
        came.OverrideReason,
        came.OverrideBy,
        came.DecidedBy,
        came.DecisionReason,
        [
            .. came.Lines.OrderBy(l => l.LineId).Select(l => new InspectedLine(l.LineId, l.OrderLineId, l.Sku, l.Quantity, l.Received, l.Reason, l.Grade, l.Note, l.Disposition, l.HandledBy)),
        ],
        [.. came.Receipts.OrderBy(r => r.ReceivedAt).Select(r => new ReceiptEvidence(r.LineId, r.Node, r.Quantity, r.ReceivedAt, r.ReceivedBy))]);
}
