using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>An ERP that is slow, loses answers, fails after it has posted, refuses; and hosts that die. One document in the end, and the others flow.</summary>
public sealed class LyingErpTests : IAsyncLifetime
{
    private Books books = null!;

    public async Task InitializeAsync() => books = await Books.OpenAsync();

    public async Task DisposeAsync() => await books.DisposeAsync();

    [Theory]
    [InlineData("post_and_lose")]
    [InlineData("fail_after_posting")]
    [InlineData("lose")]
    public async Task A_lie_about_some_documents_leaves_one_of_each(string lie)
    {
        await using var one = await books.Host();
        await using var other = await books.Host();
        await one.Told(new Misbehaviour(lie, Rate: 0.2, Times: 2));
        var documents = Enumerable.Range(0, Effort.Of(600, least: 60)).Select(i => i % 3 == 0 ? Documents.Memo() : i % 3 == 1 ? Documents.Shipment() : Documents.Invoice()).ToList();

        await Parallel.ForEachAsync(documents, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (d, _) => await one.Post(d));
        await one.Quiet();

        (await books.All<string>("select key from sandbox_erp.documents where state = 'posted'")).Should().BeEquivalentTo(documents.Select(d => d.Key));
        (await books.One<long>("select count(*) from integration.postings where status = 'posted'")).Should().Be(documents.Count);
        (await books.One<long>("select count(*) from sandbox_erp.strikes")).Should().BeGreaterThan(0, "an honest ERP proves nothing");
        (await books.One<int>("select max(attempts) from integration.postings") > 1).Should().Be(lie != "fail_after_posting", "who fails aloud can be asked at once");
        (await one.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_commit_of_the_books_that_never_arrives_holds_the_others_up_for_moments()
    {
        await using var proxy = FaultProxy.To(books.Database.AppConnectionString);
        var left = 1;
        proxy.Plan = (name, _) => name == "sandbox erp" && Interlocked.Exchange(ref left, 0) == 1 ? CommitFault.HalfOpen : null;
        await using var host = await books.Host(way: proxy.ConnectionString);
        var documents = Enumerable.Range(0, 30).Select(_ => Documents.Invoice()).ToList();

        await Parallel.ForEachAsync(documents, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (d, _) => await host.Post(d));
        await host.Quiet(TimeSpan.FromSeconds(30));

        proxy.Faults.Should().Be(1);
        (await books.All<string>("select key from sandbox_erp.documents where state = 'posted'")).Should().BeEquivalentTo(documents.Select(d => d.Key));
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Answers_of_one_call_share_a_commit_and_one_that_cannot_be_written_takes_nobody_with_it()
    {
        var (together, apart) = (await Wish(6), await Wish(6));
        await books.Do("update integration.postings set status = 'refused', words = 'No.', decided_at = clock_timestamp() where key = $1", apart[2]);
        await books.Do("update platform.deliveries set due = 'infinity' where key = any($1)", (object)apart);
        await using var host = await books.Host();
        await Eventually.Holds(async () => await Posted(together) == 6, TimeSpan.FromSeconds(20), "the first are written down");
        await books.Do("update platform.deliveries set due = clock_timestamp() where key = any($1)", (object)apart);
        await Eventually.Holds(async () => await Posted(apart) == 5, TimeSpan.FromSeconds(20), "the others are written down");
        var commits = await books.One<long>("select count(distinct xmin::text) from platform.deliveries where key = any($1) and state = 1", (object)together);
        var state = await books.One<short>("select state from platform.deliveries where key = $1", apart[2]);
        await books.Do("update integration.postings set status = 'requested', words = null, decided_at = null where key = $1", apart[2]);
        await host.Quiet();

        commits.Should().Be(1);
        state.Should().Be(0);
        (await Posted([.. together, .. apart])).Should().Be(12);
        (await books.One<long>("select count(*) from sandbox_erp.documents")).Should().Be(12);

        async Task<string[]> Wish(int count)
        {
            await using var asleep = await books.Asleep();
            var documents = Enumerable.Range(0, count).Select(_ => Documents.Invoice()).ToList();
            foreach (var document in documents)
            {
                await asleep.Post(document);
            }

            return [.. documents.Select(d => d.Key)];
        }

        Task<long> Posted(string[] keys) => books.One<long>("select count(*) from integration.postings where key = any($1) and status = 'posted'", (object)keys);
    }

    [Fact]
    public async Task Refusals_are_answers_with_the_words_of_the_erp()
    {
        await using var host = await books.Host();
        await host.Told(new Misbehaviour("refuse", Rate: 0.3, Words: "Missing cost centre."));
        var documents = Enumerable.Range(0, Effort.Of(300, least: 40)).Select(_ => Documents.Invoice()).ToList();

        foreach (var document in documents)
        {
            await host.Post(document);
        }

        await host.Quiet();

        var struck = await books.One<long>("select count(*) from sandbox_erp.strikes");
        struck.Should().BeInRange(1, documents.Count - 1);
        (await books.One<long>("select count(*) from integration.postings where status = 'refused' and words = 'Missing cost centre.'")).Should().Be(struck);
        (await books.One<long>("select count(*) from sandbox_erp.documents where state = 'posted'")).Should().Be(documents.Count - struck);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_refused_again_long_after_its_flow_is_shown_again_and_heals_when_it_is_posted()
    {
        await using var host = await books.Host();
        var invoice = Documents.Invoice();
        await host.Told(new Misbehaviour("refuse", Words: "The period is closed."));
        await host.Post(invoice);
        await host.Quiet();
        await books.Do("update platform.exceptions set status = 'resolved', closed = now(), closed_by = 'somebody', resolution = 'Opened the period.'");

        await host.Must(new RetryPosting(invoice.Key));
        await host.Quiet();
        var again = await Shown();
        await host.Told();
        await host.Must(new RetryPosting(invoice.Key));
        await host.Quiet();

        again.Should().Equal("integration.refused resolved 1", "integration.refused open 1");
        (await Shown()).Should().Equal("integration.refused resolved 1", "integration.refused healed 1");
        Task<List<string>> Shown() => books.All<string>("select cause || ' ' || status || ' ' || count from platform.exceptions where key = $1 order by opened, id", invoice.Key);
    }

    [Fact]
    public async Task A_slow_erp_holds_up_neither_other_subscribers_nor_a_transaction()
    {
        await using var host = await books.Host(services: s => s.AddSubscriber<Bystander>(Bystander.Description));
        var (slow, other) = (Documents.Invoice(), Documents.Invoice());
        await host.Told(new Misbehaviour("slow", KeyLike: slow.Key, DelayMs: 60_000));
        await host.Post(slow);
        await Eventually.Holds(async () => await books.One<long>("select count(*) from sandbox_erp.strikes") > 0, TimeSpan.FromSeconds(20), "the slow call has begun");

        await host.Post(other);
        await Eventually.Holds(
            async () => await books.One<long>("select count(*) from platform.deliveries where state = 1") == 3, TimeSpan.FromSeconds(15), "all but the slow one are delivered");
        var open = await books.All<string>("select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%'");

        open.Should().BeEmpty("nothing is open while another machine thinks");
        (await books.All<string>("select key from integration.postings where status = 'requested'")).Should().Equal(slow.Key);
    }

    [Fact]
    public async Task A_document_that_spoils_every_call_is_soon_alone_and_the_others_pass()
    {
        await using var host = await books.Asleep();
        var poisoned = Documents.Invoice();
        await host.Told(new Misbehaviour("lose", KeyLike: poisoned.Key));
        var healthy = Enumerable.Range(0, 40).Select(_ => Documents.Invoice()).ToList();
        foreach (var document in healthy.Take(10).Append(poisoned).Concat(healthy.Skip(10)))
        {
            await host.Post(document);
        }

        await using var posting = await books.Host(Books.Quick with { Calls = 1 });
        await Eventually.Holds(
            async () => await books.One<long>("select count(*) from integration.postings where status = 'posted'") == healthy.Count, TimeSpan.FromSeconds(30), "all others are posted");
        var stuck = await posting.Must(new GetPosting(poisoned.Key));
        await posting.Told();
        await posting.Quiet();

        stuck.Should().BeEquivalentTo(new { Status = "requested", Number = (string?)null });
        (await posting.Must(new GetPosting(poisoned.Key))).Status.Should().Be("posted");
        (await posting.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData("lose")]
    [InlineData("post_and_lose")]
    public async Task Silence_is_given_up_after_the_set_time_and_a_person_finds_out_what_became_of_it(string lie)
    {
        await using var host = await books.Host(Books.Quick with { Attempts = lie == "lose" ? 3 : 1, GiveUpAfter = TimeSpan.Zero });
        var invoice = Documents.Invoice();
        await host.Told(new Misbehaviour(lie));
        await host.Post(invoice);
        await host.Quiet();

        var silent = await host.Must(new GetPosting(invoice.Key));
        var known = await host.Broken();
        await host.Told();
        await host.Must(new RetryPosting(invoice.Key));
        await host.Quiet();

        silent.Should().BeEquivalentTo(new { Key = invoice.Key, Status = "gave-up", Number = (string?)null, Words = (string?)null, Attempts = lie == "lose" ? 3 : 1 });
        known.Should().BeEmpty("that it may be posted without our knowing is no contradiction");
        (await host.Must(new GetPosting(invoice.Key))).Should().BeEquivalentTo(new { Status = "posted", Number = "INV-000001", Attempts = silent.Attempts + 1 });
        (await books.All<string>("select type from platform.events where key = $1 and type like 'integration.%' order by revision", invoice.Key)).Should().Equal(
            "integration.posting-requested.v1", "integration.posting-given-up.v1", "integration.posting-requested.v1", "integration.document-posted.v1");
        (await books.One<long>("select count(*) from sandbox_erp.documents")).Should().Be(1);
        (await host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(FaultPoint.AfterOutboundClaim)]
    [InlineData(FaultPoint.AfterOutboundCall)]
    [InlineData(FaultPoint.BeforeFlush)]
    [InlineData(FaultPoint.AfterFlush)]
    [InlineData(FaultPoint.AfterCommit)]
    public async Task A_host_killed_between_claim_call_and_record_leaves_one_document_of_each(FaultPoint point)
    {
        await using var asking = await books.Asleep();
        var documents = Enumerable.Range(0, 45).Select(_ => Documents.Invoice()).ToList();
        foreach (var document in documents)
        {
            await asking.Post(document);
        }

        await using (var child = ChildHost.Start(Path.Combine(AppContext.BaseDirectory, "RetailOps.TestChild.dll"), $"{point}:2", "serve", books.Database.AppConnectionString))
        {
            await child.Ends(TimeSpan.FromSeconds(60));
            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
        }

        // Machine time goes on: the leases of the dead are over.
        await books.Do("update platform.deliveries set due = clock_timestamp() where state = 0");
        await using var host = await books.Host();
        await host.Quiet();

        (await books.All<string>("select key from sandbox_erp.documents where state = 'posted'")).Should().BeEquivalentTo(documents.Select(d => d.Key));
        (await books.All<string>("select key from platform.events where type = 'integration.document-posted.v1'")).Should().BeEquivalentTo(documents.Select(d => d.Key));
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_document_whose_tries_all_end_with_the_process_is_given_up()
    {
        await using var asking = await books.Asleep();
        var invoice = Documents.Invoice();
        await asking.Post(invoice);
        await books.Do("update platform.deliveries set attempts = 5");

        await using var host = await books.Host();
        await host.Quiet();

        (await host.Must(new GetPosting(invoice.Key))).Should().BeEquivalentTo(new { Key = invoice.Key, Status = "gave-up", Number = (string?)null, Words = (string?)null, Attempts = 6 });
        (await host.Broken()).Should().BeEmpty();
    }

    private sealed class Bystander : ISubscriber
    {
        public static SubscriberDescription Description { get; } = new("test.bystander", ["integration.posting-requested.v1"]);

        public Task Hear(IFact fact, CancellationToken ct) => Task.CompletedTask;
    }
}
