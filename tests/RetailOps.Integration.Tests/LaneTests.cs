using System.Collections.Concurrent;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>How deliveries to other machines are served: pauses, turns, leases, rates; who may try again, and who must not.</summary>
public sealed class LaneTests : IAsyncLifetime
{
    private const string Lane = "test.machine";

    private static readonly SubscriberDescription Hears = new(Lane, ["integration.posting-requested.v1"]);

    private Books books = null!;

    public async Task InitializeAsync() => books = await Books.OpenAsync();

    public async Task DisposeAsync() => await books.DisposeAsync();

    [Fact]
    public async Task A_machine_that_is_down_costs_no_document_its_tries()
    {
        await using var host = await books.Host();
        await host.Told(new Misbehaviour("lose"));
        var documents = await Post(host, 60);
        var board = host.Services.GetRequiredService<LaneBoard>().Of(ErpConnector.Name);
        await Eventually.Holds(() => Task.FromResult(board.Failures >= 6), TimeSpan.FromSeconds(20), "it is asked six times");
        var tries = await books.One<long>("select sum(attempts) from platform.deliveries where subscriber = $1", ErpConnector.Name);
        var state = board.Breaker;
        var down = (await host.Must(new ListSystems())).Single(s => s.Name == "sandbox").Operations.Single();

        await host.Told();
        await host.Quiet();
        await Eventually.Holds(async () => await books.One<long>("select count(*) from platform.outages where caught_up is not null") == 1, TimeSpan.FromSeconds(20), "the outage is over");
        var up = (await host.Must(new ListSystems())).Single(s => s.Name == "sandbox").Operations.Single();

        state.Should().NotBe(BreakerState.Closed);
        tries.Should().BeLessThan(6 * 20, "three calls of many, and then one document a probe");
        down.Should().BeEquivalentTo(new { Backlog = 60L, RecoversInSeconds = (double?)null, LastOutage = new { Answered = (DateTimeOffset?)null } }, o => o.ExcludingMissingMembers());
        down.Breaker.Should().BeOneOf("open", "probing");
        down.LastTrouble.Should().Contain("lose the call");
        up.Should().BeEquivalentTo(new { Breaker = "closed", Failures = 0, Backlog = 0L }, o => o.ExcludingMissingMembers());
        up.LastOutage!.RecoverySeconds.Should().NotBeNull();
        (await books.One<long>("select count(*) from sandbox_erp.documents where state = 'posted'")).Should().Be(documents.Count);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_backlog_drains_at_the_bounded_rate_in_order_and_says_to_the_second_how_long_it_took()
    {
        var many = Effort.Of(10_000, least: 600);
        const double Rate = 300;
        await using var host = await books.Host(Books.Quick with { Rate = Rate, Calls = 2 });
        await host.Told(new Misbehaviour("lose"));
        var invoices = await Post(host, many / 2);
        var memos = invoices.ConvertAll(i => Documents.Memo(i));
        await Parallel.ForEachAsync(memos, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (m, _) => await host.Post(m));
        await Eventually.Holds(async () => await books.One<long>("select count(*) from platform.outages") == 1, TimeSpan.FromSeconds(20), "the outage is noticed");

        await host.Told();
        await Eventually.Holds(
            async () => await books.One<long>("select count(*) from platform.outages where caught_up is not null") == 1, TimeSpan.FromSeconds(30 + (many / Rate * 3)), "all is brought");
        await host.Quiet(TimeSpan.FromSeconds(60));

        var posted = await books.One<long>("select count(*) from sandbox_erp.documents where state = 'posted'");
        var (first, last) = (await books.One<DateTime>("select min(posted) from sandbox_erp.documents"), await books.One<DateTime>("select max(posted) from sandbox_erp.documents where kind = 'SalesInvoice'"));
        var told = (await host.Must(new ListSystems())).Single(s => s.Name == "sandbox").Operations.Single().LastOutage!;
        posted.Should().Be(many / 2 * 2);
        (await books.One<long>("select count(*) from sandbox_erp.documents m join sandbox_erp.documents i on i.key = m.origin where m.posted <= i.posted and m.id <> i.id and m.sequence_number > 0 and m.posted < i.posted"))
            .Should().Be(0, "what corrects comes after what it corrects");
        // The first batch of each of the two callers is free; from then on the rate counts.
        (many / 2 / (last - first).TotalSeconds).Should().BeLessThan(Rate * 1.25);
        (told.CaughtUp!.Value - told.Answered!.Value).TotalSeconds.Should().BeApproximately((await books.One<DateTime>("select max(posted) from sandbox_erp.documents") - first).TotalSeconds, 1.0);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_poison_document_waits_visibly_with_what_depends_on_it_and_nobody_else_does()
    {
        await using var host = await books.Host();
        var poison = Documents.Invoice();
        await host.Told(new Misbehaviour("refuse", KeyLike: poison.Key, Words: "Missing cost centre."));
        await host.Post(poison);
        var memo = Documents.Memo(poison);
        await host.Post(memo);
        var others = await Post(host, 20);
        await Eventually.Holds(async () => await books.One<long>("select count(*) from sandbox_erp.documents where state = 'posted'") == 20, TimeSpan.FromSeconds(20), "the others flow");
        await Eventually.Holds(async () => (await host.Must(new GetPosting(memo.Key))).Trouble is not null, TimeSpan.FromSeconds(20), "somebody has looked at the memo");

        var (stuck, waiting) = (await host.Must(new GetPosting(poison.Key)), await host.Must(new GetPosting(memo.Key)));
        var delivery = (await host.Must(new ListDeliveries(ErpConnector.Name, memo.Key, null, 0, 10))).Single();
        var load = (await host.Must(new ListSystems())).Single(s => s.Name == "sandbox").Operations.Single();
        await host.Told();
        var repaired = await host.Must(new RepairPosting(poison.Key, poison with { Reference = "WEB-1001 cost centre 7" }, "The cost centre was missing."));
        await host.Quiet();

        stuck.Should().BeEquivalentTo(new { Status = "refused", Words = "Missing cost centre." });
        waiting.Should().BeEquivalentTo(new { Status = "requested", WaitsFor = poison.Key });
        waiting.Attempts.Should().BeLessThan(2, "to look whether it can go costs no try");
        delivery.State.Should().BeOneOf("waiting", "under-way");
        load.Should().BeEquivalentTo(new { Backlog = 1L, Breaker = "closed" }, o => o.ExcludingMissingMembers());
        repaired.Status.Should().Be("requested");
        (await books.All<string>("select reference from sandbox_erp.documents where key = $1 and state = 'posted'", poison.Key)).Should().Equal("WEB-1001 cost centre 7");
        (await books.One<long>("select count(*) from sandbox_erp.documents where state = 'posted'")).Should().Be(others.Count + 2);
        (await books.All<string>("select type from platform.events where key = $1 order by revision", poison.Key)).Should().Contain("integration.document-repaired.v1");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_call_longer_than_its_lease_is_made_once()
    {
        var lane = Books.Quick with { Grace = TimeSpan.FromMilliseconds(600) };
        await using var one = await books.Host(lane);
        await using var other = await books.Host(lane);
        await one.Told(new Misbehaviour("slow", DelayMs: 2_500));
        var invoice = Documents.Invoice();

        await one.Post(invoice);
        await one.Quiet(TimeSpan.FromSeconds(30));

        (await books.One<int>("select times from sandbox_erp.strikes where key = $1", invoice.Key)).Should().Be(1);
        (await one.Must(new GetPosting(invoice.Key))).Should().BeEquivalentTo(new { Status = "posted", Attempts = 1 });
    }

    [Fact]
    public async Task Of_two_hosts_one_calls_at_a_time_where_the_lane_is_exclusive_and_the_other_takes_over()
    {
        var machine = new Machine { Pause = TimeSpan.FromMilliseconds(30) };
        await using var one = await HostOf(machine, new() { Exclusive = true, Calls = 1, Batch = 2 });
        var other = await HostOf(machine, new() { Exclusive = true, Calls = 1, Batch = 2 });
        await Post(one, 20);
        await Eventually.Holds(() => Task.FromResult(machine.Heard.Count == 20), TimeSpan.FromSeconds(30), "all are told");
        var most = machine.MostAtOnce;
        await other.DisposeAsync();
        await books.Do("update platform.lanes set holder = gen_random_uuid(), held_until = clock_timestamp() + interval '700 milliseconds'");
        await Post(one, 3);
        await Eventually.Holds(() => Task.FromResult(machine.Heard.Count == 23), TimeSpan.FromSeconds(30), "the turn of one who fell silent ends");

        most.Should().Be(1);
        machine.Heard.Values.Should().AllBeEquivalentTo(1);
    }

    [Fact]
    public async Task What_must_not_be_done_twice_is_put_before_a_person_after_one_try_without_an_answer()
    {
        var machine = new Machine { Says = _ => new OutboundOutcome.Again("Silence.") };
        await using var host = await HostOf(machine, new() { TriesOnce = true });

        var documents = await Post(host, 3);
        await host.Quiet();

        machine.Heard.Values.Should().AllBeEquivalentTo(1);
        machine.GivenUp.Should().BeEquivalentTo(documents.Select(d => d.Key));
    }

    [Fact]
    public async Task A_host_that_is_told_to_stop_gives_back_what_it_has_not_told()
    {
        var machine = new Machine { Pause = TimeSpan.FromMinutes(1) };
        var first = await HostOf(machine, new() { Grace = TimeSpan.FromMinutes(5), CallTimeout = TimeSpan.FromMinutes(5) });
        await Post(first, 1);
        await Eventually.Holds(() => Task.FromResult(machine.Heard.Count == 1), TimeSpan.FromSeconds(20), "the call is under way");

        await first.DisposeAsync();

        (await books.All<int>("select attempts from platform.deliveries where subscriber = $1 and state = 0 and due <= clock_timestamp()", Lane)).Should().Equal(0);
    }

    [Fact]
    public async Task What_the_other_machine_asks_for_is_waited_for()
    {
        var machine = new Machine { Says = tries => tries == 1 ? new OutboundOutcome.Again("Too many.", TimeSpan.FromHours(2)) : new OutboundOutcome.Answered("yes") };
        await using var host = await HostOf(machine, new());

        await Post(host, 1);
        await Eventually.Holds(async () => await books.One<long>("select count(*) from platform.deliveries where subscriber = $1 and error is not null", Lane) == 1, TimeSpan.FromSeconds(20), "it is put off");

        (await books.One<bool>("select due > clock_timestamp() + interval '1 hour' from platform.deliveries where subscriber = $1", Lane)).Should().BeTrue();
    }

    private static async Task<List<ErpDocument>> Post(TestHost host, int many)
    {
        var documents = Enumerable.Range(0, many).Select(_ => Documents.Invoice()).ToList();
        await Parallel.ForEachAsync(documents, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (d, _) => await host.Post(d));
        return documents;
    }

    private Task<TestHost> HostOf(Machine machine, LaneOptions lane) => books.Host(services: s =>
    {
        s.AddSingleton(machine).AddOutbound<Teller>(Hears, lane with
        {
            Poll = TimeSpan.FromMilliseconds(20),
            FirstPause = TimeSpan.FromMilliseconds(10),
            LongestPause = TimeSpan.FromMilliseconds(50),
        });
    });

    /// <summary>What some machine heard and says.</summary>
    private sealed class Machine
    {
        private int atOnce;

        public ConcurrentDictionary<string, int> Heard { get; } = new();

        public ConcurrentQueue<string> GivenUp { get; } = new();

        public int MostAtOnce { get; private set; }

        public TimeSpan Pause { get; init; }

        public Func<int, OutboundOutcome> Says { get; init; } = _ => new OutboundOutcome.Answered("yes");

        public async Task<IReadOnlyList<OutboundOutcome>> Tell(IReadOnlyList<string> keys, CancellationToken ct)
        {
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref atOnce));
            var outcomes = keys.Select(k => Says(Heard.AddOrUpdate(k, 1, (_, n) => n + 1))).ToList();
            try
            {
                await Task.Delay(Pause, ct);
            }
            finally
            {
                Interlocked.Decrement(ref atOnce);
            }

            return outcomes;
        }
    }

    private sealed class Teller(Machine machine) : IOutboundSubscriber
    {
        public Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct) => machine.Tell([.. facts.Select(f => f.Fact.Key)], ct);

        public Task Record(OutboundFact sent, object answer, CancellationToken ct) => Task.CompletedTask;

        public Task GiveUp(OutboundFact sent, string reason, CancellationToken ct)
        {
            machine.GivenUp.Enqueue(sent.Fact.Key);
            return Task.CompletedTask;
        }
    }
}
