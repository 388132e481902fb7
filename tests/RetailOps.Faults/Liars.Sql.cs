using RetailOps.Testing;

namespace RetailOps.Faults;

/// <summary>Commits of requests, bursts, deliveries and the sandbox's books go another way than planned.</summary>
internal abstract class Commits(string name, string words, params CommitFault[] faults) : Fault(name, words)
{
    private const int OneIn = 25;

    // A delivery whose commit is lost waits for the end of its lease, a minute: more of them in a run would only take longer.
    private const int MostDeliveries = 1;

    private static readonly string[] Whose = ["retailops", "retailops engine", "retailops relay", "sandbox erp"];

    private FaultProxy? proxy;
    private int deliveries;

    public override Task<string> Before(Playing playing)
    {
        proxy = FaultProxy.To(playing.Way);
        deliveries = 0;
        proxy.Plan = (name, _) =>
        {
            lock (playing.Random)
            {
                var strikes = Whose.Contains(name) && playing.Random.Next(OneIn) == 0 && (name != "retailops relay" || deliveries++ < MostDeliveries);
                return strikes ? faults[playing.Random.Next(faults.Length)] : null;
            }
        };
        return Task.FromResult(proxy.ConnectionString);
    }

    public override async Task After(Playing playing)
    {
        playing.Strike(proxy!.Faults);
        await proxy.DisposeAsync();
    }
}

/// <summary>The server commits, and nobody hears of it.</summary>
internal sealed class LostAnswers() : Commits("lost-answer", "COMMIT sent, its answer lost", CommitFault.AnswerLost);

/// <summary>The server never hears of it: the connection is gone, or looks as if it were still there.</summary>
internal sealed class LostCommits() : Commits("lost-commit", "COMMIT never delivered", CommitFault.Swallowed, CommitFault.HalfOpen);

/// <summary>The sandbox ERP does everything wrong after which the books must be the same: of what it refuses they would lack a document.</summary>
internal sealed class LyingErp() : Fault("lying-erp", "the ERP is mute, posts and is mute, fails after posting, is slow")
{
    public override async Task<string> Before(Playing playing)
    {
        await Ask.Do(
            await playing.Inside(),
            """
            insert into sandbox_erp.mischief (kind, rate, documents, times, delay_ms)
            values ('lose', 0.3, 4, 1, 0), ('post_and_lose', 0.3, 4, 1, 0), ('fail_after_posting', 0.3, 4, 2, 0), ('slow', 0.3, 4, 1, 700)
            """);
        return playing.Way;
    }

    public override async Task After(Playing playing) => playing.Strike((int)await Ask.One<long>(await playing.Inside(), "select count(*) from sandbox_erp.strikes"));
}

/// <summary>Damage on purpose, to see that the harness counts it: a unit that nobody booked.</summary>
internal sealed class PlantedDamage() : Fault("planted", "a unit put on a shelf that nobody booked")
{
    public override async Task Beside(Playing playing, ProductProcess replay, CancellationToken gone)
    {
        await Eventually.Holds(
            async () => gone.IsCancellationRequested || await Ask.Do(await playing.Inside(), "update inventory.positions set on_hand = on_hand + 1 where item_id = (select min(item_id::text)::uuid from inventory.positions)") > 0,
            TimeSpan.FromMinutes(1),
            "there is something to damage");
        playing.Strike();
    }
}
