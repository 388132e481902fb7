using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>A real ERP that refuses, is slow, fails after the deed, loses answers, forgets us, dies. One document per key in the end, and nobody waits for it.</summary>
[Collection("tryton"), Trait("needs", "erp")]
public sealed class TrytonFaultTests(TrytonFixture tryton) : IAsyncLifetime
{
    private const string Create = "model.account.invoice.create";
    private const string Post = "model.account.invoice.post";
    private const string Pay = "wizard.account.invoice.pay.execute";

    private Books books = null!;
    private HttpFaultProxy proxy = null!;

    public async Task InitializeAsync()
    {
        books = await Books.OpenAsync();
        proxy = HttpFaultProxy.To(tryton.Server.Address);
    }

    public async Task DisposeAsync()
    {
        await proxy.DisposeAsync();
        await books.DisposeAsync();
    }

    [Theory]
    [InlineData("model.account.invoice.search_read", nameof(HttpFault.Refuse), 5)]
    [InlineData("model.party.party.create", nameof(HttpFault.CutAfter), 1)]
    [InlineData(Create, nameof(HttpFault.Refuse), 1)]
    [InlineData(Create, nameof(HttpFault.CutAfter), 1)]
    [InlineData(Create, nameof(HttpFault.FailAfter), 2)]
    [InlineData(Post, nameof(HttpFault.Refuse), 4)]
    [InlineData(Post, nameof(HttpFault.FailAfter), 2)]
    [InlineData(Post, nameof(HttpFault.CutAfter), 2)]
    [InlineData(Post, nameof(HttpFault.Delay), 1)]
    [InlineData(Post, nameof(HttpFault.ForgetSession), 2)]
    [InlineData(Post, nameof(HttpFault.PassOver), 2)]
    [InlineData(Pay, nameof(HttpFault.CutAfter), 2)]
    [InlineData(Pay, nameof(HttpFault.FailAfter), 1)]
    public async Task Whatever_goes_wrong_with_a_call_one_document_stands_there(string method, string fault, int times)
    {
        var open = new List<string>();
        proxy.Spoil(method, Enum.Parse<HttpFault>(fault), times);
        proxy.Before = async called => open.AddRange(called == method ? await Open() : []);
        await using var one = await Host();
        await using var other = await Host();
        var invoices = Enumerable.Range(0, 8).Select(_ => Documents.Invoice(party: $"C-{Guid.NewGuid():N}")).ToList();
        var memos = invoices.Take(3).Select(i => Documents.Memo(i) with { Party = i.Party, Payments = [new("card", new(3000, "GBP"))] }).ToList();

        foreach (var document in invoices.Concat(memos))
        {
            await one.Post(document);
        }

        await one.Quiet();

        proxy.Faults.Should().Be(times);
        open.Should().BeEmpty("nothing of ours is open while it thinks");
        await Stand(one, [.. invoices, .. memos]);
    }

    [Fact]
    public async Task It_is_killed_in_the_middle_of_a_batch_and_comes_back_and_orders_go_on_meanwhile()
    {
        var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = 1;
        proxy.Before = called =>
        {
            if (called == Post && Interlocked.Exchange(ref left, 0) == 1)
            {
                _ = Die();
            }

            return Task.CompletedTask;
        };
        await using var host = await Host();
        var before = Enumerable.Range(0, 20).Select(_ => Documents.Invoice()).ToList();
        foreach (var document in before)
        {
            await host.Post(document);
        }

        await killed.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var meanwhile = Enumerable.Range(0, 5).Select(_ => Documents.Invoice()).ToList();
        foreach (var document in meanwhile)
        {
            (await host.Post(document)).Status.Should().Be("requested");
        }

        await Eventually.Holds(async () => await books.One<long>("select count(*) from platform.deliveries where subscriber = 'integration.erp' and state <> 1 and attempts > 1") > 0, TimeSpan.FromSeconds(20), "it is tried in vain");
        var open = await Open();
        await tryton.Server.Start();
        await host.Quiet();

        open.Should().BeEmpty();
        await Stand(host, [.. before, .. meanwhile]);

        async Task Die()
        {
            // Long enough for it to have begun, not to have ended.
            await Task.Delay(100);
            await tryton.Server.Kill();
            killed.SetResult();
        }
    }

    private async Task Stand(TestHost host, List<ErpDocument> documents)
    {
        var keys = documents.Select(d => d.Key).ToHashSet();
        var today = host.Services.GetRequiredService<BusinessZone>().DayOf(TimeProvider.System.GetUtcNow());
        var erp = host.Services.GetRequiredService<IErp>();
        var booked = (await erp.Booked(today.AddDays(-1), today.AddDays(1), default)).Where(e => e.Key is { } key && keys.Contains(key));

        booked.Select(e => (e.Key, e.Totals, e.Settled)).Should().BeEquivalentTo(documents.Select(d => ((string?)d.Key, ErpTotals.Of(d), ErpTotals.PaidWith(d))));
        (await erp.Look(default)).LedgerBalance.Should().Be(0);
        (await books.All<string>("select key || ': ' || status || ' ' || coalesce(words, '') from integration.postings where status <> 'posted'")).Should().BeEmpty();
        (await books.One<long>("select count(*) from integration.postings where system = 'tryton'")).Should().Be(documents.Count);
        (await host.Broken()).Should().BeEmpty();
    }

    private Task<TestHost> Host() => books.Host(services: s =>
    {
        TrytonPart.AddTryton(s, tryton.Settings with { Address = proxy.Address, CallPatience = TimeSpan.FromSeconds(2), LinePatience = TimeSpan.FromMilliseconds(20) });
        s.AddSingleton(new OutboundLane(ErpConnector.Name, ErpConnector.OperationAt(TrytonErp.SystemName).Lane with
        {
            Poll = TimeSpan.FromMilliseconds(20),
            FirstPause = TimeSpan.FromMilliseconds(10),
            LongestPause = TimeSpan.FromMilliseconds(200),
            LongestWait = TimeSpan.FromMilliseconds(200),
            FirstBreak = TimeSpan.FromMilliseconds(50),
            LongestBreak = TimeSpan.FromMilliseconds(200),
            Rate = null,
        }));
    });

    /// <summary>Sessions that have kept a transaction open and idle for longer than a commit takes.</summary>
    private Task<List<string>> Open() => books.All<string>(
        "select query from pg_stat_activity where datname = current_database() and state like 'idle in transaction%' and xact_start < clock_timestamp() - interval '300 ms'");
}
