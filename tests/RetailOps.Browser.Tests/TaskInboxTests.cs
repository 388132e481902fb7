using System.Text.Json;

using Microsoft.Playwright;

using RetailOps.Testing;

namespace RetailOps.Browser.Tests;

/// <summary>A workflow asks for more than a word.</summary>
[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class TaskInboxTests(DesignerShop shop)
{
    private const string Workflow = "supplier-claim";

    private const string Drawing =
        """
        {"id":"supplier-claim-1","definitionId":"supplier-claim","version":1,"name":"Supplier claim","variables":[{"id":"v-said","name":"Said","typeName":"Object"}],"inputs":[],"outputs":[],"options":{},
         "root":{"id":"Flowchart1","type":"Elsa.Flowchart","version":1,"activities":[
           {"id":"ask","type":"RetailOps.Task","version":1,"kind":{"typeName":"String","expression":{"type":"Literal","value":"supplier-claim"}},
            "title":{"typeName":"String","expression":{"type":"Literal","value":"Does the <b>supplier</b> owe us something?"}},
            "candidates":{"typeName":"Object","expression":{"type":"JavaScript","value":"['operator']"}},"outcomes":{"typeName":"Object","expression":{"type":"JavaScript","value":"['Claim', 'Let it be']"}},
            "dueIn":{"typeName":"TimeSpan","expression":{"type":"Literal","value":"00:10:00"}},
            "facts":{"typeName":"Object","expression":{"type":"JavaScript","value":"({ supplier: 'Lamps & <Sons>', paid: { amount: '412.00', currency: 'GBP' }, broken: 7 })"}},
            "form":{"typeName":"Object","expression":{"type":"JavaScript","value":"[{ name: 'amount', label: 'What we claim', type: 'money', currency: 'GBP', required: true, min: 1, max: 412, hint: 'At most what we paid' }, { name: 'units', label: 'Broken pieces', type: 'number', required: true }, { name: 'why', label: 'What broke them', type: 'choice', choices: ['Packing', 'Carrier', 'Maker <x>'], required: true }, { name: 'by', label: 'They answer by', type: 'date' }, { name: 'photos', label: 'There are photos', type: 'boolean' }, { name: 'note', label: 'Anything else', type: 'string', lines: 3 }]"}},
            "answer":{"typeName":"Object","memoryReference":{"id":"v-said"}}},
           {"id":"wait","type":"Elsa.Event","version":1,"eventName":{"typeName":"String","expression":{"type":"Literal","value":"never"}}},
           {"id":"no","type":"Elsa.Finish","version":1}],
          "connections":[{"source":{"activity":"ask","port":"Let it be"},"target":{"activity":"no","port":"In"} },{"source":{"activity":"ask","port":"Claim"},"target":{"activity":"wait","port":"In"} }]}}
        """;

    [Fact]
    public async Task A_task_with_a_form_is_found_taken_filled_in_wrongly_corrected_and_done()
    {
        await Begin();
        await using var someone = await shop.AtDesk("operator");
        await using var other = await shop.AtDesk("store");

        await someone.Page.GotoAsync("/tasks?kind=supplier-claim");
        await someone.Sees("in 9 minutes");
        shop.Clock.Advance(TimeSpan.FromMinutes(15));
        await someone.Page.GotoAsync("/tasks?kind=supplier-claim&due=overdue");
        await someone.Sees("Overdue by");
        await someone.Picture("tasks");
        await someone.Page.GetByRole(AriaRole.Link, new() { Name = "Does the <b>supplier</b> owe us something?" }).ClickAsync();
        var address = someone.Page.Url;
        await someone.Sees("412.00 GBP");
        await someone.Press("Take it, so that nobody else does");
        await someone.Sees("It is yours now.");
        await other.Page.GotoAsync(address);
        await other.Sees("This task is for other roles");

        await someone.Page.GetByLabel("What we claim").FillAsync("1,000");
        await someone.Page.GetByLabel("Broken pieces").FillAsync("many");
        await someone.Page.GetByLabel("Maker <x>").CheckAsync();
        await someone.Page.GetByLabel("They answer by").FillAsync("2026-12-24");
        await someone.Page.GetByLabel("There are photos").CheckAsync();
        await someone.Page.GetByLabel("Anything else").FillAsync("Two boxes, \"fragile\" on both");
        await someone.Press("Claim");
        await someone.Sees("At most 412.");
        await someone.Sees("A number.");
        await Assertions.Expect(someone.Page.GetByLabel("Maker <x>")).ToBeCheckedAsync();
        await Assertions.Expect(someone.Page.GetByLabel("Anything else")).ToHaveValueAsync("Two boxes, \"fragile\" on both");
        await someone.Picture("form");
        await someone.Page.GetByLabel("What we claim").FillAsync("120.5");
        await someone.Page.GetByLabel("Broken pieces").FillAsync("7");
        await someone.Press("Claim");

        await someone.Sees("It is done; the workflow goes on.");
        var said = JsonElement.Parse(await Ask.One<string>(shop.Database, "select answer::text from workflows.tasks where kind = 'supplier-claim'"));
        said.GetProperty("amount").GetProperty("amount").GetString().Should().Be("120.50");
        said.GetProperty("units").GetInt32().Should().Be(7);
        said.GetProperty("why").GetString().Should().Be("Maker <x>");
        said.GetProperty("photos").GetBoolean().Should().BeTrue();
        someone.Troubles.Should().BeEmpty();
        other.Troubles.Should().BeEmpty();
    }

    private async Task Begin()
    {
        var folder = Directory.CreateTempSubdirectory("claims-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, Workflow + ".json"), Drawing);
        await shop.Import(folder.FullName);
        folder.Delete(recursive: true);
        using var started = await shop.Http.PostAsync($"/elsa/api/workflow-definitions/{Workflow}/execute", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        started.IsSuccessStatusCode.Should().BeTrue(await started.Content.ReadAsStringAsync());
        await shop.Until("/api/v1/tasks?kind=supplier-claim", t => t.GetProperty("items").GetArrayLength() > 0, "the workflow asks");
    }
}
