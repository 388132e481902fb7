namespace RetailOps.Workflows.Tests;

public sealed class CompositeStoreTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_version_keeps_the_version_of_what_it_uses_and_a_new_one_takes_the_newest()
    {
        await bench.Publish("inner", Inner("one"));
        await bench.Publish("flow", Outer("a"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        await bench.Publish("inner", Inner("two"));
        await bench.AddHost(new() { Workers = 0 });          // compiles for itself
        await bench.Say(Began.Name, "k-2");
        await bench.RunOn(1);
        var pinned = await Said();
        await bench.Publish("flow", Outer("b"));
        await bench.Say(Began.Name, "k-3");
        await bench.Run();

        pinned.Should().Be("k-1 one, k-2 one");
        (await Said()).Should().Be("k-1 one, k-2 one, k-3 two");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_waits_within_it_is_woken_and_events_it_waits_for_are_declared_with_the_version()
    {
        await bench.Publish("inner", new Drawing().Named("Wait for word").Add("ear", "Elsa.Event", ("eventName", Told.Name)));
        await bench.Publish("flow", SignalTests.Start().Add("in", "WaitForWord").Connect("start → in → end"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        await bench.Say(Told.Name, "k-1");
        await bench.Run();

        (await bench.Count("instances", "definition_id = 'flow' and bursts = 2")).Should().Be(1);
        (await bench.Count("instances", "definition_id = 'inner'")).Should().Be(0);
        (await bench.Count("journal", "activity_type = 'WaitForWord' and event = 'Completed'")).Should().Be(1);
    }

    [Fact]
    public async Task Files_may_use_each_other_in_any_order_and_cycles_are_refused()
    {
        var folder = Directory.CreateTempSubdirectory("composites-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "a.json"), EngineBench.Text("a", new Drawing().Named("A").Add("b", "B")));
            await File.WriteAllTextAsync(Path.Combine(folder, "b.json"), EngineBench.Text("b", new Drawing().Named("B").Add("c", "C")));
            await File.WriteAllTextAsync(Path.Combine(folder, "c.json"), EngineBench.Text("c", new Drawing().Named("C").Line("done", "done")));

            var first = await bench.Definitions.Import(folder, default);
            await File.WriteAllTextAsync(Path.Combine(folder, "c.json"), EngineBench.Text("c", new Drawing().Named("C").Add("a", "A")));
            var second = await bench.Definitions.Import(folder, default);

            (first.Versions, first.Refused.Count).Should().Be((3, 0));
            second.Refused.Should().ContainSingle().Which.Should().Contain("composite-cycle");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Drawing Inner(string says) => new Drawing().Named("Speak up").Output("Word").Add("out", "Elsa.SetOutput", ("outputName", "Word"), ("outputValue", says));

    private static Drawing Outer(string name) => SignalTests.Start().Named(name).Variable("W", "String").Add("in", "SpeakUp", ("word", Bound("v-W"))).Add("name", "Elsa.SetName", ("value", "js:getW()")).Connect("start → in → name");

    private static System.Text.Json.Nodes.JsonObject Bound(string id) => new() { ["typeName"] = "Object", ["memoryReference"] = new System.Text.Json.Nodes.JsonObject { ["id"] = id } };

    private Task<string?> Said() =>
        bench.Ask<string>("select string_agg(key || ' ' || (convert_from(state, 'UTF8')::jsonb ->> 'name'), ', ' order by key) from workflows.instances where definition_id = 'flow'");
}
