using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>One process moves the time of a replay; hosts beside it follow.</summary>
public sealed class ReplayClockTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2010, 12, 1, 8, 0, 0, TimeSpan.Zero);

    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task When_the_clock_has_moved_every_host_shows_the_new_time()
    {
        await using var mover = await ReplayClock.Ensure(database.AppConnectionString, Start, default);
        await using var follower = await ReplayClock.Of(database.AppConnectionString, default);
        var shown = new List<DateTimeOffset>();

        for (var hour = 1; hour <= 20; hour++)
        {
            await mover.Move(Start.AddHours(hour), default);
            shown.Add(follower!.GetUtcNow());
        }

        shown.Should().Equal(Enumerable.Range(1, 20).Select(h => Start.AddHours(h)));
    }

    [Fact]
    public async Task A_host_that_has_lost_its_session_or_is_gone_holds_nobody_up()
    {
        await using var mover = await ReplayClock.Ensure(database.AppConnectionString, Start, default);
        await using var follower = await ReplayClock.Of(database.AppConnectionString, default);
        await using (await ReplayClock.Of(database.AppConnectionString, default))
        {
        }

        await Ask.Do(database.AdminConnectionString, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name like 'replay clock %'");
        await mover.Move(Start.AddHours(1), default);
        await Eventually.Holds(() => Task.FromResult(follower!.GetUtcNow() == Start.AddHours(1)), TimeSpan.FromSeconds(10), "the follower has come back");
        await mover.Move(Start.AddHours(2), default);

        follower!.GetUtcNow().Should().Be(Start.AddHours(2));
    }
}
