using System.Text.RegularExpressions;

using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>A host is killed at each point of a transaction's life, another one goes on: what was acknowledged is there, and everything is there once.</summary>
public sealed class FaultPointTests : IAsyncLifetime
{
    private MortalShop shop = null!;

    // This shop posts nothing to another machine: the suite of Integration kills there.
    public static TheoryData<FaultPoint> Points => [.. Effort.Some(Enum.GetValues<FaultPoint>().Except([FaultPoint.AfterOutboundClaim, FaultPoint.AfterOutboundCall]))];

    public async Task InitializeAsync() => shop = await MortalShop.OpenAsync();

    public async Task DisposeAsync() => await shop.DisposeAsync();

    [Theory]
    [MemberData(nameof(Points))]
    public async Task Killed_at_any_point_of_a_transaction_nothing_is_lost_and_nothing_is_there_twice(FaultPoint point)
    {
        for (var round = 0; round < Effort.Of(200 / Enum.GetValues<FaultPoint>().Length); round++)
        {
            // Early and late, and not the same for all points.
            var nth = 1 + ((((int)point * 3) + (round * 5)) % 11);
            await using var child = shop.Serve($"{point}-{round}", $"{point}:{nth}");
            await shop.Bury(child);

            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
            await shop.EverythingIsThereOnce();
        }
    }

    [Fact]
    public void Every_point_is_reached_somewhere_in_the_product()
    {
        var source = string.Join('\n', Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "src"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        var reached = Regex.Matches(source, @"FaultPoints\.Reach\(FaultPoint\.(\w+)\)").Select(m => m.Groups[1].Value).Distinct();

        reached.Should().BeEquivalentTo(Enum.GetNames<FaultPoint>());
    }
}
