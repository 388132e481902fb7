using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.TestChild;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>From the fact to the receiver, over all that can be wrong with it.</summary>
public sealed class WebhookDeliveryTests : IAsyncLifetime
{
    private const string Items = "inventory.item-changed.v1";

    private WebhookBench bench = null!;

    public async Task InitializeAsync() => bench = await WebhookBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_fact_arrives_once_signed_as_a_cloud_event_without_what_is_nobodys_business()
    {
        var (webhook, secret) = await bench.Register("/a", "orders.*");

        var order = await bench.Host.Place("W-1", ("LAMP", 2));
        await bench.Host.Must(new CancelOrder(order, "Mrs Byron rang 0161 1"));
        await bench.Done(webhook);

        var (placed, cancelled) = (bench.Receiver.All[0], bench.Receiver.All[^1]);
        bench.Receiver.All.Should().OnlyHaveUniqueItems(h => h.Id);
        placed.Headers["Content-Type"].Should().StartWith("application/cloudevents+json");
        InboundSignature.Verify(SignatureStyle.Standard, new(placed.Headers.GetValueOrDefault, _ => null, placed.Body), [secret], TimeProvider.System.GetUtcNow()).Should().BeNull();
        var json = placed.Json;
        json.GetProperty("id").GetString().Should().Be(placed.Id);
        (json.GetProperty("type").GetString(), json.GetProperty("source").GetString(), json.GetProperty("subject").GetString(), json.GetProperty("sequence").GetString())
            .Should().Be(("retailops.orders.order-placed.v1", "/retailops/orders", $"order/{order}", "1"));
        json.GetProperty("data").EnumerateObject().Select(p => p.Name).Should().Contain(["orderId", "externalId", "total"]).And.NotContain(["eventId", "occurredAt", "customerDigest"]);
        cancelled.Type.Should().Be("retailops.orders.order-cancelled.v1");
        bench.Receiver.All.Should().OnlyContain(h => !System.Text.Encoding.UTF8.GetString(h.Body).Contains("Byron", StringComparison.OrdinalIgnoreCase));
        (await bench.Log(webhook)).Should().OnlyContain(d => d.Status == "arrived" && d.Attempts == 1 && d.LastAnswer == 204 && d.Error == null && d.NextTry == null);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(500), InlineData(302), InlineData(404)]
    public async Task What_does_not_arrive_is_sent_again_under_the_same_id_with_the_same_body(int status)
    {
        var (webhook, _) = await bench.Register("/a", Items);
        bench.Receiver.Says = (_, http) =>
        {
            http.Response.Headers.Location = "/elsewhere";
            return Task.FromResult(bench.Receiver.All.Count < 3 ? status : 200);
        };

        await bench.Change("LAMP");
        await bench.Done(webhook);

        bench.Receiver.All.Should().HaveCount(3).And.OnlyContain(h => h.Path == "/a");
        bench.Receiver.All.Select(h => (h.Id, Convert.ToBase64String(h.Body))).Distinct().Should().ContainSingle();
        (await bench.Log(webhook)).Should().ContainSingle(d => d.Status == "arrived" && d.Attempts == 3);
        (await bench.Look(webhook)).FailingSince.Should().BeNull();
    }

    [Fact]
    public async Task Of_one_key_everything_arrives_in_order_and_other_keys_pass_it_by()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        var open = false;
        bench.Receiver.Says = (heard, _) => Task.FromResult(open || Sku(heard) != "LAMP" ? 204 : 500);

        await bench.Change("LAMP", 3);
        await bench.Change("VASE", 3);
        await Eventually.Holds(() => Task.FromResult(bench.Receiver.All.Count(h => Sku(h) == "VASE") >= 3), TimeSpan.FromSeconds(30), "the vase arrives");
        open = true;
        await bench.Done(webhook);

        bench.Receiver.All.Where(h => Sku(h) == "VASE").Select(h => h.Sequence).Should().Equal("1", "2", "3");
        bench.Receiver.All.Where(h => Sku(h) == "LAMP").Select(h => h.Sequence).Distinct().Should().Equal("1", "2", "3");
        bench.Receiver.All.Where(h => Sku(h) == "LAMP" && h.Sequence == "1").Should().HaveCountGreaterThan(1);

