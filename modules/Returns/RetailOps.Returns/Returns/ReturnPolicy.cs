using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>The policy as analysts write it.</summary>
internal sealed record ReturnPolicyContent(
    int WindowDays,
    string TimeZone,
    bool RefundShipping,
    decimal RestockingFeePercent,
    Money ApprovalLimit,
    Money SecondApprovalLimit,
    double ApprovalDueHours,
    int CumulativeDays)
{
    /// <summary>What stands against it, by its JSON path.</summary>
    public static IEnumerable<RequestFault> Faults(ReturnPolicyContent content)
    {
        if (content.WindowDays is < 0 or > 3_650)
        {
            yield return new("windowDays", "returns.policy-window", "0 to 3,650 days.");
        }

        if (content.TimeZone is null || !TimeZoneInfo.TryFindSystemTimeZoneById(content.TimeZone, out _))
        {
            yield return new("timeZone", "returns.policy-zone", "A time zone like Europe/London.");
        }

        if (content.RefundShipping || content.RestockingFeePercent != 0)
        {
            yield return new("refundShipping", "returns.policy-not-yet", "Shipping is not refunded and no fee is kept yet: false and 0.");
        }

        if (content.ApprovalLimit.MinorUnits < 0 || content.SecondApprovalLimit.MinorUnits < content.ApprovalLimit.MinorUnits
            || content.ApprovalLimit.Currency != content.SecondApprovalLimit.Currency)
        {
            yield return new("approvalLimit", "returns.policy-limits", "0 or more, in one currency, the second limit not below the first.");
        }

        if (content.ApprovalDueHours is not (> 0 and <= 8_760) || content.CumulativeDays is < 0 or > 3_650)
        {
            yield return new("approvalDueHours", "returns.policy-times", "Above 0 and at most 8,760 hours; 0 to 3,650 days.");
        }
    }
}

/// <summary>What is permitted without a person: <c>return-policy</c> as it rules.</summary>
internal sealed record ReturnPolicy(
    string Stamp, int WindowDays, TimeZoneInfo TimeZone, Money ApprovalLimit, Money SecondApprovalLimit, TimeSpan ApprovalDue, TimeSpan CumulativeWindow)
{
    public const string Kind = "return-policy";

    public const string Usual = "standard";

    /// <summary>Who made its limits: they approve nothing that is measured by them.</summary>
    public IReadOnlyList<string> Hands { get; private init; } = [];

    public static ReturnPolicy Live(GovernedDocuments documents) => Of(documents.Live(Kind, Usual));

    /// <summary>Reads a version of the policy.</summary>
    /// <exception cref="InvalidOperationException">It asks for what we cannot do; ignoring it would pay wrong amounts.</exception>
    public static ReturnPolicy Of(GovernedDocument document)
    {
        var content = document.Content;
        if (content.TryGetProperty("refundShipping", out var shipping) && shipping.ValueKind is not JsonValueKind.False)
        {
            throw new InvalidOperationException($"Return policy {document.Stamp}: refundShipping is not supported; publish one with false.");
        }

        if (content.TryGetProperty("restockingFeePercent", out var fee) && fee.GetDecimal() != 0)
        {
            throw new InvalidOperationException($"Return policy {document.Stamp}: restockingFeePercent is not supported; publish one with 0.");
        }

        return new(
            document.Stamp,
            content.GetProperty("windowDays").GetInt32(),
            TimeZoneInfo.FindSystemTimeZoneById(content.GetProperty("timeZone").GetString()!),
            content.GetProperty("approvalLimit").Deserialize<Money>(),
            content.GetProperty("secondApprovalLimit").Deserialize<Money>(),
            TimeSpan.FromHours(content.GetProperty("approvalDueHours").GetDouble()),
            TimeSpan.FromDays(content.GetProperty("cumulativeDays").GetInt32()))
        {
            Hands = document.Hands,
        };
    }

    /// <summary>The first instant at which a return of goods that arrived then is too late: the window goes to the end of its last day, in the policy's zone.</summary>
    public DateTimeOffset Until(DateTimeOffset deliveredAt) => StartOf(DateOf(deliveredAt).AddDays(WindowDays + 1));

    /// <summary>The day on which something happens, where the retailer is.</summary>
    public DateOnly DateOf(DateTimeOffset instant) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, TimeZone).DateTime);

    /// <summary>Refunds granted after it count as given at this moment.</summary>
    public DateTimeOffset WindowStart(DateTimeOffset now) => now.ToUniversalTime() - CumulativeWindow;

    /// <summary>How many people must approve: 0, 1 or 2. An amount in a currency for which the policy names no limit is above both.</summary>
    public int TierOf(Money cumulative) =>
        cumulative.Currency != ApprovalLimit.Currency || cumulative.Currency != SecondApprovalLimit.Currency ? 2
        : cumulative.MinorUnits > SecondApprovalLimit.MinorUnits ? 2
        : cumulative.MinorUnits > ApprovalLimit.MinorUnits ? 1
        : 0;

    // Where clocks go forward at midnight the day begins later, where they go back it begins at the first midnight of two.
    private DateTimeOffset StartOf(DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue);
        while (TimeZone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = TimeZone.IsAmbiguousTime(local) ? TimeZone.GetAmbiguousTimeOffsets(local).Max() : TimeZone.GetUtcOffset(local);
        return new DateTimeOffset(local, offset).ToUniversalTime();
    }
}
