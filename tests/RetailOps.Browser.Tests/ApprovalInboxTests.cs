using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Playwright;

using RetailOps.Testing;

namespace RetailOps.Browser.Tests;

/// <summary>Finance at its inbox.</summary>
[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class ApprovalInboxTests(DesignerShop shop) : IAsyncLifetime
{
    private const string Hostile = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'";

    private readonly InboxScene scene = new(shop);

    public async Task InitializeAsync()
    {
        await shop.Account("second", "finance");
        await shop.Account("both", "finance", "returns-agent");
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Finance_looks_at_a_return_asks_is_told_and_approves_without_any_script()
    {
        var asked = await scene.Returned("SOFA", 2, 149.50m);
        await using var finance = await shop.AtDesk("finance", scripts: false);
        await using var agent = await shop.AtDesk("returns-agent");

        await finance.Page.GotoAsync("/");
        await finance.Page.GetByRole(AriaRole.Link, new() { Name = "Approvals" }).ClickAsync();
        await finance.Picture("list");
        await finance.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = asked.Order }).GetByRole(AriaRole.Link).ClickAsync();
        await finance.Sees("299.00 GBP");
        await finance.Sees("The box is dented");
        await finance.Sees("taken in at dc-1 by the application cli");
        await finance.Picture("approval");
        await finance.Other("Ask a question first", "What must be known", "Was it opened?", "Ask");
        await finance.Sees("Your question stands in the history below");

        await agent.Open(asked.Approval);
        await agent.Sees("Only finance decides about refunds.");
        await agent.Other("Answer the question", "What you know", "It was not.", "Add");
        await agent.Sees("Was it opened?");
        await agent.Picture("told");

        await finance.Open(asked.Approval);
        await finance.Page.GetByLabel("Your words (needed to reject)").FillAsync("Goods are back");
        await finance.Press("Approve");
        await finance.Sees("You approved it; the money goes back.");
        await finance.Sees("Goods are back");
        await finance.Picture("approved");
        await scene.Settled(asked.Refund);
        (finance.Troubles.Concat(agent.Troubles)).Should().BeEmpty();
    }

    [Fact]
    public async Task Finance_rejects_with_a_reason_and_nothing_is_paid()
    {
        var (refund, approval) = await scene.Credit(320);
        await using var finance = await shop.AtDesk("finance", phone: true);

        await finance.Open(approval);
        await finance.Press("Reject");
        await finance.Sees("A no needs your words");
        await finance.Page.GetByLabel("Your words (needed to reject)").FillAsync("Nobody ordered it");
        await finance.Picture("phone");
        await finance.Press("Reject");

        await finance.Sees("You rejected it; nothing is paid.");
        await shop.Until($"/api/v1/refunds/{refund}", r => r.GetProperty("status").GetString() == "voided", "the flow gives the refund up");
        finance.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task Who_asked_graded_or_is_an_application_is_told_why_not()
    {
        await using var both = await shop.AtDesk("both");
        var (_, own) = await scene.Approval((await both.Post("refunds", InboxScene.NewCredit(210))).Body.GetProperty("id").GetGuid());
        var graded = await scene.Returned("SOFA", 1, 240, inspector: both);

        await both.Open(own);
        await both.Sees("You cannot decide about it.");
        await both.Sees("You asked for it, so somebody else must decide.");
        await both.Picture("own");
        await Assertions.Expect(both.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);
        await both.Open(graded.Approval);
        await both.Sees("You graded its goods or said where they go, so somebody else must decide.");
        var forced = await both.Post($"approvals/{graded.Approval}:approve", new { }, "\"1\"");
        var delegated = await both.Post($"approvals/{graded.Approval}:delegate", new { to = "finance" }, "\"1\"");
        var application = await scene.Post($"approvals/{graded.Approval}:approve", new { }, "\"1\"");

        (forced.Status, forced.Body.GetProperty("code").GetString()).Should().Be((422, "returns.own-request"));
        (delegated.Status, delegated.Body.GetProperty("code").GetString()).Should().Be((422, "returns.own-request"));
        (application.Status, application.Body.GetProperty("code").GetString()).Should().Be((403, "security.forbidden"));
    }

    [Fact]
    public async Task Six_times_99_is_one_of_594()
    {
        var customer = InboxScene.NewName("C");
        var refunds = new List<Guid>();
        for (var i = 0; i < 6; i++)
        {
            refunds.Add((await scene.Post("refunds", InboxScene.NewCredit(99, customer))).Body.GetProperty("id").GetGuid());
        }

        await using var finance = await shop.AtDesk("finance");
        var approvals = new List<Guid>();
        foreach (var refund in refunds.Skip(1))
        {
            approvals.Add((await scene.Approval(refund)).Approval);
        }

        await finance.Open(approvals[^1]);
        await finance.Sees("594.00 GBP");
        await finance.Picture("split");
        await finance.Page.GotoAsync("/approvals?sort=opened");
        foreach (var approval in approvals)
        {
            await finance.Page.Locator($"input[value^='{approval}']").CheckAsync();
        }

        await finance.Picture("bulk");
        await finance.Press("Approve what is ticked");
        await finance.Sees("5 of 5 approved.");
        await scene.Settled(refunds[0]);
        await scene.Settled(refunds[^1]);
    }

    [Fact]
    public async Task A_changed_amount_and_a_faster_colleague_are_said_before_anything_is_paid()
    {
        var (refund, changed) = await scene.Credit(250);
        var (_, raced) = await scene.Credit(260);
        await using var finance = await shop.AtDesk("finance");
        await using var second = await shop.AtDesk("second");

        await finance.Open(changed);
        await Ask.Do(shop.Database, "update returns.refunds set amount_minor = 24000 where id = $1", refund);
        await Ask.Do(shop.Database, "update returns.refund_lines set amount_minor = 24000 where refund_id = $1", refund);
        await finance.Page.GetByLabel("Your words (needed to reject)").FillAsync("As agreed");
        await finance.Press("Approve");
        await finance.Sees("Amount: 250.00 GBP before, 240.00 GBP now.");
        await finance.Picture("changed");

        await finance.Open(raced);
        await second.Open(raced);
        await finance.Press("Approve");
        await finance.Sees("You approved it");
        await second.Press("Approve");
        await second.Sees("Somebody did something about this refund since you opened it.");
        await second.Picture("raced");
        (await Ask.One<long>(shop.Database, "select count(*) from returns.decisions where approval_id = any (array[$1, $2])", changed, raced)).Should().Be(1);
    }

    [Fact]
    public async Task The_top_tier_asks_for_the_password_again_and_keeps_what_was_typed()
    {
        var (refund, approval) = await scene.Credit(6_400);
        await using var finance = await shop.AtDesk("finance");
        await using var second = await shop.AtDesk("second");

        shop.Clock.Advance(TimeSpan.FromMinutes(5));
        var api = await finance.Post($"approvals/{approval}:approve", new { }, "\"1\"");
        await finance.Open(approval);
        await finance.Page.GetByLabel("Your words (needed to reject)").FillAsync("Seen the contract, §4 “goodwill”");
        await finance.Press("Approve");
        await finance.Page.WaitForURLAsync("**/sign-in/again?**");
        await finance.Picture("again");
        await finance.Page.GetByLabel("Password").FillAsync("not my password");
        await finance.Press("Go on");
        await finance.Sees("do not open an account");
        await finance.GivePassword();
        await finance.Page.WaitForURLAsync($"**/approvals/{approval}");
        await Assertions.Expect(finance.Page.GetByLabel("Your words (needed to reject)")).ToHaveValueAsync("Seen the contract, §4 “goodwill”");
        await finance.Picture("kept");
        await finance.Press("Approve");
        await finance.Sees("You approved it. Another person must, too.");
        await second.Open(approval);
        await second.Press("Approve");
        await second.GivePassword();
        await second.Press("Approve");

        await second.Sees("You approved it; the money goes back.");
        (api.Status, api.Body.GetProperty("code").GetString()).Should().Be((401, "security.sign-in-too-old"));
        api.Headers["www-authenticate"].Should().Contain("error=\"insufficient_user_authentication\"").And.Contain("max_age=300");
        await scene.Settled(refund);
        finance.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task What_people_typed_is_shown_as_text_wherever_it_stands()
    {
        var asked = await scene.Returned("VASE", 1, 180, words: Hostile);
        await shop.Account(Hostile, "finance");
        await using var finance = await shop.AtDesk("finance", dark: true);

        await finance.Page.GotoAsync("/approvals?who=all");
        await finance.Sees(Hostile);
        await finance.Open(asked.Approval);
        await finance.Other("Ask a question first", "What must be known", Hostile, "Ask");
        await finance.Page.Locator("summary").Filter(new() { HasText = "Leave it to somebody else" }).ClickAsync();
        await finance.Page.GetByLabel("To whom").SelectOptionAsync(Hostile);
        await finance.Press("Leave it");
        await finance.Sees("left it to " + Hostile);
        await finance.Picture("hostile");
        await finance.Page.GetByLabel("Your words (needed to reject)").FillAsync("</textarea>" + Hostile);
        await finance.Press("Approve");
        await finance.Sees("</textarea>" + Hostile);
        var policy = (await finance.Page.GotoAsync($"/approvals/{asked.Approval}?done={Uri.EscapeDataString(Hostile)}"))!.Headers;

        await Assertions.Expect(finance.Page.Locator("main script, main img")).ToHaveCountAsync(0);
        finance.Troubles.Should().BeEmpty();
        policy["content-security-policy"].Should().StartWith("default-src 'none'").And.Contain("frame-ancestors 'none'").And.NotContain("unsafe").And.NotContain("script-src");
        policy["referrer-policy"].Should().Be("no-referrer");
        policy.Should().NotContainKey("access-control-allow-origin");
    }

    [Fact]
    public async Task Who_signs_out_everywhere_is_out_everywhere_within_a_minute_and_comes_back_to_the_same_list()
    {
        await shop.Account("traveller", "finance");
        await using var here = await shop.AtDesk("traveller");
        await using var there = await shop.AtDesk("traveller");

        await here.Page.GetByRole(AriaRole.Link, new() { Name = "Sign out" }).First.ClickAsync();
        await here.Press("Sign out everywhere");
        await here.Page.WaitForURLAsync("**/sign-in");
        shop.Clock.Advance(TimeSpan.FromSeconds(61));
        await there.Page.GotoAsync("/approvals?who=all&sort=amount");
        await there.Page.FillAsync("#name", "traveller");
        await there.Page.FillAsync("#password", shop.PasswordOf("traveller"));
        await there.Press("Sign in");

        await there.Page.WaitForURLAsync("**/approvals?who=all&sort=amount");
    }

    [Fact]
    public async Task Another_sites_form_and_a_locked_account_open_nothing()
    {
        var (_, approval) = await scene.Credit(230);
        await shop.Account("forgetful", "finance");
        await using var finance = await shop.AtDesk("finance");
        var stranger = await shop.Stranger();

        await finance.Open(approval);
        var foreign = await finance.Page.APIRequest.PostAsync($"/approvals/{approval}", new() { DataString = "act=approve&revision=1", Headers = new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded", ["Origin"] = "https://evil.example" } });
        var foreignApi = await finance.Page.APIRequest.PostAsync(
            $"/api/v1/approvals/{approval}:approve", new() { DataString = "{}", Headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", ["If-Match"] = "\"1\"", ["Sec-Fetch-Site"] = "cross-site" } });
        var cookies = await finance.Page.Context.CookiesAsync();
        for (var i = 0; i < 6; i++)
        {
            await stranger.GotoAsync("/sign-in");
            await stranger.FillAsync("#name", "forgetful");
            await stranger.FillAsync("#password", i < 5 ? "not the password" : shop.PasswordOf("forgetful"));
            await stranger.ClickAsync("button");
            await Assertions.Expect(stranger.Locator("main")).ToContainTextAsync("it is locked for a quarter of an hour after five wrong tries");
        }

        await stranger.GotoAsync($"/approvals/{approval}");
        await stranger.WaitForURLAsync("**/sign-in?returnTo=**");
        await stranger.Context.CloseAsync();
        (foreign.Status, foreignApi.Status).Should().Be((400, 403));
        cookies.Should().NotBeEmpty().And.OnlyContain(c => c.HttpOnly && c.SameSite != SameSiteAttribute.None);
        (await shop.Http.GetFromJsonAsync<JsonElement>($"/api/v1/approvals/{approval}")).GetProperty("status").GetString().Should().Be("open");
    }
}
