using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>Instances whose scripts take all they may, among others.</summary>
public sealed class StarvationTests : IAsyncLifetime
{
    /// <summary>Half a second of a thread, to the end of its time.</summary>
    private const string Greedy = "js:let a = Array(30000).fill(0); a.map(x => a.indexOf(1)).length";

    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Theory]
    [InlineData("setCorrelationId('x'.repeat(400000))", "*correlation id*450*"), InlineData("setCorrelationId('a\\u0000b')", "*correlation id*NUL*"), InlineData("setWorkflowInstanceName('x'.repeat(400000))", "*name of an instance*450*")]
    public async Task What_the_database_could_not_keep_is_an_incident_and_the_instance_is_there(string script, string message)
    {
        await bench.Publish("flow", SignalTests.Start().Line("bad", "js:" + script).Connect("start → bad → end"));

        await bench.Say(Began.Name, "k-1");
        await bench.Run();

        (await bench.Ask<string>("select message from workflows.incidents")).Should().Match(message);
        (await bench.Count("instances", "key = 'k-1'")).Should().Be(1);
    }

    [Fact]
    public async Task Those_that_take_their_whole_time_are_incidents_and_the_others_end_meanwhile()
    {
        await bench.Publish("greedy", SignalTests.Start().Line("greedy", Greedy).Connect("start → greedy → end"));
        await bench.Publish("modest", new Drawing().Add("start", "Elsa.Event", ("eventName", Told.Name), ("canStartWorkflow", true)).Line("modest", "js:getCorrelationId() + 1").Connect("start → modest"));
        for (var n = 0; n < 8; n++)
        {
            await bench.Say(Began.Name, $"greedy-{n}");
            await bench.Say(Told.Name, $"modest-{n}");
        }

        await bench.AddHost(new() { Workers = 1, Poll = TimeSpan.FromMilliseconds(20) });

        await Eventually.Holds(async () => await bench.Count("instances", "key like 'modest-%' and finished is not null") == 8, TimeSpan.FromSeconds(60), "the modest ones end");
        await Eventually.Holds(async () => await bench.Count("incidents") == 8, TimeSpan.FromSeconds(60), "the greedy ones are incidents");
        (await bench.Ask<string>("select distinct message from workflows.incidents")).Should().StartWith("The script failed: The operation has timed out");
        (await bench.Count("stimuli", "dead is not null")).Should().Be(0);
    }
}
