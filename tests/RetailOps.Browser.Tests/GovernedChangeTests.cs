using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Playwright;

namespace RetailOps.Browser.Tests;

[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class GovernedChangeTests(DesignerShop shop)
{
    private const string Workflow = "order-fulfilment";

    [Fact]
    public async Task An_analyst_lets_dear_orders_wait_for_a_person_and_another_person_lets_that_live()
    {
        await Stock();
        var before = await Place("before", 1);
        await shop.Until($"/api/v1/orders/{before}", o => o.GetProperty("status").GetString() == "allocated", "an order is allocated as the file draws it");
        await using var analyst = await shop.SignedIn("analyst");
        await using var publisher = await shop.SignedIn("publisher");

        await Draw(analyst);
        await analyst.Picture("governed");
        await Propose(analyst);
        await analyst.Edit(Workflow);
        (await analyst.ProposeByButton()).Should().Contain("is proposed").And.Contain("another person").And.NotContain("Workflow published");
        await analyst.Picture("governed");
        (await Latest()).GetProperty("isPublished").GetBoolean().Should().BeFalse("another person has to agree");
        var meanwhile = await Place("meanwhile", 60);
        await shop.Until($"/api/v1/orders/{meanwhile}", o => o.GetProperty("status").GetString() == "allocated", "what is only proposed changes nothing");

        await Approve(publisher);

        (await Latest()).GetProperty("isPublished").GetBoolean().Should().BeTrue();
        var (cheap, dear) = (await Place("cheap", 1), await Place("dear", 60));
        await shop.Until($"/api/v1/orders/{cheap}", o => o.GetProperty("status").GetString() == "allocated", "a cheap order goes on");
        var tasks = await shop.Until("/api/v1/tasks?kind=dear-order", t => t.GetProperty("items").GetArrayLength() > 0, "a dear order waits for a person");
        var task = tasks.GetProperty("items")[0];
        task.GetProperty("key").GetString().Should().Contain(dear);
        (await shop.Http.GetFromJsonAsync<JsonElement>($"/api/v1/orders/{dear}")).GetProperty("status").GetString().Should().NotBe("allocated");
        await RunningOnesKeepTheirVersion(analyst, before, dear);

        (await shop.Http.PostAsJsonAsync($"/api/v1/tasks/{task.GetProperty("id").GetString()}:complete", new { outcome = "Done" })).EnsureSuccessStatusCode();
        await shop.Until($"/api/v1/orders/{dear}", o => o.GetProperty("status").GetString() == "allocated", "and goes on when that person has answered");
        analyst.Troubles.Should().BeEmpty();
        publisher.Troubles.Should().BeEmpty();
    }

    /// <summary>Between the event and the score: is it dear? If so, a task first.</summary>
    private static async Task Draw(Studio studio)
    {
        await studio.Edit(Workflow);
        await studio.Bring("Score the risk", 560, 60);
        await studio.Move("Order placed", -230, 0);
        await studio.Cut("Order placed", "Score the risk");
        var decision = await studio.Drag("Decision", 260, 190);
        var task = await studio.Drag("Task", 420, 300);
        await studio.Connect("Order placed", "Done", decision);
        await studio.Connect(decision, "True", task);
        await studio.Connect(decision, "False", "Score the risk");
        await studio.Connect(task, "Done", "Score the risk");
        await studio.Select(decision);
        await studio.Expression("Condition", "JavaScript", "Number(getPlaced().total.amount) > 1000");
        await studio.Select(task);
        await studio.Literal("What kind of work", "dear-order");
        await studio.Literal("One line that tells the person what to do.", "Look at this dear order");
    }

    private static async Task Propose(Studio studio)
    {
        await studio.Page.GetByRole(AriaRole.Link, new() { Name = "Versions and proposing" }).ClickAsync();
        await studio.Page.GetByLabel("Why").FillAsync("Orders above 1,000 are <looked at> first");
        await studio.Picture("governed");
        await studio.Page.GetByRole(AriaRole.Button, new() { Name = "Propose" }).ClickAsync();
        await studio.Page.WaitForURLAsync("**/designer/proposals");
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Heading, new() { Name = Workflow })).ToBeVisibleAsync();
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Button, new() { Name = "Approve" })).ToHaveCountAsync(0);
        await studio.Picture("governed");
    }

    private static async Task Approve(Studio studio)
    {
        await studio.Page.GotoAsync("/designer/proposals");
        var proposal = studio.Page.Locator("section").Filter(new() { HasText = Workflow });
        await Assertions.Expect(proposal).ToContainTextAsync("RetailOps.Task");
        await Assertions.Expect(proposal).ToContainTextAsync("Orders above 1,000 are <looked at> first");
        await studio.Picture("governed");
        await proposal.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Assertions.Expect(proposal).ToHaveCountAsync(0);
        await studio.Page.GotoAsync($"/designer/definitions/{Workflow}/versions");
        await Assertions.Expect(studio.Page.GetByRole(AriaRole.Row).Nth(1)).ToContainTextAsync("live");
        await studio.Picture("governed");
    }

    private async Task RunningOnesKeepTheirVersion(Studio studio, string before, string dear)
    {
        var (old, young) = (await Instance(before), await Instance(dear));
        (old.GetProperty("version").GetInt32(), young.GetProperty("version").GetInt32()).Should().Be((1, 2));
        await studio.Open("/designer/instances/" + young.GetProperty("id").GetString());
        await Assertions.Expect(studio.Node("Task").First).ToBeVisibleAsync();
        await studio.Picture("governed");
    }

    private async Task<JsonElement> Instance(string order)
    {
        using var answer = await shop.Http.PostAsJsonAsync("/elsa/api/workflow-instances", new { page = 0, pageSize = 10, definitionId = Workflow, correlationId = $"order/{order}" });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items")[0];
    }

    private Task<JsonElement> Latest() => shop.Http.GetFromJsonAsync<JsonElement>($"/elsa/api/workflow-definitions/{Workflow}");

    private async Task Stock()
    {
        (await shop.Http.PutAsJsonAsync("/api/v1/items/lamp", new { name = "Lamp" })).EnsureSuccessStatusCode();
        (await shop.Http.PutAsJsonAsync("/api/v1/nodes/dc-1", new { name = "Distribution centre", kind = "dc" })).EnsureSuccessStatusCode();
        await Post("/api/v1/inventory/movements", new { kind = "received", sku = "lamp", node = "dc-1", condition = "sellable", quantity = 1_000 });
    }

    private async Task<string> Place(string name, int lamps) => (await Post("/api/v1/orders", new
    {
        channel = "web",
        externalId = name,
        currency = "GBP",
        lines = new[] { new { sku = "lamp", quantity = lamps, unitPrice = new { amount = "24.50", currency = "GBP" } } },
    })).GetProperty("id").GetString()!;

    private async Task<JsonElement> Post(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        using var answer = await shop.Http.SendAsync(request);
        answer.IsSuccessStatusCode.Should().BeTrue(await answer.Content.ReadAsStringAsync());
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
