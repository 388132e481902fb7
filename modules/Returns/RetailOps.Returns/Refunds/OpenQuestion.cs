using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Returns;

/// <summary>An approval, its refund, and who made the limits: what everybody who says something about it needs.</summary>
internal sealed record Question(Approval Approval, Refund Refund, IReadOnlyList<string> Limits)
{
    public ApprovalView View() => RefundViews.Of(Approval, Refund);
}

/// <summary>Finds a question, and tells what was said.</summary>
internal sealed class OpenQuestion(UnitOfWork work, OwnOrders own, ISender sender)
{
    /// <summary>The approval as somebody saw it, for a change.</summary>
    public async Task<Result<Question>> Find(Guid id, int? seen, CancellationToken ct)
    {
        var returns = await work.Join<ReturnsDbContext>(ct);
        if (await returns.WholeApprovals.SingleOrDefaultAsync(a => a.Id == id, ct) is not { } approval)
        {
            return Unknown();
        }

        var question = await About(approval, ct);
        return !await own.Has(question.Refund.OrderId, ct) ? Unknown()
            : seen is { } revision && revision != approval.Revision ? Revision.StaleRefusal()
            : question;
    }

    /// <summary>The limits are those of the policy that the tier came from, and of all that ruled since: a hand in either is one too many.</summary>
    private async Task<Question> About(Approval approval, CancellationToken ct)
    {
        var refund = (await (await work.Join<ReturnsDbContext>(ct)).FindRefund(approval.RefundId, ct))!;
        return new(approval, refund, await DocumentHands.Since(work, ReturnPolicy.Kind, ReturnPolicy.Usual, VersionOf(refund), ct));
    }

    /// <summary>A person who signed in; a client, or whoever acts for a person, may be somebody's own hand.</summary>
    public Refusal? NoPerson() => work.Caller is Caller.Person { SignedInAt: not null } ? null : Refusal.Rule("returns.approver-is-no-person", "Only a person who signed in decides about money.");

    /// <summary>Somebody says something about it, as he saw it.</summary>
    public async Task<Result<Question>> Remark(Guid id, int? seen, Func<Approval, Refusal?> say, CancellationToken ct)
    {
        var found = await Find(id, seen, ct);
        if (!found.IsSuccess)
        {
            return found;
        }

        if (say(found.Value.Approval) is { } refusal)
        {
            return refusal;
        }

        Remarked(found.Value);
        return found;
    }

    /// <summary>Tells that something was said.</summary>
    public void Remarked(Question question)
    {
        var last = question.Approval.Remarks[^1];
        work.Raise(question.Approval, new ApprovalRemarked(Guid.CreateVersion7(), work.Now, question.Approval.Id, question.Refund.Id, last.Kind, last.SaidTo));
    }

    /// <summary>Tells that it was decided, or that one of two did; the flow that waits goes on when nobody else must answer.</summary>
    public async Task<Refusal?> Decided(Question question, CancellationToken ct)
    {
        var (approval, refund) = (question.Approval, question.Refund);
        work.Raise(approval, new ApprovalDecided(Guid.CreateVersion7(), work.Now, approval.Id, refund.Id, approval.Status.ToSnakeCase()));
        return approval.Status is ApprovalStatus.Open
            ? null
            : (await sender.Send(new SettleTasks("refund-approval", BusinessKey.Of("refund", refund.Id), approval.Status is ApprovalStatus.Approved ? "Approved" : "Rejected"), ct)).Refusal;
    }

    public static Refusal Unknown() => Refusal.NotFound("returns.unknown-approval", "There is no such approval.");

    /// <summary>Of the policy that a refund's tier came from.</summary>
    private static int VersionOf(Refund refund) => int.Parse(refund.Policy[(refund.Policy.LastIndexOf(':') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
}
