using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace RetailOps.Workflows.Tests;

/// <summary>What the designer is told it may draw and choose.</summary>
public sealed class DescriptorTests(StudioHost studio) : IClassFixture<StudioHost>
{
    /// <summary>Inputs of the original that mean nothing here: there are no channels, and no traces to begin.</summary>
    private static readonly string[] NotHere = ["ChannelName", "StartNewTrace"];

    [Fact]
    public async Task Every_activity_of_the_catalogue_is_offered_with_words_for_an_analyst()
    {
        var (_, body) = await studio.Get("/descriptors/activities?Refresh=True");

        var items = body!["items"]!.AsArray();
        body["count"]!.GetValue<int>().Should().Be(items.Count);
        items.Select(i => i!["typeName"]!.GetValue<string>()).Should().Contain(studio.Of<ActivityCatalogue>().All.Select(k => k.Type)).And.OnlyHaveUniqueItems();
        foreach (var activity in items.Where(i => i!["typeName"]!.GetValue<string>().StartsWith("RetailOps.", StringComparison.Ordinal)))
        {
            activity!["description"]!.GetValue<string>().Should().NotBeEmpty();
            activity["category"]!.GetValue<string>().Should().NotBeEmpty();
            foreach (var slot in activity["inputs"]!.AsArray().Concat(activity["outputs"]!.AsArray()))
            {
                (slot!["description"]?.GetValue<string>()).Should().NotBeNullOrEmpty($"{activity["typeName"]}.{slot["name"]} must not need a manual");
            }
        }
    }

    [Fact]
    public async Task Values_to_choose_from_and_defaults_are_told()
    {
        var (_, hold) = await studio.Get("/descriptors/activities/RetailOps.HoldOrder");
        var kind = hold!["inputs"]!.AsArray().Single(i => i!["name"]!.GetValue<string>() == "Kind")!;
        var (_, options) = await studio.Post("/descriptors/activities/RetailOps.HoldOrder/options/Kind");

        kind["uiHint"]!.GetValue<string>().Should().Be("dropdown");
        kind["defaultValue"]!.GetValue<string>().Should().Be("manual");
        options!["items"]!["dropdown"]!["selectList"]!["items"]!.AsArray().Select(i => i!["value"]!.GetValue<string>()).Should().Equal("fraud", "credit", "address", "manual");
    }

    [Fact]
    public async Task Outcomes_are_ports_of_the_flow_and_what_holds_an_activity_is_embedded()
    {
        (await Ports("RetailOps.AllocateOrder")).Should().Equal("Allocated Flow", "Partly Flow", "Short Flow");
        (await Ports("Elsa.If")).Should().Equal("Then Embedded", "Else Embedded");
        (await Ports("RetailOps.HoldOrder")).Should().BeEmpty("an activity without ports has the outcome Done");
    }

    [Fact, Trait("needs", "shared")]
    public async Task Activities_of_the_original_are_told_in_its_words()
    {
        var (_, body) = await studio.Get("/descriptors/activities");
        var ours = body!["items"]!.AsArray().ToDictionary(i => i!["typeName"]!.GetValue<string>(), i => i!);
        var known = Recorded.Answer("GET_descriptors.activities.json")["items"]!.AsArray()
            .Where(r => r!["typeName"]!.GetValue<string>() is var type && studio.Of<ActivityCatalogue>().Find(type, 0) is not null && !ElsaWords.ShownOnly.Contains(type)).ToList();

        known.Should().HaveCountGreaterThan(25);
        foreach (var theirs in known)
        {
            var mine = ours[theirs!["typeName"]!.GetValue<string>()];
            Words(mine, "inputs", "outputs", "customProperties").Should().Be(Words(theirs, "inputs", "outputs", "customProperties"));
            foreach (var slots in new[] { "inputs", "outputs" })
            {
                var wanted = theirs[slots]!.AsArray().ToDictionary(s => s!["name"]!.GetValue<string>(), s => s!);
                foreach (var slot in mine[slots]!.AsArray())
                {
                    // The one thing that names the server of the recording: where its endpoints begin.
                    var left = slot!["name"]!.GetValue<string>() is "Path" ? new[] { "isSerializable", "uiSpecifications" } : ["isSerializable"];
                    Words(slot, left).Should().Be(Words(wanted[slot["name"]!.GetValue<string>()], left), "of {0}", theirs["typeName"]);
                }
            }
        }
    }

