using System.Text.Json;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>Publishing while instances are being started, on hosts that do not know of each other.</summary>
public sealed class LivePublishTests : IAsyncLifetime
{
    private readonly Caller.Person ann = new(Guid.CreateVersion7(), Permissions.Of([Roles.Analyst]));
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task Every_event_starts_one_instance_of_the_version_that_was_live()
    {
        const int Versions = 8;
        var other = await bench.AddHost(new() { Poll = TimeSpan.FromMilliseconds(50) });
        await Publish(0);

        async Task Draw()
        {
            for (var i = 1; i < Versions; i++)
            {
                await Eventually.Holds(
                    async () => await bench.Count("instances", "version_id = (select version_id from workflows.definitions where is_published)") > 0, TimeSpan.FromSeconds(30), "something was started by the live version");
                await Publish(i);
            }
        }

        var drawing = Draw();
        var events = 0;
        do
        {
            (await other.Requests.Run(new Caller.System("test"), new Say(Began.Name, $"key-{++events}"))).IsSuccess.Should().BeTrue();
        }
        while (!drawing.IsCompleted);

        await drawing;
        await other.Quiet();

        (await bench.Count("instances", "finished is not null")).Should().Be(events);
        (await bench.Ask<long>("select count(distinct version_id) from workflows.instances")).Should().BeGreaterThanOrEqualTo(Versions - 1);
        (await bench.Ask<int>("select version from workflows.definitions where is_published")).Should().Be(Versions);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_happened_before_a_draft_went_live_started_nothing_and_nothing_is_missing()
    {
        await bench.Host.Requests.Run(ann, new SaveDefinition(Model(0, null), false));
        await bench.Say(Began.Name, "before");
        await Publish(1);
        await bench.Say(Began.Name, "after");
        await bench.Run();

        (await bench.Ask<string>("select string_agg(key, ',') from workflows.instances")).Should().Be("after");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    private async Task Publish(int number)
    {
        var latest = await bench.Host.Requests.Run(ann, new FindDefinition("flow", VersionChoice.Latest));
        var saved = await bench.Host.Requests.Run(ann, new SaveDefinition(Model(number, latest.IsSuccess ? latest.Value.VersionId : null), Publish: true));
        saved.IsSuccess.Should().BeTrue(saved.Refusal?.Message);
        saved.Value.Version.IsPublished.Should().BeTrue();
    }

    private static JsonElement Model(int number, string? id)
    {
        var model = new Drawing().Add("began", "Elsa.Event", ("eventName", Began.Name), ("canStartWorkflow", true)).Line("say", $"Version {number}").Connect("began → say").Json();
        model.Remove("version");
        (model["definitionId"], model["id"]) = ("flow", id);
        return JsonSerializer.SerializeToElement(model);
    }
}
