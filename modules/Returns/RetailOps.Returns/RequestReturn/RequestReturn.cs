using System.Security.Cryptography;
using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

internal sealed class RequestReturnValidator : AbstractValidator<RequestReturn>
{
    public RequestReturnValidator()
    {
        RuleFor(r => r.ExternalId).Must(e => e is null || IsVisible(e, 128)).WithErrorCode("returns.external-id").WithMessage("1 to 128 visible characters.");
        RuleFor(r => r.CustomerId).Must((r, c) => c is null || (r.OrderId is null && IsVisible(c, 64)))
            .WithErrorCode("returns.customer-id").WithMessage("1 to 64 visible characters, and only where no order says it.");
        RuleFor(r => r.Override).Must(o => o is null || Text.HasLength(o, 200)).WithErrorCode("returns.override").WithMessage("1 to 200 characters.");
        RuleFor(r => r.Lines).Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x is not null)).WithErrorCode("returns.lines").WithMessage("1 to 2,000 lines.");
        When(r => r.Lines?.All(l => l is not null) == true, () =>
        {
            RuleFor(r => r.Lines).Must(NameEachOnce).WithErrorCode("returns.line").WithMessage("Each line of the order, or each item of a blind return, once.");
            RuleFor(r => r.Lines).Must(l => l.Select(x => x.AskedAmount?.Currency).OfType<string>().Distinct().Count() <= 1)
                .WithErrorCode("returns.currency").WithMessage("One currency for all that is asked for.");
            RuleForEach(r => r.Lines).ChildRules(line =>
            {
                line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("returns.quantity");
                line.RuleFor(l => l.Reason).Must(t => Text.HasLength(t, 200)).WithErrorCode("returns.reason").WithMessage("1 to 200 characters.");
                line.RuleFor(l => l.Resolution).Equal("refund").WithErrorCode("returns.resolution");
                line.RuleFor(l => l.AskedAmount).Must(a => a is null || a.Value.MinorUnits is >= 0 and <= 100_000_000_000).WithErrorCode("returns.asked-amount");
            });
            RuleForEach(r => r.Lines).Must((r, line) => r.OrderId is null || line.AskedAmount is null)
                .WithErrorCode("returns.asked-amount").WithMessage("The order says what was paid.");
        });
    }

    private static bool IsVisible(string text, int most) => Text.HasLength(text, most) && !text.Any(char.IsControl);

    private static bool NameEachOnce(RequestReturn request, IReadOnlyList<NewReturnLine> lines) => request.OrderId is null
        ? lines.All(l => l is { OrderLineId: null, Sku.IsWellFormed: true }) && lines.DistinctBy(l => l.Sku).Count() == lines.Count
        : lines.All(l => l is { OrderLineId: > 0, Sku: null }) && lines.DistinctBy(l => l.OrderLineId).Count() == lines.Count;
}

internal sealed class RequestReturnHandler(UnitOfWork work, ISender sender, GovernedDocuments documents, OwnOrders own) : IRequestHandler<RequestReturn, Result<ReturnView>>
{
    public async Task<Result<ReturnView>> Handle(RequestReturn request, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        var hash = Hash(request);
        if (!await own.Has(request.OrderId, ct))
        {
            return Refusal.NotFound("returns.unknown-order", "There is no such order; who is bound to channels takes nothing back without one.");
        }

        if (Return.ExternalKeyOf(request.OrderId, request.ExternalId) is { } external
            && await returns.WholeReturns.AsNoTracking().SingleOrDefaultAsync(r => r.ExternalKey == external, ct) is { } earlier)
        {
            return earlier.PayloadHash.AsSpan().SequenceEqual(hash)
                ? (await ReturnViews.Of(returns, [earlier], ct))[0]
                : Refusal.Conflict("returns.other-payload", "Another return was asked for under this number.", new { returnId = earlier.Id });
        }

        if (request.RequestedAt > work.Now)
        {
            return Refusal.Rule("returns.not-asked-yet", "A return cannot have been asked for later than now.");
        }

        if (request.Override is not null && !work.Caller.May("returns.authorise"))
        {
            return Refusal.Rule("returns.override-by-staff", "Only somebody who may authorise returns permits what the policy does not.");
        }

        var policy = ReturnPolicy.Live(documents);
        var id = Guid.CreateVersion7();
        var sold = request.OrderId is null ? null : await Claim(request, request.OrderId.Value, id, policy, ct);
        if (sold is { IsSuccess: false })
        {
            return sold.Refusal;
        }

        var came = Return.Request(id, request, hash, policy, sold?.Value, work.Caller.Actor, work.Now);
        returns.Returns.Add(came);
        work.Raise(came, new ReturnRequested(Guid.CreateVersion7(), work.Now, id, came.OrderId, came.Status.ToSnakeCase(), came.Lines.Sum(l => l.Quantity)));
        return ReturnViews.Of(came);
    }

    /// <summary>What tells two payloads apart.</summary>
    internal static byte[] Hash(RequestReturn request) => SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(new { request.Lines, request.CustomerId }));

    private async Task<Result<SoldGoods>> Claim(RequestReturn request, OrderId order, Guid id, ReturnPolicy policy, CancellationToken ct)
    {
        var claim = await sender.Send(new ClaimReturnable(order, id, [.. request.Lines.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Quantity))]), ct);
        if (!claim.IsSuccess)
        {
            return claim.Refusal;
        }

        var sold = claim.Value;
        var until = sold.LastDeliveredAt is { } deliveredAt ? policy.Until(deliveredAt) : (DateTimeOffset?)null;
        if (request.Override is null && until is null)
        {
            return Refusal.Rule("returns.not-delivered", "Not all of these goods have arrived; ask again when they have.");
        }

        if (request.Override is null && (request.RequestedAt ?? work.Now) >= until)
        {
            return Refusal.Rule("returns.window-closed", "The time in which these goods can be returned is over; a person can permit it all the same.", new { until, policy = policy.Stamp });
        }

        return new SoldGoods(sold.CustomerId, sold.Currency, until, sold.Lines.ToDictionary(l => l.LineId, l => l.Sku));
    }
}
