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
    private readonly List<Remark> remarks = [];

    private Approval()
    {
    }

    public Guid Id { get; private init; }

    public Guid RefundId { get; private init; }

    public byte[] Subject { get; private init; } = [];

    /// <summary>What the hash is over; null for approvals from before it was kept.</summary>
    public string? SubjectText { get; private init; }

    public ApprovalStatus Status { get; private set; }

    public long AmountMinor { get; private init; }

    public string Currency { get; private init; } = "";

    public int Tier { get; private init; }

    public string RequestedBy { get; private init; } = "";

    public bool AwaitsInformation { get; private set; }

    public string? DelegatedBy { get; private set; }

    public string? DelegatedTo { get; private set; }

    public DateTimeOffset OpenedAt { get; private init; }

    public DateTimeOffset DueAt { get; private init; }

    public DateTimeOffset? DecidedAt { get; private set; }

    public int Revision { get; private set; }

    public IReadOnlyList<Decision> Decisions => decisions;

    public IReadOnlyList<Remark> Remarks => remarks;

    public int NextRevision() => ++Revision;

    /// <summary>Asks about a refund as it stands.</summary>
    public static Approval Open(Refund refund, TimeSpan due, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(),
        RefundId = refund.Id,
        Subject = refund.Subject(),
        SubjectText = refund.SubjectText(),
        Status = ApprovalStatus.Open,
        AmountMinor = refund.AmountMinor,
        Currency = refund.Currency,
        Tier = refund.Tier,
        RequestedBy = refund.RequestedBy,
        OpenedAt = now,
        DueAt = now + due,
    };

    /// <summary>Whether it is about the refund as it is now.</summary>
    public bool IsAbout(Refund refund) => Subject.AsSpan().SequenceEqual(refund.Subject());

    /// <summary>Whether enough people, none of them with a hand in the refund nor asked by one who has, said yes to just this refund.</summary>
    public bool Permits(Refund refund) =>
        Status is ApprovalStatus.Approved && Tier >= refund.Tier && IsAbout(refund)
        && decisions.Where(d => d.IsApproved).Where(d => !refund.Barred.Contains(d.DecidedBy) && !refund.Barred.Contains(d.OnBehalfOf)).Select(d => d.DecidedBy).Distinct().Count() >= refund.Tier;

    /// <summary>What stands against anything being said about it.</summary>
    private Refusal? Closed() => Status is ApprovalStatus.Open
        ? null
        : Refusal.Conflict("returns.decided", "This approval was decided before.", new { status = Status.ToString().ToLowerInvariant() });

    /// <summary>What stands against an answer of somebody; null for nothing.</summary>
    /// <param name="refund">As it is now.</param>
    /// <param name="by">Who would answer.</param>
    /// <param name="limits">Who made the limits that it is measured by, or those that came since.</param>
    public Refusal? Hinders(Refund refund, string by, IReadOnlyCollection<string> limits)
    {
        if (Closed() is { } closed)
        {
            return closed;
        }

        if (!IsAbout(refund))
        {
            return SubjectChange.Refused(SubjectText, refund);
        }

        if (refund.Status is not RefundStatus.Granted)
        {
            return Refusal.Conflict("returns.not-granted", "The refund does not wait for an answer any more.");
        }

        if (Bars(refund, by, limits) is { } barred)
        {
            return barred;
        }

        if (decisions.Exists(d => d.DecidedBy == by || d.OnBehalfOf == by))
        {
            return Refusal.Rule("returns.same-approver", "You have answered, or another person for you; somebody else must answer, too.");
        }

        return DelegatedTo == by ? Bars(refund, DelegatedBy!, limits) : null;
    }

    /// <summary>One person answers. One no ends it; a yes counts until there are as many as the tier asks for.</summary>
    public Refusal? Decide(Refund refund, bool approve, string? comment, string by, IReadOnlyCollection<string> limits, DateTimeOffset now)
    {
        if (Hinders(refund, by, limits) is { } refusal)
        {
            return refusal;
        }

        decisions.Add(new(Id, decisions.Count + 1, by, approve, comment, now, DelegatedTo == by ? DelegatedBy : null));
        if (by == DelegatedTo || by == DelegatedBy)
        {
            (DelegatedBy, DelegatedTo) = (null, null);
        }

        if (!approve || decisions.Count == Tier)
        {
            Close(approve ? ApprovalStatus.Approved : ApprovalStatus.Rejected, now);
        }

        return null;
    }

    /// <summary>Somebody must be told something first.</summary>
    public Refusal? Ask(string words, string by, DateTimeOffset now)
    {
        if (Closed() is { } closed)
        {
            return closed;
        }

        AwaitsInformation = true;
        Remember("asked", by, null, words, now);
        return null;
    }

    /// <summary>Somebody says what helps to decide.</summary>
    public Refusal? Tell(string words, string by, DateTimeOffset now)
    {
        if (Closed() is { } closed)
        {
            return closed;
        }

        AwaitsInformation = false;
        Remember("told", by, null, words, now);
        return null;
    }

    /// <summary>Somebody who could answer leaves it to another who could.</summary>
    public Refusal? Delegate(Refund refund, string? words, string by, string to, IReadOnlyCollection<string> limits, DateTimeOffset now)
    {
        if (Hinders(refund, by, limits) is { } refusal)
        {
            return refusal;
        }

        if (DelegatedTo == by)
        {
            return Refusal.Rule("returns.is-delegate", "You were asked to answer for somebody else; answer, or leave it to that person.");
        }

        if (by == to || Hinders(refund, to, limits) is not null)
        {
            return Refusal.Rule("returns.delegate-barred", "That person cannot decide about this refund; ask somebody without a hand in it who has not answered.");
        }

        (DelegatedBy, DelegatedTo) = (by, to);
        Remember("delegated", by, to, words, now);
        return null;
    }

    /// <summary>The refund is given up: nobody needs to answer any more.</summary>
    public void Withdraw(DateTimeOffset now) => Close(ApprovalStatus.Rejected, now);

    /// <summary>Somebody gives it up, and says why: who asked, or who could decide.</summary>
    public Refusal? Withdraw(string words, string by, bool mayDecide, DateTimeOffset now)
    {
        if (Closed() is { } closed)
        {
            return closed;
        }

        if (RequestedBy != by && !mayDecide)
        {
            return Refusal.Rule("returns.not-yours", "Only who asked for a refund gives it up, or finance.");
        }

        Remember("withdrawn", by, null, words, now);
        Withdraw(now);
        return null;
    }

    private Refusal? Bars(Refund refund, string by, IReadOnlyCollection<string> limits) =>
        limits.Contains(by) ? Refusal.Rule("returns.own-limits", "Who proposed or approved the limits that a refund is measured by never decides about it; ask somebody else.")
        : refund.Barred.Contains(by) || RequestedBy == by ? Refusal.Rule(
            "returns.own-request", "Who asked for a refund, permitted its return, took its goods in or graded them never decides about it; ask somebody else.")
        : null;

    private void Close(ApprovalStatus status, DateTimeOffset now) => (Status, DecidedAt, AwaitsInformation) = (status, now, false);

    private void Remember(string kind, string by, string? to, string? words, DateTimeOffset now) => remarks.Add(new(Id, remarks.Count + 1, kind, by, to, words, now));
}

