using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Playwright;

namespace RetailOps.Browser.Tests;

[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class TwoPeopleTests(DesignerShop shop)
{
    [Fact]
    public async Task A_publisher_turns_a_change_down_and_who_drew_it_reads_why()
    {
        const string Workflow = "sundry-credit";
        await using var analyst = await shop.SignedIn("analyst");
        await using var publisher = await shop.SignedIn("publisher");

        await analyst.Edit(Workflow);
        await analyst.Drag("Write Line", 60, 60);
        (await analyst.ProposeByButton()).Should().Contain("is proposed").And.NotContain("Workflow published");
        await analyst.Picture("rejected");
        await analyst.Page.GotoAsync("/designer/proposals");
        await Proposal(analyst, Workflow).GetByLabel("Why?").FillAsync("A line that says hello");
        await analyst.Picture("rejected");
        await Proposal(analyst, Workflow).GetByRole(AriaRole.Button, new() { Name = "Say why" }).ClickAsync();
        await Assertions.Expect(Proposal(analyst, Workflow)).ToContainTextAsync("A line that says hello");

        await publisher.Page.GotoAsync("/designer/proposals");
        await Assertions.Expect(Proposal(publisher, Workflow)).ToContainTextAsync("A line that says hello");
        await Proposal(publisher, Workflow).GetByLabel("Your words").FillAsync("Nobody <reads> that line");
        await Proposal(publisher, Workflow).GetByRole(AriaRole.Button, new() { Name = "Reject" }).ClickAsync();
        await Assertions.Expect(Proposal(publisher, Workflow)).ToHaveCountAsync(0);

        await analyst.Page.GotoAsync($"/designer/definitions/{Workflow}/versions");
        await Assertions.Expect(analyst.Page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("rejected by publisher: Nobody <reads> that line");
        await analyst.Picture("rejected");
        await analyst.Edit(Workflow);
        await analyst.Drag("Write Line", 60, 200);
        var latest = await shop.Http.GetFromJsonAsync<JsonElement>($"/elsa/api/workflow-definitions/{Workflow}");
        (latest.GetProperty("version").GetInt32(), latest.GetProperty("isPublished").GetBoolean()).Should().Be((3, false), "what was turned down stays as it was, and is drawn on");
        analyst.Troubles.Should().BeEmpty();
        publisher.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task Who_goes_on_drawing_after_the_button_only_proposed_loses_nothing()
    {
        const string Workflow = "erp-posting";
        await using var analyst = await shop.SignedIn("analyst");
        await analyst.Edit(Workflow);
        await analyst.Drag("Write Line", 60, 60);
        await analyst.ProposeByButton();

        await analyst.Drag("Write Line", 60, 200);

        var latest = await shop.Http.GetFromJsonAsync<JsonElement>($"/elsa/api/workflow-definitions/{Workflow}");
        latest.GetProperty("version").GetInt32().Should().Be(3);
        latest.GetProperty("root").ToString().Should().Contain("WriteLine1").And.Contain("WriteLine2");
        analyst.Troubles.Should().BeEmpty();
    }

    [Fact]
    public async Task Of_two_who_draw_at_once_the_second_is_told_and_nothing_is_overwritten()
    {
        const string Workflow = "fraud-review";
        await using var first = await shop.SignedIn("analyst");
        await using var second = await shop.SignedIn(DesignerShop.SecondAnalyst);
        await first.Edit(Workflow);
        await second.Edit(Workflow);
        await first.Drag("Write Line", 60, 60);

        await second.DragInVain("Delay", 60, 200, status: 409);

        await Assertions.Expect(second.Page.Locator("#conflict")).ToContainTextAsync("Somebody else has saved this workflow since you opened it");
        await second.Picture("conflict");
        var latest = await shop.Http.GetFromJsonAsync<JsonElement>($"/elsa/api/workflow-definitions/{Workflow}");
        latest.GetProperty("root").ToString().Should().Contain("WriteLine1").And.NotContain("Elsa.Delay");
        await second.Page.GetByRole(AriaRole.Link, new() { Name = "Load the page again" }).ClickAsync();
        await second.Edit(Workflow);
        await Assertions.Expect(second.Node("WriteLine1")).ToBeVisibleAsync();
        await second.Drag("Delay", 60, 200);
        first.Troubles.Should().BeEmpty();
        second.Troubles.Should().BeEmpty();
    }

    private static ILocator Proposal(Studio studio, string workflow) => studio.Page.Locator("section").Filter(new() { HasText = workflow });
}
