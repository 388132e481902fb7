using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

public sealed class DefinitionStoreTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_file_becomes_a_version_when_it_changed_and_only_then()
    {
        var first = await bench.Publish("flow", Drawn(Began.Name));
        var same = await bench.Publish("flow", Drawn(Began.Name));
        var other = await bench.Publish("flow", Drawn(Told.Name));

        (first, same, other).Should().Be((true, false, true));
        (await Versions()).Should().Be("1 file:flow.json, 2 file:flow.json latest published");
        (await bench.Ask<string>("select string_agg(t.name || ' ' || d.version, ', ' order by d.version) from workflows.triggers t join workflows.definitions d using (version_id)")).Should().Be("test.told.v1 2");
        (await bench.Ask<string>("select string_agg(e.name || ' ' || d.version, ', ' order by d.version) from workflows.event_names e join workflows.definitions d using (version_id)"))
            .Should().Be("test.began.v1 1, test.told.v1 2", "an instance of the old version may still wait");
    }

    [Fact]
    public async Task Two_hosts_at_once_take_a_file_over_once()
    {
        var other = await bench.AddHost(new() { Workers = 0 });
        var text = EngineBench.Text("flow", Drawn(Began.Name));

        var taken = await Task.WhenAll(
            bench.Definitions.ImportFile("flow.json", text, default),
            Microsoft.Extensions.DependencyInjection.ServiceProviderServiceExtensions.GetRequiredService<DefinitionStore>(other.Services).ImportFile("flow.json", text, default));

        taken.Should().ContainSingle(t => t);
        (await Versions()).Should().Be("1 file:flow.json latest published");
    }

    public static TheoryData<string, string> BadFiles => new()
    {
        { "{", "not valid JSON" },
        { "[]", "is a JSON object" },
        { """{"definitionId":"flow"}""", "no root activity" },
        { EngineBench.Text("", Drawn(Began.Name)), "no definitionId" },
        { EngineBench.Text("flow", new Drawing().Add("jump", "Acme.Teleport")), "Activity 'jump': There is no activity type 'Acme.Teleport'" },
        { EngineBench.Text("flow", new Drawing().Add("twin", "Elsa.Finish").Add("twin", "Elsa.Finish")), "Activity 'twin'" },
        { EngineBench.Text("flow", new Drawing().Add("ear", "Elsa.Event", ("eventName", "js:'a' + 'b'"))), "Activity 'ear': The name of an event must be written out" },
    };

    [Theory, MemberData(nameof(BadFiles))]
    public async Task A_bad_file_is_refused_by_name_activity_and_fault(string text, string fault)
    {
        var import = () => bench.Definitions.ImportFile("broken.json", text, default);

        (await import.Should().ThrowAsync<DefinitionFileException>()).Which.Message.Should().StartWith("broken.json").And.Contain(fault);
        (await bench.Count("definitions")).Should().Be(0);
    }

    [Fact]
    public async Task Two_files_of_one_definition_are_refused_by_both_names()
    {
        var imported = await Import(("a.json", EngineBench.Text("flow", Drawn(Began.Name))), ("b.json", EngineBench.Text("flow", Drawn(Told.Name))));

        imported.Refused.Should().ContainSingle().Which.Should().Match("b.json*a.json*flow*");
        (await Versions()).Should().Be("1 file:a.json latest published");
    }

    [Fact]
    public async Task A_file_that_names_an_unknown_activity_is_left_out_and_all_the_others_go_on()
    {
        await bench.Publish("lamed", Drawn(Began.Name));

        var imported = await Import(
            ("a-sound.json", EngineBench.Text("sound", Drawn(Began.Name))),
            ("lamed.json", EngineBench.Text("lamed", Drawn(Told.Name).Add("jump", "Acme.Teleport").Add("hop", "Acme.Hop"))),
            ("m-broken.json", "{"),
            ("z-sound.json", EngineBench.Text("sound-too", Drawn(Began.Name))));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();

        imported.Versions.Should().Be(2);
        imported.Refused.Should().HaveCount(2);
        imported.Refused[0].Should().StartWith("lamed.json").And.Contain("Activity 'jump': There is no activity type 'Acme.Teleport'").And.Contain("Activity 'hop': There is no activity type 'Acme.Hop'");
        imported.Refused[1].Should().StartWith("m-broken.json").And.Contain("not valid JSON");
        (await bench.Ask<string>("select string_agg(definition_id || ' ' || d.version, ', ' order by definition_id) from workflows.instances i join workflows.definitions d using (version_id, definition_id) where finished is not null"))
            .Should().Be("lamed 1, sound 1, sound-too 1", "the version of before goes on");
    }

    [Fact]
    public async Task A_file_that_the_linter_finds_an_error_in_does_not_go_live_and_what_was_live_goes_on()
    {
        await Import(("turns.json", EngineBench.Text("turns", Drawn(Began.Name))));

        var imported = await Import(
            ("a-sound.json", EngineBench.Text("sound", Drawn(Began.Name))),
            ("turns.json", EngineBench.Text("turns", Drawn(Began.Name).Line("a", "a").Line("b", "b").Connect("start → a → b → a"))));
        await bench.Say(Began.Name, "order/1");
        await bench.Run();

        imported.Versions.Should().Be(1);
        imported.Refused.Should().ContainSingle().Which.Should().StartWith("turns.json cannot be published").And.Contain("Activity 'b'").And.Contain("loop-without-bound");
        (await bench.Ask<string>("select string_agg(definition_id || ' ' || d.version, ', ' order by definition_id) from workflows.instances i join workflows.definitions d using (version_id, definition_id) where finished is not null"))
            .Should().Be("sound 1, turns 1");
    }

    [Fact]
    public async Task Whoever_asks_for_the_health_hears_which_file_was_left_out_until_it_is_mended()
    {
        var health = bench.Of<Microsoft.Extensions.Diagnostics.HealthChecks.HealthCheckService>();
        await Import(("lamed.json", EngineBench.Text("lamed", Drawn(Told.Name).Add("jump", "Acme.Teleport"))));

        var lame = await health.CheckHealthAsync();
        await Import(("lamed.json", EngineBench.Text("lamed", Drawn(Told.Name))));
        var mended = await health.CheckHealthAsync();

        lame.Entries["engine"].Should().BeEquivalentTo(new { Status = Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Degraded });
        lame.Entries["engine"].Description.Should().Contain("lamed.json").And.Contain("'jump'").And.Contain("'Acme.Teleport'");
        mended.Entries["engine"].Status.Should().Be(Microsoft.Extensions.Diagnostics.HealthChecks.HealthStatus.Healthy);
    }

    [Fact]
    public async Task Where_somebody_edits_the_live_version_a_changed_file_is_only_proposed()
    {
        await bench.Publish("flow", Drawn(Began.Name));
        await bench.Ask<int>(
            """
            with old as (update workflows.definitions set is_latest = false, is_published = false returning *)
            insert into workflows.definitions (version_id, definition_id, version, name, document, checksum, is_latest, is_published, origin)
            select 'flow-2-edited', definition_id, 2, name, document, 'edited', true, true, 'studio' from old
            """);

        var unchanged = await bench.Publish("flow", Drawn(Began.Name));
        var changed = await bench.Publish("flow", Drawn(Told.Name));
        var again = await bench.Publish("flow", Drawn(Told.Name));

        (unchanged, changed, again).Should().Be((false, true, false));
        (await Versions()).Should().Be("1 file:flow.json, 2 studio published, 3 file:flow.json latest");
        (await bench.Ask<string>("select string_agg(name, ', ') from workflows.triggers")).Should().Be(Began.Name);
    }

    public static TheoryData<string> OurFiles => [.. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "workflows"), "*.json").Select(f => Path.GetFileName(f)!)];

    [Theory, MemberData(nameof(OurFiles))]
    public async Task Our_own_definitions_load_know_every_activity_and_stay_as_they_are(string file)
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(RepositoryRoot.Find(), "workflows", file));
        var definition = WorkflowDefinition.Read(bytes);

        var workflow = WorkflowCompiler.Compile(definition, bench.Of<ActivityCatalogue>());

        workflow.Problems.Should().BeEmpty();
        (workflow.Triggers.Count > 0 || System.Text.Encoding.UTF8.GetString(bytes).Contains("\"Elsa.Start\"", StringComparison.Ordinal)).Should().BeTrue("an event starts it, or another flow");
        definition.Write().Should().Equal(bytes);
    }

    private static Drawing Drawn(string fact) => new Drawing().Add("start", "Elsa.Event", ("eventName", fact), ("canStartWorkflow", true));

    private async Task<ImportedWorkflows> Import(params (string Name, string Text)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("retailops-flows-").FullName;
        foreach (var (name, text) in files)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), text);
        }

        var imported = await bench.Definitions.Import(folder, default);
        Directory.Delete(folder, recursive: true);
        return imported;
    }

    private Task<string?> Versions() => bench.Ask<string>(
        """
        select string_agg(version || ' ' || origin || case when is_latest then ' latest' else '' end || case when is_published then ' published' else '' end, ', ' order by version)
        from workflows.definitions
        """);
}
