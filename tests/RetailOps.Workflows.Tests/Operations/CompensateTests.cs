namespace RetailOps.Workflows.Tests;

/// <summary>Ending instances whose steps are undone first, on a real database.</summary>
public sealed class CompensateTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task What_would_be_undone_is_told_before_and_then_is()
    {
        var instance = await Waiting("k-1");

        var preview = (await bench.Host.Must(new CancelInstances([instance], DryRun: true, Compensate: true))).Single();
        var plain = (await bench.Host.Must(new CancelInstances([instance], DryRun: true))).Single();
        await bench.Run();
        var before = await bench.Count("instances", "finished is null");
        await bench.Host.Must(new CancelInstances([instance], DryRun: false, Compensate: true));
        await bench.Run();

        preview.Undoes.Should().Equal(new UndoneStep("b", "Test.Make", "Test.Unmake"), new UndoneStep("a", "Test.Make", "Test.Unmake"));
        preview.Leaves.Should().BeEmpty();
        plain.Undoes.Should().BeEmpty();
        plain.Leaves.Select(l => l.ActivityId).Should().Equal("a", "b");
        before.Should().Be(2, "a preview does nothing");
        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await Undone("flow")).Should().Be("b, a");
        (await Undone("child")).Should().Be("c", "who is waited for goes the same way");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_being_asked_nothing_is_undone()
    {
        var instance = await Waiting("k-1");

        await bench.Host.Must(new CancelInstances([instance], DryRun: false));
        await bench.Run();

        (await bench.Count("instances", "finished is null")).Should().Be(0);
        (await Undone("flow") + await Undone("child")).Should().BeEmpty();
    }

    [Fact]
    public async Task Where_the_definition_does_not_compensate_the_preview_says_so()
    {
        await bench.Publish("flow", SignalTests.Start().Add("a", "Test.Make", ("name", "a")).Add("ear", "Elsa.Event", ("eventName", Told.Name)).Connect("start → a → ear"));
        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        var preview = (await bench.Host.Must(new CancelInstances([await Flow()], DryRun: true, Compensate: true))).Single();

        preview.Undoes.Should().BeEmpty();
        preview.Leaves.Should().ContainSingle(l => l.ActivityId == "a" && l.UndoneBy == "Test.Unmake");
    }

    private async Task<Guid> Waiting(string key)
    {
        await bench.Publish("child", new Drawing().Compensates().Add("c", "Test.Make", ("name", "c")).Add("ear", "Elsa.Event", ("eventName", "test.never.v1")).Connect("c → ear"));
        await bench.Publish("flow", SignalTests.Start().Compensates().Add("a", "Test.Make", ("name", "a")).Add("b", "Test.Make", ("name", "b")).Add("call", "Elsa.ExecuteWorkflow", ("workflowDefinitionId", "child")).Connect("start → a → b → call"));
        await bench.Say(Began.Name, key);
        await bench.Run();
        return await Flow();
    }

    private Task<Guid> Flow() => bench.Ask<Guid>("select id from workflows.instances where definition_id = 'flow'");

    private async Task<string> Undone(string definition) => await bench.Ask<string>(
        "select string_agg(j.activity_id, ', ' order by j.sequence) from workflows.journal j join workflows.instances i on i.id = j.instance_id where i.definition_id = $1 and j.activity_type = 'Test.Unmake' and j.event = 'Completed'",
        definition) ?? "";
}
