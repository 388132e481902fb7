using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Returns.Tests;

/// <summary>Who has a hand in a refund never decides about it, whichever hand and whichever way.</summary>
public sealed class SegregationTests(ReturnsFixture shop) : IClassFixture<ReturnsFixture>
{
    private static readonly Caller Flow = new Caller.System("flow");

    private readonly Caller.Person finance = ReturnsFixture.PersonOf(Roles.Finance);
    private readonly Caller.Person other = ReturnsFixture.PersonOf(Roles.Finance);

    [Fact]
    public async Task Who_proposed_or_approved_the_limits_never_decides_by_them_nor_by_those_that_ruled_before()
    {
        var (author, approver) = (ReturnsFixture.PersonOf(Roles.Analyst, Roles.Finance), ReturnsFixture.PersonOf(Roles.Publisher, Roles.Finance));
        var before = await Asked(20_000);
        await ChangePolicy(author, approver);
        var after = await Asked(20_000);

        Result<ApprovalView>[] answers =
        [
            await shop.Run(author, new DecideApproval(after.Id, true)), await shop.Run(approver, new DecideApproval(after.Id, true)),
            await shop.Run(author, new DecideApproval(before.Id, true)), await shop.Run(approver, new DecideApproval(before.Id, false, "No")),
        ];
        var listed = await shop.Must(author, new ListApprovals("open", null, 500, Mine: true));
        var others = await shop.Must(finance, new DecideApproval(after.Id, true));

        answers.Select(a => a.Refusal!.Code).Should().AllBe("returns.own-limits");
        listed.Select(a => a.Id).Should().NotContain([before.Id, after.Id]);
        others.Status.Should().Be("approved");
        (await shop.One<string[]>("select barred from returns.refunds where id = $1", after.RefundId)).Should().Contain([author.Actor, approver.Actor]);
    }

