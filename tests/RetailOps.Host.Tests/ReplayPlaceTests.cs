using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Host.Tests;

public sealed class ReplayPlaceTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2010, 12, 1, 8, 0, 0, TimeSpan.Zero);

    private TestDatabase database = null!;

    public async Task InitializeAsync() => database = await TestDatabase.CreateAsync();

    public async Task DisposeAsync() => await database.DisposeAsync();

    [Fact]
    public async Task Where_no_replay_plays_the_time_is_the_machines()
    {
        var clock = await ReplayClock.Of(database.AppConnectionString, default);

        clock.Should().BeNull();
    }

    [Fact]
    public async Task Every_host_sees_the_time_that_the_replay_sets_and_it_never_goes_back()
    {
        await using var clock = await ReplayClock.Ensure(database.AppConnectionString, Start, default);
        await using var other = await ReplayClock.Of(database.AppConnectionString, default);
        other!.GetUtcNow().Should().Be(Start);

        await clock.Move(Start.AddHours(2), default);
        await clock.Move(Start.AddHours(1), default);

        clock.GetUtcNow().Should().Be(Start.AddHours(2));
        await Eventually.Holds(() => Task.FromResult(other.GetUtcNow() == Start.AddHours(2)), TimeSpan.FromSeconds(20), "the other host sees the time");
        await using var again = await ReplayClock.Ensure(database.AppConnectionString, Start, default);
        again.GetUtcNow().Should().Be(Start.AddHours(2));
    }

    [Fact]
    public async Task The_place_is_kept_for_the_next_run_of_the_same_files()
    {
        await using (var first = await ReplayPlace.Take(database.AppConnectionString, "files", default))
        {
            first.PlayedTo.Should().BeNull();
            await first.Begin("files", Start, TimeSpan.Zero, default);
            await first.Keep(Start.AddHours(5), TimeSpan.FromSeconds(7), default);
        }

        await using (var second = await ReplayPlace.Take(database.AppConnectionString, "files", default))
        {
            (second.PlayedTo, second.Spent).Should().Be((Start.AddHours(5), TimeSpan.FromSeconds(7)));
        }

        await FluentActions.Awaiting(() => ReplayPlace.Take(database.AppConnectionString, "others", default)).Should().ThrowAsync<SetupException>().WithMessage("Something else was played*");
    }

    [Fact]
    public async Task Only_one_process_plays_at_a_time()
    {
        await using var first = await ReplayPlace.Take(database.AppConnectionString, "files", default);

        var second = () => ReplayPlace.Take(database.AppConnectionString, "files", default);

        await second.Should().ThrowAsync<SetupException>().WithMessage("Another process plays*");
    }
}