/// <summary>One person's answer. Never changed.</summary>
internal sealed class Decision(Guid approvalId, int number, string decidedBy, bool isApproved, string? comment, DateTimeOffset decidedAt, string? onBehalfOf = null)
{
    public Guid ApprovalId { get; private init; } = approvalId;

    public int Number { get; private init; } = number;

    public string DecidedBy { get; private init; } = decidedBy;

    public bool IsApproved { get; private init; } = isApproved;

    public string? Comment { get; private init; } = comment;

    public DateTimeOffset DecidedAt { get; private init; } = decidedAt;

    /// <summary>Who left the answer to this person; null for nobody.</summary>
    public string? OnBehalfOf { get; private init; } = onBehalfOf;
}

/// <summary>What somebody said beside the answers. Never changed.</summary>
internal sealed class Remark(Guid approvalId, int number, string kind, string saidBy, string? saidTo, string? words, DateTimeOffset saidAt)
{
    public Guid ApprovalId { get; private init; } = approvalId;

    public int Number { get; private init; } = number;

    public string Kind { get; private init; } = kind;

    public string SaidBy { get; private init; } = saidBy;

    public string? SaidTo { get; private init; } = saidTo;

    public string? Words { get; private init; } = words;

    public DateTimeOffset SaidAt { get; private init; } = saidAt;
}