    [Fact]
    public async Task Who_took_the_goods_in_never_decides()
    {
        var store = ReturnsFixture.PersonOf(Roles.Store, Roles.Finance);
        var came = (await shop.Request(await shop.Sold(null as string, ("SOFA", 1, 20_000)), (1, 1))).Value;
        await shop.Must(store, new ReceiveReturn(came.Id, Guid.CreateVersion7(), "DC-1"));
        await shop.Must(shop.Agent, new InspectReturnLine(came.Id, 1, "new"));
        await shop.Must(shop.Agent, new DisposeReturnLine(came.Id, 1, "restock"));
        var approval = await shop.Must(Flow, new OpenApproval((await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))).Id));

        var answer = await shop.Run(store, new DecideApproval(approval.Id, true));
        var facts = await shop.Must(store, new GetApprovalFacts(approval.Id));

        answer.Refusal!.Code.Should().Be("returns.own-request");
        facts.Hindrance.Should().BeEquivalentTo(new { Code = "returns.own-request" });
        facts.Return!.Receipts.Should().ContainSingle().Which.ReceivedBy.Should().Be(store.Actor);
    }

    [Fact]
    public async Task Who_was_shown_the_secret_of_the_client_that_asked_never_decides()
    {
        // An administrator of then, who is finance by now.
        var maker = ReturnsFixture.PersonOf(Roles.Administrator, Roles.Finance);
        await shop.Must(maker, new CreateClient("kiosk-7", ClientKind.System, IsPublic: false, new ClientTerms("Kiosk", ["returns.request"]), null));
        var kiosk = new Caller.Client("kiosk-7", new HashSet<string> { "returns.request", "orders.claim-returnable" });
        var came = await shop.Must(kiosk, ReturnsFixture.Asked(await shop.Sold(null as string, ("SOFA", 1, 20_000)), (1, 1)));
        await Inspect(came.Id);
        var approval = await shop.Must(Flow, new OpenApproval((await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))).Id));

        var byMaker = await shop.Run(maker, new DecideApproval(approval.Id, true));
        var byOther = await shop.Run(finance, new DecideApproval(approval.Id, true));

        byMaker.Refusal!.Code.Should().Be("returns.own-request");
        byOther.IsSuccess.Should().BeTrue();
    }

    [Fact]
    public async Task Who_acts_for_a_person_without_a_sign_in_never_decides_nor_leaves_it_to_others()
    {
        var approval = await Asked(20_000);
        var name = await Account(ReturnsFixture.PersonOf(Roles.Finance));

        var decided = await shop.Host.Requests.Run(finance, new DecideApproval(approval.Id, true));
        var left = await shop.Host.Requests.Run(finance, new DelegateApproval(approval.Id, name));

        decided.Refusal!.Code.Should().Be("returns.approver-is-no-person");
        left.Refusal!.Code.Should().Be("returns.approver-is-no-person");
    }

    [Fact]
    public async Task Nobody_with_a_hand_in_it_leaves_it_to_others_and_nothing_is_left_to_one_who_has()
    {
        var agent = ReturnsFixture.PersonOf(Roles.ReturnsAgent, Roles.Finance);
        var (agentName, otherName) = (await Account(agent), await Account(other));
        var order = await shop.Sold(null as string, ("SOFA", 1, 20_000));
        var came = await shop.Must(agent, ReturnsFixture.Asked(order, (1, 1)));
        await Inspect(came.Id);
        var approval = await shop.Must(Flow, new OpenApproval((await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))).Id));

        var byRequester = await shop.Run(agent, new DelegateApproval(approval.Id, otherName));
        var toRequester = await shop.Run(finance, new DelegateApproval(approval.Id, agentName));
        var toNobody = await shop.Run(finance, new DelegateApproval(approval.Id, "nobody-at-all"));
        var toService = await shop.Run(finance, new DelegateApproval(approval.Id, await Account(ReturnsFixture.PersonOf(Roles.Service), Roles.Service)));

        byRequester.Refusal!.Code.Should().Be("returns.own-request");
        toRequester.Refusal!.Code.Should().Be("returns.delegate-barred");
        toNobody.Refusal!.Code.Should().Be("returns.unknown-person");
        toService.Refusal!.Code.Should().Be("returns.unknown-person");
    }

    [Fact]
    public async Task Who_left_it_to_another_is_one_with_that_person()
    {
        var approval = await Asked(600_000);
        var name = await Account(other);

        var left = await shop.Must(finance, new DelegateApproval(approval.Id, name, "On leave"));
        var passedOn = await shop.Run(other, new DelegateApproval(approval.Id, await Account(ReturnsFixture.PersonOf(Roles.Finance))));
        var first = await shop.Must(other, new DecideApproval(approval.Id, true));
        var twice = await shop.Run(finance, new DecideApproval(approval.Id, true));
        var second = await shop.Must(ReturnsFixture.PersonOf(Roles.Finance), new DecideApproval(approval.Id, true));
        var facts = await shop.Must(finance, new GetApprovalFacts(approval.Id));

        left.DelegatedTo.Should().Be(other.Actor);
        passedOn.Refusal!.Code.Should().Be("returns.is-delegate");
        first.Should().BeEquivalentTo(new { Status = "open", DelegatedTo = (string?)null });
        twice.Refusal!.Code.Should().Be("returns.same-approver");
        second.Status.Should().Be("approved");
        facts.History.Select(h => (h.What, h.By, h.Other)).Should().StartWith(
            [("delegated", finance.Actor, other.Actor), ("approved", other.Actor, finance.Actor)]);
    }

    [Fact]
    public async Task What_was_answered_for_one_with_a_hand_in_it_pays_nothing()
    {
        var approval = await Asked(20_000);
        await shop.Must(finance, new DelegateApproval(approval.Id, await Account(other)));
        await shop.Must(other, new DecideApproval(approval.Id, true));
        await shop.Do("update returns.refunds set barred = barred || $2 where id = $1", approval.RefundId, finance.Actor);

        var paid = await shop.Run(Flow, new ExecuteRefund(approval.RefundId));

        paid.Refusal!.Code.Should().Be("returns.not-approved");
    }

    [Fact]
    public async Task A_yes_in_the_top_tier_needs_a_sign_in_of_the_last_five_minutes_and_a_no_does_not()
    {
        var (approval, rejected) = (await Asked(600_000), await Asked(600_000));
        var small = await Asked(20_000);
        var now = shop.Clock.GetUtcNow();

        var old = await shop.Run(finance with { SignedInAt = now.AddMinutes(-5) }, new DecideApproval(approval.Id, true));
        var fresh = await shop.Run(finance with { SignedInAt = now.AddMinutes(-5).AddSeconds(1) }, new DecideApproval(approval.Id, true));
        var no = await shop.Run(finance with { SignedInAt = now.AddHours(-3) }, new DecideApproval(rejected.Id, false, "Worn"));
        var one = await shop.Run(finance with { SignedInAt = now.AddHours(-3) }, new DecideApproval(small.Id, true));
        var barred = await shop.Run(finance with { SignedInAt = now.AddHours(-3) }, new DecideApproval(approval.Id, true));

        old.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Unauthenticated, Code = "security.sign-in-too-old" });
        fresh.IsSuccess.Should().BeTrue();
        no.Value.Status.Should().Be("rejected");
        one.Value.Status.Should().Be("approved");
        barred.Refusal!.Code.Should().Be("returns.same-approver", "nobody is asked for a password in vain");
    }

    [Fact]
    public async Task A_changed_refund_says_what_changed()
    {
        var approval = await Asked(20_000);
        await shop.Do("update returns.refunds set amount_minor = 19000, customer_id = 'somebody-else' where id = $1", approval.RefundId);
        await shop.Do("update returns.refund_lines set amount_minor = 19000 where refund_id = $1", approval.RefundId);

        var answer = await shop.Run(finance, new DecideApproval(approval.Id, true, Subject: approval.Subject));

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "returns.stale-approval" });
        answer.Refusal!.Message.Should().Contain("Amount: 200.00 GBP before, 190.00 GBP now.");
        ReturnsFixture.Details(answer.Refusal).GetProperty("changed").EnumerateArray().Select(c => c.GetProperty("what").GetString()).Should().Equal("amount", "line 1", "customer");
    }

    [Fact]
    public async Task Another_hash_than_the_one_that_is_asked_about_is_no_answer()
    {
        var approval = await Asked(20_000);

        var answer = await shop.Run(finance, new DecideApproval(approval.Id, true, Subject: new string('0', 64)));

        answer.Refusal!.Code.Should().Be("returns.stale-approval");
    }

    [Fact]
    public async Task A_question_is_asked_and_answered_while_the_approval_stays_open()
    {
        var approval = await Asked(20_000);

        var asked = await shop.Must(finance, new RequestInformation(approval.Id, "Was the <b>box</b> opened?"));
        var told = await shop.Must(shop.Agent, new InformApproval(approval.Id, "It was not."));
        var decided = await shop.Must(finance, new DecideApproval(approval.Id, true));
        var late = await shop.Run(finance, new RequestInformation(approval.Id, "And now?"));

        asked.Should().BeEquivalentTo(new { Status = "open", AwaitsInformation = true });
        told.AwaitsInformation.Should().BeFalse();
        decided.Status.Should().Be("approved");
        late.Refusal!.Code.Should().Be("returns.decided");
        (await shop.Events($"approval/{approval.Id}")).Should().Be("returns.approval-opened.v1, returns.approval-remarked.v1, returns.approval-remarked.v1, returns.approval-decided.v1");
    }

    [Fact]
    public async Task Who_asked_takes_it_back_and_nobody_else_outside_finance()
    {
        var approval = await Asked(20_000);
        var stranger = ReturnsFixture.PersonOf(Roles.ReturnsAgent);

        var notMine = await shop.Run(stranger, new WithdrawApproval(approval.Id, "Changed my mind"));
        var mine = await shop.Must(shop.Agent, new WithdrawApproval(approval.Id, "Customer keeps it"));
        var paid = await shop.Run(Flow, new ExecuteRefund(approval.RefundId));

        notMine.Refusal!.Code.Should().Be("returns.not-yours");
        mine.Status.Should().Be("rejected");
        paid.Refusal!.Code.Should().Be("returns.not-approved");
    }

    [Fact]
    public async Task Lists_go_by_tier_due_amount_and_what_one_may_decide_page_by_page()
    {
        var small = await Asked(20_000);
        shop.Clock.Advance(TimeSpan.FromHours(1));
        var large = await Asked(700_000);
        var me = ReturnsFixture.PersonOf(Roles.Finance);
        await shop.Must(me, new DecideApproval(large.Id, true));
        Task<IReadOnlyList<ApprovalView>> Ask(ListApprovals request) => shop.Must(me, request);

        var byAmount = await Ask(new("open", null, 500, Sort: "amount"));
        var byDue = await Ask(new("open", null, 500, Sort: "due"));
        var paged = new List<Guid>();
        for (Guid? after = null; await Ask(new("open", after, 1, Sort: "amount")) is [var one]; after = one.Id)
        {
            paged.Add(one.Id);
        }

        byAmount.Select(a => a.Amount.MinorUnits).Should().BeInDescendingOrder();
        byDue.Select(a => a.DueAt).Should().BeInAscendingOrder();
        paged.Should().Equal(byAmount.Select(a => a.Id));
        (await Ask(new("open", null, 500, Tier: 2))).Should().OnlyContain(a => a.Tier == 2).And.Contain(a => a.Id == large.Id);
        (await Ask(new("open", null, 500, AtLeast: new(500_000, "GBP")))).Should().OnlyContain(a => a.Amount.MinorUnits >= 500_000);
        (await Ask(new("open", null, 500, DueBefore: large.DueAt))).Select(a => a.Id).Should().Contain(small.Id).And.NotContain(large.Id);
        (await Ask(new("open", null, 500, Mine: true))).Select(a => a.Id).Should().Contain(small.Id).And.NotContain(large.Id, "I have answered");
        (await shop.Must(Flow, new ListApprovals("open", null, 500, Mine: true))).Should().BeEmpty("a system decides nothing");
    }

    private async Task<ApprovalView> Asked(long amount)
    {
        var came = await shop.Inspected(await shop.Sold(null as string, ("SOFA", 1, amount)), (1, 1));
        return await shop.Must(Flow, new OpenApproval((await shop.Must(Flow, new GrantRefund(came.Id, Guid.CreateVersion7()))).Id));
    }

    private async Task Inspect(Guid id)
    {
        await shop.Must(shop.Agent, new ReceiveReturn(id, Guid.CreateVersion7(), "DC-1"));
        await shop.Must(shop.Agent, new InspectReturnLine(id, 1, "new"));
        await shop.Must(shop.Agent, new DisposeReturnLine(id, 1, "restock"));
    }

    /// <summary>Gives somebody an account; of finance unless a role is named.</summary>
    private async Task<string> Account(Caller.Person person, string role = Roles.Finance)
    {
        var name = shop.NewName("p");
        await shop.Do(
            "insert into platform.people (id, name, normalized_name, security_stamp, concurrency_stamp, roles, lockout_enabled, failed_sign_ins) values ($1, $2, upper($2), 's', 'c', array[$3], true, 0)",
            person.Id, name, role);
        return name;
    }

    private async Task ChangePolicy(Caller.Person author, Caller.Person approver)
    {
        var file = Path.Combine(RepositoryRoot.Find(), "workflows", "policies", "return-policy.standard.json");
        var content = JsonNode.Parse(await File.ReadAllTextAsync(file))!["content"]!;
        content["approvalDueHours"] = 20;
        var proposed = await shop.Must(author, new ProposeDocument("return-policy", "standard", JsonSerializer.SerializeToElement(content), "Faster"));
        await shop.Must(approver, new DecideDocument("return-policy", "standard", proposed.Version, true));
    }
}