        static string? Sku(Heard h) => h.Json.GetProperty("data").GetProperty("sku").GetString();
    }

    [Fact]
    public async Task A_slow_one_and_a_dead_one_hold_up_nobody()
    {
        var over = new TaskCompletionSource<int>();
        bench.Receiver.Says = (heard, _) => heard.Path switch { "/slow" => over.Task, "/dead" => Task.FromResult(503), _ => Task.FromResult(204) };
        await bench.Register("/slow", Items);
        await bench.Register("/dead", Items);
        var (well, _) = await bench.Register("/well", Items);

        await Task.WhenAll(Enumerable.Range(1, 30).Select(i => bench.Change($"ITEM-{i}")));
        await bench.Done(well);

        bench.Receiver.At("/well").Should().HaveCount(30);
        bench.Receiver.At("/slow").Should().HaveCount(WebhookBench.Quick.Calls, "no more are under way to one receiver");
        over.SetResult(204);
        await bench.Hears("/slow", 30);
    }

    [Fact]
    public async Task One_that_says_it_is_gone_is_told_nothing_more_until_a_person_lets_it_go_on()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        bench.Receiver.Says = (_, _) => Task.FromResult(410);
        await bench.Change("LAMP");
        await Eventually.Holds(async () => (await bench.Look(webhook)).State == "disabled", TimeSpan.FromSeconds(30), "it is disabled");
        bench.Receiver.Says = (_, _) => Task.FromResult(204);
        await bench.Change("LAMP", 2);

        (await bench.Look(webhook)).Why.Should().Contain("410");
        bench.Receiver.All.Should().ContainSingle();
        (await Exceptions()).Should().ContainSingle(e => e.Cause == "webhooks.disabled" && e.Key == $"webhook/{webhook.Id}");

        (await bench.Host.Requests.Run(WebhookBench.Shop, new PauseWebhook(webhook.Id, IsPaused: false))).Value.State.Should().Be("active");
        await bench.Done(webhook);

        bench.Receiver.All.Select(h => h.Sequence).Should().Equal("1", "1", "2", "3");
        (await Exceptions()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_that_nothing_reaches_for_three_days_is_disabled_and_hears_everything_when_it_goes_on()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        bench.Receiver.Says = (_, _) => Task.FromResult(503);
        await bench.Change("LAMP");
        await bench.Hears("/a", 1);
        await Eventually.Holds(async () => (await bench.Look(webhook)).FailingSince is not null, TimeSpan.FromSeconds(30), "it is known to fail");

        await bench.Do("update integration.webhook_progress set failing_since = failing_since - interval '72 hours' where failing_since is not null");
        await Eventually.Holds(async () => (await bench.Look(webhook)).State == "disabled", TimeSpan.FromSeconds(30), "it is disabled");
        bench.Receiver.Says = (_, _) => Task.FromResult(204);
        await bench.Change("VASE", 2);
        await bench.Host.Requests.Run(WebhookBench.Shop, new PauseWebhook(webhook.Id, IsPaused: false));
        await bench.Done(webhook);

        bench.Receiver.All.Select(h => h.Id).Distinct().Should().HaveCount(3);
        (await bench.Look(webhook)).Should().Match<WebhookView>(w => w.State == "active" && w.Waiting == 0 && w.Dead == 0 && w.FailingSince == null);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_message_that_is_refused_for_good_is_a_dead_letter_its_key_goes_on_and_a_person_can_replay_it()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        var isOpen = false;
        bench.Receiver.Says = (heard, _) => Task.FromResult(heard.Sequence == "1" && !isOpen ? 400 : 204);

        await bench.Change("LAMP", 2);
        await bench.Done(webhook);

        bench.Receiver.All.Select(h => h.Sequence).Should().Equal([.. Enumerable.Repeat("1", 10), "2"]);
        var dead = (await bench.Log(webhook)).Single(d => d.Status == "dead");
        dead.Should().Match<WebhookDeliveryView>(d => d.Attempts == 10 && d.LastAnswer == 400 && d.Error!.Contains("400"));
        (await Exceptions()).Should().ContainSingle(e => e.Cause == "webhooks.dead-letter");

        isOpen = true;
        (await bench.Host.Requests.Run(WebhookBench.Shop, new ReplayWebhook(webhook.Id, dead.EventId, null, null, null, null))).Value.Count.Should().Be(1);
        await bench.Done(webhook);

        bench.Receiver.All[^1].Id.Should().Be(dead.EventId.ToString());
        (await bench.Look(webhook)).Dead.Should().Be(0);
    }

    [Fact]
    public async Task A_receiver_that_asks_for_time_gets_it()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        bench.Receiver.Says = (_, http) =>
        {
            http.Response.Headers.RetryAfter = "3600";
            return Task.FromResult(429);
        };

        await bench.Change("LAMP");
        await bench.Hears("/a", 1);
        await Eventually.Holds(async () => (await bench.Look(webhook)).FailingSince is not null, TimeSpan.FromSeconds(30), "the try is written down");
        await bench.Change("VASE");

        (await bench.One<bool>("select not_before > clock_timestamp() + interval '59 minutes' from integration.webhook_progress")).Should().BeTrue();
        (await bench.One<bool>("select due > clock_timestamp() + interval '59 minutes' from integration.webhook_deliveries where attempts = 1")).Should().BeTrue();
        bench.Receiver.All.Should().ContainSingle();
    }

    [Fact]
    public async Task Two_hosts_send_nothing_twice()
    {
        await bench.Another();
        var (webhook, _) = await bench.Register("/a", Items);

        await Task.WhenAll(Enumerable.Range(1, 40).Select(i => bench.Change($"ITEM-{i}", 3)));
        await bench.Done(webhook);

        bench.Receiver.All.Should().HaveCount(120).And.OnlyHaveUniqueItems(h => h.Id);
        bench.Receiver.All.GroupBy(h => h.Subject).Should().OnlyContain(g => g.Select(h => h.Sequence).SequenceEqual(new[] { "1", "2", "3" }));
    }

    [Theory]
    [InlineData(FaultPoint.AfterOutboundClaim, 1), InlineData(FaultPoint.AfterOutboundCall, 2)]
    public async Task What_a_host_died_over_is_sent_again_under_its_id(FaultPoint point, int times)
    {
        await using var quiet = await WebhookBench.StartAsync(WebhookBench.Asleep);
        var (webhook, _) = await quiet.Register("/a", Items);
        await quiet.Change("LAMP");
        await using (var child = ChildHost.Start(typeof(Customers).Assembly.Location, $"{point}:1", "serve", quiet.Database.AppConnectionString))
        {
            // Events are looked through below the oldest open transaction of the server, which other suites use, too.
            await child.Ends(TimeSpan.FromMinutes(2));
            child.Complaints.Should().Contain($"Fault point {point} was armed", "the point must be reached, or it proves nothing");
        }

        await quiet.Another();
        (await quiet.One<bool>("select leased > clock_timestamp() from integration.webhook_deliveries")).Should().BeTrue();
        quiet.Receiver.All.Should().HaveCount(times - 1, "nobody takes it before its lease ends");
        await quiet.Do("update integration.webhook_deliveries set leased = clock_timestamp()");
        await quiet.Done(webhook);

        quiet.Receiver.All.Should().HaveCount(times);
        quiet.Receiver.All.Select(h => h.Id).Distinct().Should().ContainSingle();
        (await quiet.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_commits_late_is_not_passed_by_and_what_follows_it_waits()
    {
        await using var quiet = await WebhookBench.StartAsync(WebhookBench.Asleep);
        var (webhook, _) = await quiet.Register("/a", Items);
        await quiet.Change("LAMP");
        await Looked(1);
        await using var late = new NpgsqlConnection(quiet.Database.OwnerConnectionString);
        await late.OpenAsync();
        await using var transaction = await late.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(
            """
            insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data)
            select gen_random_uuid(), type, occurred, actor, aggregate, revision + 1, key, data from platform.events where type = 'inventory.item-changed.v1'
            """, late, transaction))
        {
            await insert.ExecuteNonQueryAsync();
        }

        await quiet.Change("VASE");
        var hasLooked = await quiet.Host.Services.GetRequiredService<WebhookQueue>().LookOn(webhook.Id, [Items], default);
        var before = (await quiet.Log(webhook)).Count;
        await transaction.CommitAsync();
        await Looked(3);

        hasLooked.Should().BeFalse("there is nothing before the oldest transaction that is open");
        before.Should().Be(1, "a transaction that began later does not overtake one that is still open");

        // Transactions of other tests on this server, too, are waited for.
        Task Looked(int count) => Eventually.Holds(
            async () =>
            {
                await quiet.Host.Services.GetRequiredService<WebhookQueue>().LookOn(webhook.Id, [Items], default);
                return (await quiet.Log(webhook)).Count == count;
            },
            TimeSpan.FromSeconds(30), $"{count} are owed");
    }

    private async Task<IReadOnlyList<ExceptionView>> Exceptions() => (await bench.Host.Must(new ListExceptions(null, null, null, null, null, 100)));
}