    [Fact, Trait("needs", "shared")]
    public async Task Inputs_of_the_original_that_are_not_offered_are_those_that_mean_nothing_here()
    {
        var (_, body) = await studio.Get("/descriptors/activities");
        var ours = body!["items"]!.AsArray().ToDictionary(i => i!["typeName"]!.GetValue<string>(), i => i!["inputs"]!.AsArray().Select(s => s!["name"]!.GetValue<string>()).ToHashSet());

        var missing = from theirs in Recorded.Answer("GET_descriptors.activities.json")["items"]!.AsArray()
                      let type = theirs!["typeName"]!.GetValue<string>()
                      where studio.Of<ActivityCatalogue>().Find(type, 0) is not null
                      from input in theirs["inputs"]!.AsArray()
                      let name = input!["name"]!.GetValue<string>()
                      where !ours[type].Contains(name) && !NotHere.Contains(name)
                      select $"{type}.{name}";

        missing.Should().BeSubsetOf(["Elsa.Fault.Code", "Elsa.Fault.Category", "Elsa.Fault.FaultType", "Elsa.ExecuteWorkflow.WaitForCompletion"], "a failure has a message, and a child that is executed is always waited for");
    }

    [Theory, Trait("needs", "shared")]
    [InlineData("/descriptors/expression-descriptors", "GET_descriptors.expression-descriptors.json")]
    [InlineData("/descriptors/variables", "GET_descriptors.variables.json")]
    [InlineData("/descriptors/storage-drivers", "GET_descriptors.storage-drivers.json")]
    [InlineData("/descriptors/workflow-activation-strategies", "GET_descriptors.workflow-activation-strategies.json")]
    [InlineData("/descriptors/incident-strategies", "GET_descriptors.incident-strategies.json")]
    [InlineData("/descriptors/log-persistence-strategies", "GET_descriptors.log-persistence-strategies.json")]
    [InlineData("/descriptors/commit-strategies/workflows", "GET_descriptors.commit-strategies.workflows.json")]
    [InlineData("/descriptors/commit-strategies/activities", "GET_descriptors.commit-strategies.activities.json")]
    [InlineData("/features/installed", "GET_features.installed.json")]
    [InlineData("/features/installed/Elsa.RealTimeWorkflowUpdates", "GET_features.installed.fullName.json")]
    [InlineData("/package/version", "GET_package.version.json")]
    [InlineData("/descriptors/activities/Elsa.WriteLine", "GET_descriptors.activities.typeName.json")]
    [InlineData("/resilience/strategies?category=HTTP", "GET_resilience.strategies.json")]
    [InlineData("/descriptors/output-converters", "GET_descriptors.output-converters.json")]
    public async Task An_answer_has_the_shape_of_the_originals(string path, string file) =>
        Recorded.Lacks((await studio.Get(path)).Body, Recorded.Answer(file)).Should().BeEmpty();

    [Fact]
    public async Task What_is_not_there_is_a_bare_404()
    {
        foreach (var path in new[] { "/features/installed/Elsa.Secrets.ShellFeatures.Secrets", "/descriptors/activities/Acme.Teleport", "/workflow-definitions/by-definition-id/nope?versionOptions=Latest", "/workflow-definitions/by-id/nope" })
        {
            (await studio.Get(path)).Should().Be((HttpStatusCode.NotFound, (JsonNode?)null), path);
        }
    }

