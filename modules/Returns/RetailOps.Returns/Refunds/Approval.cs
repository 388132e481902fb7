using RetailOps.Kernel;

namespace RetailOps.Returns;

internal enum ApprovalStatus
{
    Open,
    Approved,
    Rejected,
}

/// <summary>What people must decide about a refund, bound to what they saw.</summary>
internal sealed class Approval : IAggregate
{
    private readonly List<Decision> decisions = [];

    private Approval()
    {
    }

    public Guid Id { get; private init; }

    public Guid RefundId { get; private init; }

    public byte[] Subject { get; private init; } = [];

    public ApprovalStatus Status { get; private set; }

    public long AmountMinor { get; private init; }

    public string Currency { get; private init; } = "";

    public int Tier { get; private init; }

    public string RequestedBy { get; private init; } = "";

    public DateTimeOffset OpenedAt { get; private init; }

    public DateTimeOffset DueAt { get; private init; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public int Revision { get; private set; }

    public IReadOnlyList<Decision> Decisions => decisions;

    public int NextRevision() => ++Revision;

    /// <summary>Asks about a refund as it stands.</summary>
    public static Approval Open(Refund refund, TimeSpan due, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(),
        RefundId = refund.Id,
        Subject = refund.Subject(),
        Status = ApprovalStatus.Open,
        AmountMinor = refund.AmountMinor,
        Currency = refund.Currency,
        Tier = refund.Tier,
        RequestedBy = refund.RequestedBy,
        OpenedAt = now,
        DueAt = now + due,
    };

    /// <summary>Whether enough people, none of them with a hand in the refund, said yes to just this refund.</summary>
    public bool Permits(Refund refund) =>
        Status is ApprovalStatus.Approved && Tier >= refund.Tier && Subject.AsSpan().SequenceEqual(refund.Subject())
        && decisions.Where(d => d.IsApproved).Select(d => d.DecidedBy).Distinct().Count(by => !refund.Barred.Contains(by)) >= refund.Tier;

    /// <summary>One person answers. One no ends it; a yes counts until there are as many as the tier asks for.</summary>
    public Refusal? Decide(Refund refund, bool approve, string? comment, string by, DateTimeOffset now)
    {
        if (Status is not ApprovalStatus.Open)
        {
            return Refusal.Conflict("returns.decided", "This approval was decided before.", new { status = Status.ToString().ToLowerInvariant() });
        }

        if (!Subject.AsSpan().SequenceEqual(refund.Subject()))
        {
            return Refusal.Conflict("returns.stale-approval", "The refund is no longer what this approval is about; open a new one for it.");
        }

        if (refund.Status is not RefundStatus.Granted)
        {
            return Refusal.Conflict("returns.not-granted", "The refund does not wait for an answer any more.");
        }

        if (refund.Barred.Contains(by) || RequestedBy == by)
        {
            return Refusal.Rule("returns.own-request", "Who asked for a refund, permitted its return or graded its goods never decides about it; ask somebody else.");
        }

        if (decisions.Exists(d => d.DecidedBy == by))
        {
            return Refusal.Rule("returns.same-approver", "You have answered; somebody else must answer, too.");
        }

        decisions.Add(new(Id, decisions.Count + 1, by, approve, comment, now));
        if (!approve || decisions.Count == Tier)
        {
            Status = approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected;
            DecidedAt = now;
        }

        return null;
    }

    /// <summary>The refund is given up: nobody needs to answer any more.</summary>
    public void Withdraw(DateTimeOffset now)
    {
        Status = ApprovalStatus.Rejected;
        DecidedAt = now;
    }
}

/// <summary>One person's answer. Never changed.</summary>
internal sealed class Decision(Guid approvalId, int number, string decidedBy, bool isApproved, string? comment, DateTimeOffset decidedAt)
{
    public Guid ApprovalId { get; private init; } = approvalId;

    public int Number { get; private init; } = number;

    public string DecidedBy { get; private init; } = decidedBy;

    public bool IsApproved { get; private init; } = isApproved;

    public string? Comment { get; private init; } = comment;

    public DateTimeOffset DecidedAt { get; private init; } = decidedAt;
}
