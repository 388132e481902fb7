using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Orders;

namespace RetailOps.Returns;

internal enum RefundStatus
{
    Granted,
    Settled,
    Voided,
}

/// <summary>The decision to give money back. Its amount is computed and never changes; paying it is an act of its own.</summary>
internal sealed class Refund : IAggregate
{
    private readonly List<RefundLine> lines = [];

    private Refund()
    {
    }

    public Guid Id { get; private init; }

    public Guid? ReturnId { get; private init; }

    public OrderId? OrderId { get; private init; }

    public Guid GrantKey { get; private init; }

    public string? CreditKey { get; private init; }

    public string Kind { get; private init; } = "";

    public RefundStatus Status { get; private set; }

    public long AmountMinor { get; private init; }

    public string Currency { get; private init; } = "";

    public string Reason { get; private init; } = "";

    public string Reference { get; private init; } = "";

    public string? CustomerId { get; private init; }

    public string? Account { get; private init; }

    public string Policy { get; private init; } = "";

    public long CumulativeMinor { get; private init; }

    /// <summary>Where the window began that the cumulative amount was counted over.</summary>
    public DateTimeOffset CountedSince { get; private init; }

    public long? LimitMinor { get; private init; }

    public long? SecondLimitMinor { get; private init; }

    /// <summary>How many people must approve it.</summary>
    public int Tier { get; private init; }

    public string RequestedBy { get; private init; } = "";

    public string[] Barred { get; private init; } = [];

    public DateTimeOffset GrantedAt { get; private init; }

    public DateTimeOffset? SettledAt { get; private set; }

    public DateOnly? BusinessDate { get; private set; }

    /// <summary>The invoice that it corrects; null for none, or when it is about several.</summary>
    public Guid? InvoiceId { get; private set; }

    /// <summary><see cref="PaidTenders"/> as JSON.</summary>
    public string? PaidTo { get; private set; }

    /// <summary>The tenders that it went back to; null before it is settled, and for one without an order.</summary>
    public IReadOnlyList<PaidTender>? PaidTenders => PaidTo is null ? null : JsonSerializer.Deserialize<IReadOnlyList<PaidTender>>(PaidTo, JsonSerializerOptions.Web);

    public DateTimeOffset? VoidedAt { get; private set; }

    public string? VoidReason { get; private set; }

    public int Revision { get; private set; }

    public IReadOnlyList<RefundLine> Lines => lines;

    public Money Amount => new(AmountMinor, Currency);

    public bool NeedsApproval => Tier > 0;

    public int NextRevision() => ++Revision;

    /// <summary>Decides to give money back, and how many people must agree.</summary>
    /// <param name="wanted">What for.</param>
    /// <param name="before">What was given back before, within the window, to the same order or account: see <see cref="ReturnPolicy.WindowStart"/>.</param>
    /// <param name="policy">The policy that rules now: its limits bind the staff, not the customer.</param>
    /// <param name="now">Business time.</param>
    public static Refund Grant(NewRefund wanted, Money before, ReturnPolicy policy, DateTimeOffset now)
    {
        var cumulative = before + wanted.Amount;
        var refund = new Refund
        {
            Id = wanted.Id,
            ReturnId = wanted.ReturnId,
            OrderId = wanted.OrderId,
            GrantKey = wanted.Key,
            CreditKey = wanted.CreditKey,
            Kind = wanted.ReturnId is null ? "sundry" : "return",
            Status = RefundStatus.Granted,
            AmountMinor = wanted.Amount.MinorUnits,
            Currency = wanted.Amount.Currency,
            Reason = wanted.Reason,
            Reference = wanted.Reference,
            CustomerId = wanted.CustomerId,
            Account = wanted.Account,
            Policy = policy.Stamp,
            CumulativeMinor = cumulative.MinorUnits,
            CountedSince = policy.WindowStart(now),
            LimitMinor = policy.ApprovalLimit.Currency == cumulative.Currency ? policy.ApprovalLimit.MinorUnits : null,
            SecondLimitMinor = policy.SecondApprovalLimit.Currency == cumulative.Currency ? policy.SecondApprovalLimit.MinorUnits : null,
            Tier = policy.TierOf(cumulative),
            RequestedBy = wanted.RequestedBy,
            Barred = [.. wanted.Barred],
            GrantedAt = now,
        };
        refund.lines.AddRange(wanted.Lines.Select((l, i) => new RefundLine(wanted.Id, i + 1, l.Sku, l.Quantity, l.Amount.MinorUnits, l.Tax.MinorUnits)));
        return refund;
    }

    /// <summary>What an approval is bound to: which refund, to whom, how much, for what.</summary>
    public byte[] Subject() => SHA256.HashData(Encoding.UTF8.GetBytes(SubjectText()));

    /// <summary>The same in words: refund, order, payee, amount, then a line each. The invariants write it, too.</summary>
    public string SubjectText()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Id}\n{OrderId}\n{CustomerId}\n{AmountMinor} {Currency}\n");
        foreach (var line in lines.OrderBy(l => l.Number))
        {
            text.Append(CultureInfo.InvariantCulture, $"{line.Number} {line.Sku} {line.Quantity} {line.AmountMinor} {line.TaxMinor}\n");
        }

        return text.ToString();
    }

    /// <summary>It was paid.</summary>
    public void Settle(DateTimeOffset now, DateOnly businessDate, Guid? invoice, IReadOnlyList<RefundedTender>? tenders)
    {
        Status = RefundStatus.Settled;
        (SettledAt, BusinessDate, InvoiceId) = (now, businessDate, invoice);
        PaidTo = tenders is null ? null : JsonSerializer.Serialize(tenders.Where(t => t.Amount.MinorUnits > 0).Select(t => new PaidTender(t.Tender, t.Amount)), JsonSerializerOptions.Web);
    }

    /// <summary>It will not be paid.</summary>
    public void Void(string reason, DateTimeOffset now)
    {
        Status = RefundStatus.Voided;
        (VoidReason, VoidedAt) = (reason, now);
    }
}

/// <summary>What a refund is for, before the policy has said how many people must agree.</summary>
internal sealed record NewRefund(Guid Id, Guid Key, Money Amount, IReadOnlyList<CreditedLine> Lines, string Reason, string Reference)
{
    public Guid? ReturnId { get; init; }

    public OrderId? OrderId { get; init; }

    public string? CreditKey { get; init; }

    public string? CustomerId { get; init; }

    /// <summary>See <see cref="RefundAccounts"/>.</summary>
    public string? Account { get; init; }

    public required string RequestedBy { get; init; }

    /// <summary>Who must not approve it.</summary>
    public required IEnumerable<string> Barred { get; init; }
}

/// <summary>What money is given back for.</summary>
internal sealed class RefundLine(Guid refundId, int number, Sku? sku, int quantity, long amountMinor, long taxMinor)
{
    public Guid RefundId { get; private init; } = refundId;

    public int Number { get; private init; } = number;

    public Sku? Sku { get; private init; } = sku;

    public int Quantity { get; private init; } = quantity;

    public long AmountMinor { get; private init; } = amountMinor;

    public long TaxMinor { get; private init; } = taxMinor;
}