    [Fact]
    public async Task A_driver_or_strategy_has_one_spelling_in_lists_and_in_definitions()
    {
        var (_, drivers) = await studio.Get("/descriptors/storage-drivers");
        var (_, strategies) = await studio.Get("/descriptors/workflow-activation-strategies");
        var model = StudioHost.Model("spelling", "Spelling");
        model["variables"] = new JsonArray(new JsonObject { ["id"] = "v", ["name"] = "V", ["typeName"] = "String", ["storageDriverTypeName"] = "Elsa.Workflows.WorkflowInstanceStorageDriver, Elsa.Workflows.Core" });
        model["options"] = new JsonObject { ["activationStrategyType"] = "CorrelatedSingletonStrategy", ["incidentStrategyType"] = "Elsa.Workflows.IncidentStrategies.FaultStrategy, Elsa.Workflows.Core" };

        var saved = await studio.Save(model);

        drivers!["items"]!.AsArray().Select(d => d!["typeName"]!.GetValue<string>()).Should().Contain(saved["variables"]![0]!["storageDriverTypeName"]!.GetValue<string>());
        strategies!["items"]!.AsArray().Select(d => d!["typeName"]!.GetValue<string>()).Should().Contain(saved["options"]!["activationStrategyType"]!.GetValue<string>());
        saved["options"]!["incidentStrategyType"]!.GetValue<string>().Should().Be("FaultStrategy");
    }

    [Fact]
    public async Task Scripts_are_told_what_they_may_call()
    {
        var model = StudioHost.Model("scripted", "Scripted");
        model["variables"] = new JsonArray(new JsonObject { ["id"] = "v", ["name"] = "amount", ["typeName"] = "Decimal" });
        model["inputs"] = new JsonArray(new JsonObject { ["name"] = "ReturnId", ["type"] = "String" });
        await studio.Save(model);

        using var answer = await studio.Http.PostAsync("/elsa/api/scripting/javascript/type-definitions/scripted", new StringContent("{}", System.Text.Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();

        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/x-typescript");
        text.Should().Contain("declare function getAmount(): number;").And.Contain("declare function setAmount(value: number): void;").And.Contain("declare function getReturnId(): string;");
        ScriptTypes.Fixed.Keys.Append("variables").Should().BeEquivalentTo(ScriptGlobals.Fixed, "every function that there is, is declared");
    }

    [Fact]
    public async Task A_published_workflow_that_is_usable_as_an_activity_is_offered_as_one()
    {
        var model = StudioHost.Model("check-address", "Check address");
        model["options"] = new JsonObject { ["usableAsActivity"] = true };
        model["inputs"] = new JsonArray(new JsonObject { ["name"] = "Street", ["type"] = "String", ["displayName"] = "Street" });
        model["outcomes"] = new JsonArray("Known", "Unknown");
        var before = await studio.Get("/descriptors/activities/CheckAddress");

        var saved = await studio.Save(model, publish: true);
        var (_, offered) = await studio.Get("/descriptors/activities/CheckAddress");

        before.Status.Should().Be(HttpStatusCode.NotFound);
        offered!["inputs"]![0]!["name"]!.GetValue<string>().Should().Be("Street");
        offered["constructionProperties"]!["WorkflowDefinitionVersionId"]!.GetValue<string>().Should().Be(saved["id"]!.GetValue<string>());
        offered["ports"]!.AsArray().Select(p => p!["name"]!.GetValue<string>()).Should().Equal("Known", "Unknown");
    }

    private async Task<IEnumerable<string>> Ports(string type) =>
        (await studio.Get("/descriptors/activities/" + type)).Body!["ports"]!.AsArray().Select(p => $"{p!["name"]} {p["type"]}");

    /// <summary>All that is said, in one order, without what only the original's own types are called.</summary>
    private static string Words(JsonNode of, params string[] without) => string.Join("\n", of.AsObject()
        .Where(m => !without.Contains(m.Key) && m.Key is not ("clrType" or "typeName") && m.Value is not null)
        .OrderBy(m => m.Key, StringComparer.Ordinal)
        .Select(m => $"{m.Key}: {(m.Value!.GetValueKind() == JsonValueKind.Number ? m.Value.GetValue<double>().ToString(System.Globalization.CultureInfo.InvariantCulture) : m.Value.ToJsonString())}"));
}
