using RetailOps.Testing;

namespace RetailOps.Workflows.Tests;

/// <summary>Several hosts on one database, their workers running by themselves.</summary>
public sealed class NeighbourTests : IAsyncLifetime
{
    private EngineBench bench = null!;

    public async Task InitializeAsync() => bench = await EngineBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_host_that_is_busy_wakes_one_that_sleeps()
    {
        var key = $"held-{Guid.NewGuid()}";
        var (reached, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        HoldActivity.Held[key] = (reached, release);
        await bench.Publish("flow", SignalTests.Start().Add("hold", "Test.Hold").Connect("start → hold → end"));
        var busy = await bench.AddHost(new() { Workers = 1, Poll = TimeSpan.FromMilliseconds(20) });
        await busy.Must(new Say(Began.Name, key));
        await reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await bench.AddHost(new() { Workers = 1, Poll = TimeSpan.FromHours(1) });
        await Eventually.Holds(async () => await bench.Count("hosts", "idle") > 0, TimeSpan.FromSeconds(30), "the second host sleeps");

        await busy.Must(new Say(Began.Name, "free"));
        await Eventually.Holds(
            async () => await bench.Count("instances", "key = 'free' and finished is not null") == 1, TimeSpan.FromSeconds(30), "the second host did what the first could not");
        release.SetResult();
        await bench.Host.Quiet();

        (await bench.Count("instances", "finished is not null")).Should().Be(2);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Timers_fire_once_however_many_hosts_watch_the_clock()
    {
        await bench.Publish("flow", SignalTests.Start().Add("pause", "Elsa.Delay", ("timeSpan", "01:00:00")).Connect("start → pause → end"));
        await bench.AddHost(new() { Workers = 1, Poll = TimeSpan.FromMilliseconds(20) });
        await bench.AddHost(new() { Workers = 1, Poll = TimeSpan.FromMilliseconds(20) });
        for (var n = 0; n < 40; n++)
        {
            await bench.Say(Began.Name, $"k-{n}");
        }

        await bench.Host.Quiet();
        bench.Clock.Advance(TimeSpan.FromHours(1));
        await Eventually.Holds(async () => await bench.Count("instances", "finished is not null") == 40, TimeSpan.FromSeconds(30), "every pause is over");

        (await bench.Count("instances", "bursts = 2")).Should().Be(40);
        (await bench.Count("kept")).Should().Be(0, "no timer came twice");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Those_who_fire_timers_at_once_share_them()
    {
        await bench.Ask<int>("insert into workflows.timers select gen_random_uuid(), gen_random_uuid(), 'k' || n, 0, '2026-03-02 08:00Z' from generate_series(1, 200) n");
        await bench.Ask<int>("insert into workflows.timers values (gen_random_uuid(), gen_random_uuid(), 'k', 0, '2026-03-02 10:00Z')");

        var fired = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => TimerTable.Fire(bench.Engine, bench.Clock.GetUtcNow(), 100, default)));

        fired.Sum().Should().Be(200);
        (await bench.Count("stimuli")).Should().Be(200);
        (await bench.Ask<long>("select count(distinct source_id) from workflows.stimuli")).Should().Be(200);
        (await bench.Count("timers")).Should().Be(1);
    }
}
