using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class TestKitTests
{
    [Fact]
    public void The_root_of_the_repository_is_found()
    {
        var root = RepositoryRoot.Find();

        File.Exists(Path.Combine(root, "db", "platform", "0000_logins.sql")).Should().BeTrue();
    }

    [Fact]
    public void Effort_scales_a_count_and_keeps_the_least()
    {
        var some = Effort.Of(1_000);
        var least = Effort.Of(10, least: 25);

        some.Should().Be((int)Math.Round(1_000 * Effort.Share));
        least.Should().Be(25);
    }

    [Fact]
    public async Task What_holds_in_the_end_is_waited_for()
    {
        var asked = 0;

        await Eventually.Holds(() => Task.FromResult(++asked == 4), TimeSpan.FromSeconds(20), "the fourth question");

        asked.Should().Be(4);
    }

    [Fact]
    public async Task What_never_holds_is_named()
    {
        var within = TimeSpan.FromMilliseconds(30);

        var wait = () => Eventually.Holds(() => Task.FromResult(false), within, "the cows come home");

        (await wait.Should().ThrowAsync<TimeoutException>()).WithMessage("*the cows come home");
    }
}
