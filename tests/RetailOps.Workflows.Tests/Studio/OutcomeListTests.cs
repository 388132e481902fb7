using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>What the designer is given of lists of outcomes, over HTTP.</summary>
public sealed class OutcomeListTests(StudioHost studio) : IClassFixture<StudioHost>
{
    [Theory]
    [InlineData("['Yes', 'No']", """["Yes","No"]""")]
    [InlineData("""["Yes", "No"]""", """["Yes", "No"]""")]
    [InlineData("getX() ? ['Yes'] : [\"No\", 'Yes']", """["Yes","No"]""")]
    [InlineData("getX()", "[]")]
    [InlineData("", "")]
    public async Task They_come_as_json_because_the_designer_shows_nothing_of_a_workflow_with_one_that_it_cannot_read(string drawn, string shown)
    {
        var id = $"outcomes-{Guid.NewGuid():N}";
        var model = StudioHost.Model(id, "Outcomes");
        var outcomes = new JsonObject { ["typeName"] = "Object", ["expression"] = new JsonObject { ["type"] = "JavaScript", ["value"] = drawn } };
        model["root"]!["activities"]!.AsArray().Add(new JsonObject { ["id"] = "ask", ["type"] = "RetailOps.Task", ["version"] = 1, ["outcomes"] = outcomes });

        var saved = await studio.Save(model);

        saved["root"]!["activities"]![1]!["outcomes"]!["expression"]!["value"]!.GetValue<string>().Should().Be(shown);
        (await studio.Look<string>($"select document::jsonb #>> '{{root,activities,1,outcomes,expression,value}}' from workflows.definitions where definition_id = '{id}'")).Should().Be(drawn, "what is kept is what was drawn");
    }
}
