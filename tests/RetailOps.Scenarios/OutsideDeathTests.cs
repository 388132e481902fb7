using System.Collections.Concurrent;
using System.Net;

using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>
/// What reaches flows from outside, and what they ask there: the ticks of clocks, web requests, calls of other machines. Hosts are killed between each of these and its burst:
/// nothing is lost, nothing has its effect twice, no instance stands still.
/// </summary>
public sealed class OutsideDeathTests : IAsyncLifetime
{
    private const int Askers = 3;
    private const int Calls = 4;

    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll");

    // Takes requests, and leaves all work to others.
    private static readonly TestHostOptions Asleep = Customers.Options with { Engine = new() { Workers = 0 } };

    private static readonly TestHostOptions Alive = Customers.Options with { Engine = new() { Workers = 2, GroupSize = 8, Poll = TimeSpan.FromMilliseconds(20) } };

    private static readonly (string Type, string Input, string Rule)[] Clocks =
    [
        ("Elsa.Timer", "interval", "400.00:00:00"), ("Elsa.Cron", "cronExpression", "0 0 0 29 2 *"), ("Elsa.Timer", "interval", "500.00:00:00"), ("Elsa.Cron", "cronExpression", "0 0 0 1 1 *"),
    ];

    private readonly ConcurrentQueue<string> answered = new();
    private OutsideMachine machine = null!;
    private TestDatabase database = null!;
    private int numbers;

    public static TheoryData<FaultPoint> OfABurst => [.. Effort.Some(
    [
        FaultPoint.AfterClaim, FaultPoint.AfterNote, FaultPoint.AfterSend, FaultPoint.AfterRun, FaultPoint.BeforeFlush, FaultPoint.AfterFlush, FaultPoint.BeforeCommit, FaultPoint.AfterCommit,
    ])];

    public static TheoryData<FaultPoint> OfATick => [.. Effort.Some(
    [
        FaultPoint.AfterSend, FaultPoint.AfterTimers, FaultPoint.AfterClaim, FaultPoint.AfterNote, FaultPoint.AfterRun, FaultPoint.AfterFlush, FaultPoint.BeforeCommit, FaultPoint.AfterCommit,
    ])];

    public static TheoryData<FaultPoint> OfACall => [.. Effort.Some(
    [
        FaultPoint.AfterClaim, FaultPoint.AfterOutboundClaim, FaultPoint.AfterNote, FaultPoint.AfterSend, FaultPoint.AfterRun, FaultPoint.AfterOutboundCall, FaultPoint.AfterFlush, FaultPoint.BeforeCommit,
        FaultPoint.AfterCommit,
    ])];

    public async Task InitializeAsync() => (database, machine) = (await TestDatabase.CreateAsync(), OutsideMachine.Start());

