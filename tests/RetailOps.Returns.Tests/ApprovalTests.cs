using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Returns.Tests;

public sealed class ApprovalTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    private static readonly Caller Flow = new Caller.System("flow");

    private readonly Caller.Person finance = ReturnsFixture.PersonOf(Roles.Finance);
    private readonly Caller.Person other = ReturnsFixture.PersonOf(Roles.Finance);

    [Fact]
    public async Task Above_the_limit_nothing_is_paid_before_a_person_agreed()
    {
        var refund = await Granted(20_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var early = await shop.Run(Flow, new ExecuteRefund(refund.Id));
        var decided = await shop.Must(finance, new DecideApproval(approval.Id, true, Revision: approval.Revision));
        var approved = await shop.Must(finance, new GetRefund(refund.Id));
        var paid = await shop.Run(Flow, new ExecuteRefund(refund.Id));

        approval.Should().BeEquivalentTo(new
        {
            RefundId = refund.Id,
            Status = "open",
            Amount = new Money(20_000, "GBP"),
            Tier = 1,
            RequestedBy = shop.Agent.Actor,
            DueAt = shop.Clock.GetUtcNow().AddHours(24),
        });
        early.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.not-approved" });
        decided.Should().BeEquivalentTo(new { Status = "approved", DecidedBy = new[] { finance.Actor } });
        approved.Status.Should().Be("approved");
        paid.IsSuccess.Should().BeTrue();
        (await shop.Events($"approval/{approval.Id}")).Should().Be("returns.approval-opened.v1, returns.approval-decided.v1");
    }

    [Fact]
    public async Task A_question_is_asked_once_also_by_two_at_once()
    {
        var refund = await Granted(20_000);

        var asked = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Must(Flow, new OpenApproval(refund.Id))));

        asked.Select(a => a.Id).Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task Small_refunds_ask_nobody()
    {
        var refund = await Granted(5_000);

        var answer = await shop.Run(Flow, new OpenApproval(refund.Id));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.not-granted" });
    }

    [Fact]
    public async Task Who_asked_or_graded_never_approves()
    {
        var both = ReturnsFixture.PersonOf(Roles.Service, Roles.Finance);
        var order = await shop.Sold(shop.NewName("C"), ("SOFA", 1, 20_000));
        var came = await shop.Must(both, ReturnsFixture.Asked(order, (1, 1)));
        var grader = ReturnsFixture.PersonOf(Roles.ReturnsAgent, Roles.Finance);
        await shop.Must(shop.Agent, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        await shop.Must(grader, new InspectReturnLine(came.Id, 1, "new"));
        await shop.Must(shop.Agent, new DisposeReturnLine(came.Id, 1, "restock"));
        var refund = await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var requester = await shop.Run(both, new DecideApproval(approval.Id, true));
        var inspector = await shop.Run(grader, new DecideApproval(approval.Id, true));
        var noPermission = await shop.Run(shop.Agent, new DecideApproval(approval.Id, true));

        requester.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.own-request" });
        inspector.Refusal!.Code.Should().Be("returns.own-request");
        noPermission.Refusal!.Code.Should().Be("security.forbidden");
        (await shop.Must(finance, new GetApproval(approval.Id))).Status.Should().Be("open");
    }

    [Fact]
    public async Task Only_people_approve()
    {
        var refund = await Granted(20_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var client = await shop.Run(new Caller.Client("robot", Permissions.All.ToHashSet()), new DecideApproval(approval.Id, true));
        var system = await shop.Run(Flow, new DecideApproval(approval.Id, true));

        client.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.approver-is-no-person" });
        system.Refusal!.Code.Should().Be("returns.approver-is-no-person");
    }

    [Fact]
    public async Task Above_the_second_limit_two_different_people_agree()
    {
        var refund = await Granted(600_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var first = await shop.Must(finance, new DecideApproval(approval.Id, true));
        var twice = await shop.Run(finance, new DecideApproval(approval.Id, true));
        var half = await shop.Run(Flow, new ExecuteRefund(refund.Id));
        var second = await shop.Must(other, new DecideApproval(approval.Id, true));
        var paid = await shop.Run(Flow, new ExecuteRefund(refund.Id));

        approval.Tier.Should().Be(2);
        first.Status.Should().Be("open");
        twice.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "returns.same-approver" });
        half.Refusal!.Code.Should().Be("returns.not-approved");
        second.Should().BeEquivalentTo(new { Status = "approved", DecidedBy = new[] { finance.Actor, other.Actor } });
        paid.IsSuccess.Should().BeTrue();
    }

    [Fact]
    public async Task One_no_is_enough_and_says_why()
    {
        var refund = await Granted(600_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var speechless = await shop.Run(finance, new DecideApproval(approval.Id, false));
        var rejected = await shop.Must(finance, new DecideApproval(approval.Id, false, "Worn"));
        var late = await shop.Run(other, new DecideApproval(approval.Id, true));
        var refused = await shop.Must(finance, new GetRefund(refund.Id));
        var paid = await shop.Run(Flow, new ExecuteRefund(refund.Id));

        speechless.Refusal!.Code.Should().Be("request.invalid");
        rejected.Status.Should().Be("rejected");
        late.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.decided" });
        refused.Status.Should().Be("refused");
        paid.Refusal!.Code.Should().Be("returns.not-approved");
    }

    [Fact]
    public async Task Two_approvers_at_once_make_one_decision_and_one_refund()
    {
        var refund = await Granted(20_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var answers = await Task.WhenAll(shop.Run(finance, new DecideApproval(approval.Id, true)), shop.Run(other, new DecideApproval(approval.Id, true)));
        var paid = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => shop.Must(Flow, new ExecuteRefund(refund.Id))));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        answers.Single(a => !a.IsSuccess).Refusal!.Code.Should().Be("returns.decided");
        paid.Should().OnlyContain(p => p.ExecutedAt == paid[0].ExecutedAt);
        (await shop.Events($"approval/{approval.Id}")).Should().Be("returns.approval-opened.v1, returns.approval-decided.v1");
        (await shop.Events($"refund/{refund.Id}")).Should().Be("returns.refund-granted.v1, returns.refund-settled.v1");
    }

    [Fact]
    public async Task Of_a_yes_and_a_no_at_once_the_first_counts()
    {
        var refund = await Granted(20_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var answers = await Task.WhenAll(shop.Run(finance, new DecideApproval(approval.Id, true)), shop.Run(other, new DecideApproval(approval.Id, false, "No")));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        (await shop.Events($"approval/{approval.Id}")).Should().Be("returns.approval-opened.v1, returns.approval-decided.v1");
    }

    [Fact]
    public async Task Who_saw_an_older_state_looks_again()
    {
        var refund = await Granted(600_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));
        await shop.Must(finance, new DecideApproval(approval.Id, true, Revision: approval.Revision));

        var answer = await shop.Run(other, new DecideApproval(approval.Id, true, Revision: approval.Revision));

        answer.Refusal!.Code.Should().Be("request.stale-revision");
    }

    [Theory]
    [InlineData("update returns.refunds set amount_minor = 19999 where id = $1")]
    [InlineData("update returns.refund_lines set amount_minor = 19999 where refund_id = $1")]
    [InlineData("update returns.refunds set customer_id = 'somebody-else' where id = $1")]
    public async Task What_was_changed_after_it_was_asked_or_approved_is_asked_anew(string change)
    {
        var (open, approved) = (await Granted(20_000), await Granted(20_000));
        var question = await shop.Must(Flow, new OpenApproval(open.Id));
        var answered = await shop.Must(Flow, new OpenApproval(approved.Id));
        await shop.Must(finance, new DecideApproval(answered.Id, true));
        await shop.Do(change, open.Id);
        await shop.Do(change, approved.Id);

        var decided = await shop.Run(finance, new DecideApproval(question.Id, true));
        var paid = await shop.Run(Flow, new ExecuteRefund(approved.Id));
        var anew = await shop.Must(Flow, new OpenApproval(approved.Id));

        decided.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.stale-approval" });
        paid.Refusal!.Code.Should().Be("returns.not-approved");
        anew.Id.Should().NotBe(answered.Id);
        anew.Status.Should().Be("open");

        await shop.Do("update returns.refunds set amount_minor = 20000, customer_id = null where id = any ($1)", new[] { open.Id, approved.Id });
        await shop.Do("update returns.refund_lines set amount_minor = 20000 where refund_id = any ($1)", new[] { open.Id, approved.Id });
    }

    [Fact]
    public async Task A_credit_above_the_limit_needs_somebody_else_of_finance()
    {
        var refund = await shop.Must(finance, new GrantSundryCredit(shop.NewName("CR"), new(50_000, "GBP"), "Fee", shop.NewName("C")));
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        var own = await shop.Run(finance, new DecideApproval(approval.Id, true));
        var others = await shop.Must(other, new DecideApproval(approval.Id, true));

        own.Refusal!.Code.Should().Be("returns.own-request");
        others.Status.Should().Be("approved");
    }

    [Fact]
    public async Task Giving_up_a_refund_closes_its_question()
    {
        var refund = await Granted(20_000);
        var approval = await shop.Must(Flow, new OpenApproval(refund.Id));

        await shop.Must(Flow, new VoidRefund(refund.Id, "Customer keeps it"));
        var answer = await shop.Run(finance, new DecideApproval(approval.Id, true));

        answer.Refusal!.Code.Should().Be("returns.decided");
        (await shop.Must(finance, new ListApprovals("open", null, 500))).Should().NotContain(a => a.Id == approval.Id);
        (await shop.Must(finance, new ListApprovals("rejected", null, 500))).Should().Contain(a => a.Id == approval.Id);
    }

    [Fact]
    public async Task There_is_nothing_to_say_of_refunds_that_are_not_there()
    {
        var nobodys = Guid.CreateVersion7();

        (await shop.Run(finance, new GetRefund(nobodys))).Refusal!.Code.Should().Be("returns.unknown-refund");
        (await shop.Run(Flow, new OpenApproval(nobodys))).Refusal!.Code.Should().Be("returns.unknown-refund");
        (await shop.Run(Flow, new ExecuteRefund(nobodys))).Refusal!.Code.Should().Be("returns.unknown-refund");
        (await shop.Run(Flow, new VoidRefund(nobodys, "r"))).Refusal!.Code.Should().Be("returns.unknown-refund");
        (await shop.Run(finance, new GetApproval(nobodys))).Refusal!.Code.Should().Be("returns.unknown-approval");
        (await shop.Run(finance, new DecideApproval(nobodys, true))).Refusal!.Code.Should().Be("returns.unknown-approval");
    }

    private async Task<RefundView> Granted(long amount)
    {
        var came = await shop.Inspected(await shop.Sold(null as string, ("SOFA", 1, amount)), (1, 1));
        return await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()));
    }
}
