using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Playwright;

namespace RetailOps.Browser.Tests;

[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class FreeDefinitionTests(DesignerShop shop)
{
    [Fact]
    public async Task A_definition_is_drawn_run_watched_changed_carried_away_and_deleted_in_the_real_studio()
    {
        await using var studio = await shop.SignedIn("analyst");

        var id = await studio.Create("Door bell");
        await Draw(studio);
        await studio.Picture("free");
        (await studio.Publish()).Should().Contain("ublished");
        (await Definition(id)).GetProperty("isPublished").GetBoolean().Should().BeTrue();

        var instance = await studio.Run();
        await WatchItWaitAndGoOn(studio, instance);

        await ChangeAndGoBack(studio, id);
        await CarryAwayAndBringBack(studio);
        await Delete(studio, id);
        studio.Troubles.Should().BeEmpty();
    }

    private static async Task Draw(Studio studio)
    {
        await studio.Drag("Start", 20, 120);
        await studio.Drag("Write Line", 190, 120);
        await studio.Drag("Set Variable", 430, 120);
        await studio.Drag("Write Line", 430, 260);
        await studio.Drag("Event", 680, 120);
        await studio.Connect("Start1", "Done", "WriteLine1");
        await studio.Connect("WriteLine1", "Done", "SetVariable1");
        await studio.Connect("SetVariable1", "Done", "WriteLine2");
        await studio.Connect("WriteLine2", "Done", "Event1");
        await studio.AddVariable("Caller");
        await studio.Select("WriteLine1");
        await studio.Literal("The text to write.", "Somebody is at the door");
        await studio.Select("WriteLine2");
        await studio.Expression("The text to write.", "Liquid", "It is {{ Variables.Caller | upcase }}");
        await studio.Select("SetVariable1");
        await studio.Choose("The variable to assign the value to.", "Caller");
        await studio.Expression("The value to assign.", "JavaScript", "'visitor ' + (20 + 22)");
        await studio.Select("Event1");
        await studio.Literal("The name of the event to listen for.", "door.opened");
    }

    private async Task WatchItWaitAndGoOn(Studio studio, string instance)
    {
        await studio.Open("/designer/instances/" + instance);
        var journal = studio.Page.Locator(".mud-timeline").First;
        await Assertions.Expect(journal.GetByText("Suspended")).ToBeVisibleAsync();
        await studio.Select("WriteLine2");
        await Assertions.Expect(studio.Page.GetByText("It is VISITOR 42").First).ToBeVisibleAsync();
        await studio.Picture("free");

        (await shop.Http.PostAsJsonAsync("/elsa/api/events/door.opened/trigger", new { workflowInstanceId = instance })).EnsureSuccessStatusCode();

        // Told by the hub: nobody reloads the page.
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Sub status" })).ToContainTextAsync("Finished");
        await studio.Picture("free");
    }

    private async Task ChangeAndGoBack(Studio studio, string id)
    {
        await studio.Edit(id);
        await studio.Select("WriteLine1");
        await studio.Literal("The text to write.", "Somebody else is at the door");
        (await Definition(id)).GetProperty("version").GetInt32().Should().Be(2);

        await studio.Tab("Version history");
        await studio.Menu(studio.Page.GetByRole(AriaRole.Row).Last, "Rollback to this version");
        await shop.Until("/elsa/api/workflow-definitions/" + id, d => d.GetProperty("version").GetInt32() == 3, "the first version is a new draft");
        await studio.Picture("free");
        (await Definition(id)).GetProperty("root").ToString().Should().Contain("Somebody is at the door").And.NotContain("Somebody else");
    }

    private async Task CarryAwayAndBringBack(Studio studio)
    {
        // A page of the list has ten rows, and other tests draw too.
        await studio.Open("/designer/");
        await studio.Page.GetByRole(AriaRole.Textbox, new() { Name = "Search" }).FillAsync("bell");
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "sundry-credit" })).ToHaveCountAsync(0);
        await studio.Menu(studio.Row("Door bell"), "Export");
        var download = await studio.Page.RunAndWaitForDownloadAsync(() => studio.Page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Export" }).ClickAsync());
        var file = Path.Combine(DesignerShop.Pictures, "door-bell.json");
        await download.SaveAsAsync(file);
        var text = await File.ReadAllTextAsync(file);
        var exported = JsonSerializer.Deserialize<JsonElement>(text);
        exported.GetProperty("name").GetString().Should().Be("Door bell");
        await File.WriteAllTextAsync(file, text.Replace(exported.GetProperty("definitionId").GetString()!, "door-bell-2", StringComparison.Ordinal).Replace("\"Door bell\"", "\"Back door bell\"", StringComparison.Ordinal));

        await studio.Page.Locator("input[type=file]").First.SetInputFilesAsync(file);
        await Assertions.Expect(studio.Row("Back door bell")).ToBeVisibleAsync();
        (await Definition("door-bell-2")).GetProperty("root").ToString().Should().Contain("Somebody is at the door");
        await studio.Picture("free");
    }

    private async Task Delete(Studio studio, string id)
    {
        await studio.Menu(studio.Row("Back door bell"), "Delete");
        await studio.Page.Locator(".mud-dialog").GetByRole(AriaRole.Button, new() { Name = "Delete" }).Last.ClickAsync();
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Back door bell" })).ToHaveCountAsync(0);
        (await shop.Http.GetAsync("/elsa/api/workflow-definitions/door-bell-2")).StatusCode.Should().Be(System.Net.HttpStatusCode.NotFound);
        (await Definition(id)).GetProperty("name").GetString().Should().Be("Door bell");
    }

    private Task<JsonElement> Definition(string id) => shop.Http.GetFromJsonAsync<JsonElement>("/elsa/api/workflow-definitions/" + id);
}