    public async Task DisposeAsync()
    {
        await machine.DisposeAsync();
        await database.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(OfATick))]
    public async Task Killed_between_a_tick_and_its_burst_each_tick_starts_one_instance(FaultPoint point)
    {
        await DrawClocks();
        for (var round = 1; round <= Rounds(OfATick.Count); round++)
        {
            await ClocksAreDue();
            await DiesAt(point, point is FaultPoint.AfterSend ? 1 + (round % Clocks.Length) : 1, "serve");

            await GoOn();
            await EachClockHasTicked(round);
            await EachEffectOnce();
        }
    }

    [Theory]
    [MemberData(nameof(OfABurst))]
    public async Task Killed_between_a_web_request_and_its_burst_each_that_was_taken_starts_one_instance(FaultPoint point)
    {
        await Draw(Starting());
        for (var round = 0; round < Rounds(OfABurst.Count); round++)
        {
            await DiesAt(point, 1 + (round % 6), "front", child => Each(Askers, () => AskUntilItDies(child, () => "outside/r-" + Interlocked.Increment(ref numbers))));

            await NoneIsLostFrom(await Taken());
        }
    }

    [Theory]
    [MemberData(nameof(OfABurst))]
    public async Task Killed_between_a_web_request_and_the_burst_that_it_wakes_the_wait_is_met_once(FaultPoint point)
    {
        await Draw(Waiting());
        for (var round = 0; round < Rounds(OfABurst.Count); round++)
        {
            var waiting = new ConcurrentQueue<string>((await Begin(4 * Askers)).Select(k => "meet/" + k));
            await GoOn();
            await DiesAt(point, 1 + (round % 4), "front", child => Each(Askers, () => AskUntilItDies(child, () => waiting.TryDequeue(out var path) ? path : null)));

            await NoneIsLostFrom(await Taken(), stillWait: true);
            await MeetTheRest();
            await EachEffectOnce();
        }
    }

    [Theory]
    [MemberData(nameof(OfACall))]
    public async Task Killed_between_a_call_and_the_burst_that_hears_the_answer_each_flow_goes_on_once(FaultPoint point)
    {
        await Draw(Calling());
        for (var round = 0; round < Rounds(OfACall.Count); round++)
        {
            var keys = await Begin(Calls);
            var nth = point switch { FaultPoint.AfterOutboundClaim or FaultPoint.AfterOutboundCall => 1, FaultPoint.AfterSend => 1 + (round % Calls), _ => 1 + (round % 2) };
            await DiesAt(point, nth, "serve");

            await GoOn();
            (await Effects("answer")).Should().Be((round + 1) * Calls, "every flow has heard its answer");
            machine.Asked.Where(a => keys.Contains(a.Key)).Should().HaveCount(Calls).And.OnlyContain(a => a.Value >= 1 && a.Value <= 2, "what died with its host is asked again, and only that");
            await EachEffectOnce();
        }
    }

    [Fact]
    public async Task Killed_at_any_moment_among_all_of_them_nothing_is_lost_and_nothing_is_there_twice()
    {
        await DrawClocks(Starting(), Calling());
        var begun = 0;
        for (var round = 1; round <= Effort.Of(40, least: 2); round++)
        {
            begun += (await Begin(Calls)).Count;
            await ClocksAreDue();
            await using (var child = ChildHost.Start(Program, null, "front", database.AppConnectionString))
            {
                await child.Says(Front.Listens);
                var customers = Each(Askers, () => AskUntilItDies(child, () => "outside/r-" + Interlocked.Increment(ref numbers)));
                var some = answered.Count + Random.Shared.Next(1, 20);
                await Eventually.Holds(() => Task.FromResult(answered.Count >= some), TimeSpan.FromSeconds(60), "some are answered");
                child.Kill();
                await child.Ends(TimeSpan.FromSeconds(60));
                await customers;
            }

            await NoneIsLostFrom(await Taken());
            (await Effects("answer")).Should().Be(begun);
            await EachClockHasTicked(round);
        }
    }

    private static int Rounds(int points) => Effort.Of(100 / points);

    private static Flow Starting() => new Flow("outside-web").StartsBy("Elsa.HttpEndpoint", ("path", "outside/{id}"), ("supportedMethods", """["POST"]"""))
        .Step("count", "Test.Count", ("what", "request"), ("root", "js:'outside/' + getRoute().id")).Step("answer", "Elsa.WriteHttpResponse", ("content", "js:'outside/' + getRoute().id"));

    private static Flow Waiting() => new Flow("outside-meet").StartsWith("test.engine-began.v1").Step("wait", "Elsa.HttpEndpoint", ("path", "js:'meet/' + getCorrelationId()"), ("supportedMethods", """["POST"]"""))
        .Step("count", "Test.Count", ("what", "request"), ("root", "js:'meet/' + getCorrelationId()")).Step("answer", "Elsa.WriteHttpResponse", ("content", "js:'meet/' + getCorrelationId()"));

    private Flow Calling() => new Flow("outside-call").StartsWith("test.engine-began.v1").Step("call", "Elsa.SendHttpRequest", ("url", machine.Address), ("method", "POST"), ("content", "js:getCorrelationId()"))
        .Step("count", "Test.Count", ("what", "answer"), ("root", "js:getCorrelationId()"));

    private async Task Draw(params Flow[] flows)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        await Flow.Publish(host.Services, flows);
    }

    /// <summary>Clocks that do not tick by themselves while a test runs, wound up.</summary>
    private async Task DrawClocks(params Flow[] others)
    {
        await Draw([.. Clocks.Select((c, i) => new Flow("outside-clock-" + i).StartsBy(c.Type, (c.Input, c.Rule)).Step("count", "Test.Count", ("what", "tick"), ("root", "js:getWorkflowInstanceId()"))), .. others]);
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Alive);
        await Eventually.Holds(
            async () => await Look<long>("select count(*) from workflows.schedules where due is not null") == Clocks.Length, TimeSpan.FromSeconds(60), "the clocks are wound up");
    }

    /// <summary>The time of every clock has come.</summary>
    private async Task ClocksAreDue() => (await Ask.Do(database.OwnerConnectionString, "update workflows.schedules set due = clock_timestamp()")).Should().Be(Clocks.Length);

    private async Task<IReadOnlyList<string>> Begin(int count)
    {
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        var keys = Enumerable.Range(0, count).Select(_ => $"k-{Interlocked.Increment(ref numbers)}").ToList();
        await host.Must(new BeginEngine(keys));
        return keys;
    }

    /// <summary>A host runs until it dies at a point.</summary>
    /// <param name="busy">What keeps it busy, once it listens.</param>
    private async Task DiesAt(FaultPoint point, int nth, string verb, Func<ChildHost, Task>? busy = null)
    {
        await using var child = ChildHost.Start(Program, $"{point}:{nth}", verb, database.AppConnectionString);
        if (busy is not null)
        {
            await child.Says(Front.Listens);
            await busy(child);
        }

        await child.Ends(TimeSpan.FromSeconds(60));
        child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
    }

    private static Task Each(int count, Func<Task> what) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => what()));

    /// <summary>Sends one request after the other, until there is no other or the host is gone.</summary>
    private async Task AskUntilItDies(ChildHost child, Func<string?> next)
    {
        using var http = new HttpClient { BaseAddress = new Uri(child.Said.First(s => s.StartsWith(Front.Listens, StringComparison.Ordinal))[Front.Listens.Length..]), Timeout = TimeSpan.FromSeconds(60) };
        try
        {
            while (next() is { } path)
            {
                using var answer = await http.PostAsync(new Uri("workflows/" + path, UriKind.Relative), null);
                answer.StatusCode.Should().Be(HttpStatusCode.OK);
                (await answer.Content.ReadAsStringAsync()).Should().Be(path);
                answered.Enqueue(path);
            }
        }
        catch (HttpRequestException)
        {
            // That is how a death looks from outside: the request may have been taken or not.
        }
    }

    /// <summary>How many requests the dead have taken: those that had their effect, and those that stand in line for it.</summary>
    private async Task<long> Taken()
    {
        await Eventually.Holds(
            async () => await Look<long>("select count(*) from pg_stat_activity where datname = current_database() and application_name like 'retailops %'") == 0, TimeSpan.FromSeconds(60), "the server has seen that its clients are gone");
        return await Look<long>(
            "select (select count(*) from platform.events where type = 'test.engine-counted.v1' and data->>'what' = 'request') + (select count(*) from workflows.stimuli s where s.kind = 22 or s.name = 'http')");
    }

    private async Task NoneIsLostFrom(long taken, bool stillWait = false)
    {
        await GoOn();
        (await Effects("request")).Should().Be(taken, "what was taken has its effect, and nothing else");
        var done = await Ask.All<string>(database.OwnerConnectionString, "select key from platform.events where type = 'test.engine-counted.v1' and data->>'what' = 'request'");
        answered.Should().BeSubsetOf(done, "what was answered is there");
        if (!stillWait)
        {
            await EachEffectOnce();
        }
    }

    /// <summary>Nobody who waits has missed the request that was made to him: those who still wait can be met.</summary>
    private async Task MeetTheRest()
    {
        var left = new ConcurrentQueue<string>(await Ask.All<string>(database.OwnerConnectionString, "select 'meet/' || key from workflows.instances where finished is null"));
        await using var child = ChildHost.Start(Program, null, "front", database.AppConnectionString);
        await child.Says(Front.Listens);
        await AskUntilItDies(child, () => left.TryDequeue(out var path) ? path : null);
        left.Should().BeEmpty();
    }

    private async Task GoOn()
    {
        // Machine time goes on: the leases of the dead are over.
        await Ask.Do(database.OwnerConnectionString, "update platform.deliveries set due = clock_timestamp() where state = 0");
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Alive);
        await host.Quiet();
    }

    private async Task EachClockHasTicked(int times) => (await Ask.All<string>(
        database.OwnerConnectionString, "select definition_id || ' ' || count(*) from workflows.instances where definition_id like 'outside-clock-%' group by definition_id order by definition_id"))
        .Should().Equal(Clocks.Select((_, i) => $"outside-clock-{i} {times}"));

    private Task<long> Effects(string what) => Ask.One<long>(database.OwnerConnectionString, "select count(*) from platform.events where type = 'test.engine-counted.v1' and data->>'what' = $1", what);

    private async Task EachEffectOnce()
    {
        (await Ask.All<string>(
            database.OwnerConnectionString,
            """
            select key || ' has ' || count(*) from platform.events where type = 'test.engine-counted.v1' group by key having count(*) <> 1
            union all select i.definition_id || ' ' || i.key || ' is not over' from workflows.instances i where i.finished is null
            union all select 'incident ' || message from workflows.incidents where status < 2
            union all select 'stimulus ' || key || ' ' || name from workflows.stimuli
            union all select 'bookmark ' || key || ' ' || name from workflows.bookmarks
            union all select 'call ' || key from workflows.calls
            union all select 'kept ' || key || ' ' || name from workflows.kept
            """)).Should().BeEmpty();
        (await Look<long>("select count(*) from workflows.instances")).Should().Be(await Look<long>("select count(*) from platform.events where type = 'test.engine-counted.v1'"), "each instance has one effect");
        await using var host = await TestHost.StartAsync(database.AppConnectionString, Asleep);
        (await host.Broken()).Should().BeEmpty();
    }

    private Task<T> Look<T>(string sql) => Ask.One<T>(database.AppConnectionString, sql);
}
