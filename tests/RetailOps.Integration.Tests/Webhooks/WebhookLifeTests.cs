using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>Who may have a webhook for what, and what its owner can do with it.</summary>
public sealed class WebhookLifeTests : IAsyncLifetime
{
    private const string Items = "inventory.item-changed.v1";

    private WebhookBench bench = null!;

    public async Task InitializeAsync() => bench = await WebhookBench.StartAsync();

    public async Task DisposeAsync() => await bench.DisposeAsync();

    [Fact]
    public async Task A_client_sees_and_changes_its_own_only_and_people_see_all()
    {
        var (mine, _) = await bench.Register("/a", Items);
        var other = WebhookBench.Shop with { Name = "other" };
        var person = new Caller.Person(Guid.NewGuid(), WebhookBench.Shop.Permissions);

        (await bench.Host.Requests.Run(other, new GetWebhook(mine.Id))).Refusal!.Code.Should().Be("webhooks.unknown");
        (await bench.Host.Requests.Run(other, new DeleteWebhook(mine.Id))).Refusal!.Code.Should().Be("webhooks.unknown");
        (await bench.Host.Requests.Run(other, new ListWebhookDeliveries(mine.Id, null, null, 10))).Refusal!.Code.Should().Be("webhooks.unknown");
        (await bench.Host.Requests.Run(other, new ListWebhooks(null, 10))).Value.Should().BeEmpty();
        (await bench.Host.Requests.Run(person, new ListWebhooks(null, 10))).Value.Should().ContainSingle(w => w.Id == mine.Id);
        (await bench.Host.Requests.Run(WebhookBench.Shop, new ListWebhooks(null, 10))).Value.Should().ContainSingle(w => w.Owner == "client:shop");
    }

    [Theory]
    [InlineData("webhooks.unknown-type", "orders.order-vanished.v1")]
    [InlineData("webhooks.unknown-type", "platform.signed-in.v1")]
    [InlineData("webhooks.unknown-type", "platform.*")]
    [InlineData("webhooks.unknown-type", "*")]
    [InlineData("webhooks.unknown-type", "orders.order-placed")]
    [InlineData("webhooks.unknown-type", "orders.customer-exported.v1")]
    [InlineData("webhooks.may-not-read", "returns.*")]
    [InlineData("webhooks.may-not-read", "integration.document-posted.v1")]
    public async Task What_does_not_exist_or_may_not_be_read_is_not_told(string code, string type) =>
        (await bench.Try(WebhookBench.Shop, "/a", [Items, type])).Refusal!.Code.Should().Be(code);

    [Fact]
    public async Task Who_is_bound_to_channels_hears_of_their_orders_only()
    {
        var bound = WebhookBench.Shop with { Channels = new HashSet<string> { "shop-a" } };
        (await bench.Try(bound, "/a", [Items])).Refusal!.Code.Should().Be("webhooks.not-of-a-channel");
        (await bench.Try(WebhookBench.Shop with { Nodes = new HashSet<string> { "DC-1" } }, "/a", [Items])).Refusal!.Code.Should().Be("webhooks.bound-to-nodes");
        var (webhook, _) = await bench.Register(bound, "/a", "orders.*", "inventory.order-allocated.v1");

        var theirs = (await bench.Host.Must(Shop.Order("A-1", ("LAMP", 1)) with { Channel = "shop-a" })).Id;
        await bench.Host.Must(Shop.Order("B-1", ("LAMP", 1)) with { Channel = "shop-b" });
        await bench.Host.Must(new CancelOrder(theirs, "Changed mind"));
        await bench.Done(webhook);

        webhook.Channels.Should().Equal("shop-a");
        bench.Receiver.All.Should().NotBeEmpty().And.OnlyContain(h => h.Subject == $"order/{theirs}");
        (await bench.Host.Broken()).Should().NotContain(b => b.StartsWith("I7", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("disabled = now()"), InlineData("deleted = now()"), InlineData("channels = array['shop-a']"), InlineData("nodes = array['DC-1']"), InlineData("may_ask = array['webhooks.manage']")]
    public async Task What_was_taken_from_a_client_is_taken_from_its_webhooks_until_it_is_given_back(string taken)
    {
        await bench.Do(
            """
            insert into platform.clients (id, name, title, kind, is_public, may_ask, return_to, after_sign_out, generation, revision, created, created_by)
            values (gen_random_uuid(), 'shop', 'Shop', 'system', false, array['webhooks.manage', 'items.read'], '{}', '{}', 0, 1, now(), 'test')
            """);
        var (webhook, _) = await bench.Register("/a", Items);
        await bench.Change("LAMP");
        await bench.Done(webhook);
        await bench.Do($"update platform.clients set {taken}");
        await bench.Change("LAMP");

        (await bench.Look(webhook)).State.Should().Be("stopped");
        (await bench.Host.Requests.Run(WebhookBench.Shop, new ReplayWebhook(webhook.Id, null, 0, null, null, null))).Refusal!.Code.Should().Be("webhooks.stopped");
        bench.Receiver.All.Should().ContainSingle();

        await bench.Do("update platform.clients set disabled = null, deleted = null, channels = null, nodes = null, may_ask = array['webhooks.manage', 'items.read']");
        await bench.Done(webhook);

        bench.Receiver.All.Select(h => h.Sequence).Should().Equal("1", "2");
    }

    [Fact]
    public async Task What_happens_while_it_is_paused_waits_and_a_second_pause_changes_nothing()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        await bench.Host.Requests.Run(WebhookBench.Shop, new PauseWebhook(webhook.Id, IsPaused: true));
        (await bench.Host.Requests.Run(WebhookBench.Shop, new PauseWebhook(webhook.Id, IsPaused: true))).Value.State.Should().Be("paused");
        await bench.Change("LAMP", 3);

        (await bench.Host.Requests.Run(WebhookBench.Shop, new TestWebhook(webhook.Id))).Refusal!.Code.Should().Be("webhooks.not-active");
        await bench.Host.Requests.Run(WebhookBench.Shop, new PauseWebhook(webhook.Id, IsPaused: false));
        await bench.Done(webhook);

        bench.Receiver.All.Select(h => h.Sequence).Should().Equal("1", "2", "3");
        (await bench.One<long>("select count(*) from platform.events where type = 'integration.webhook-turned.v1'")).Should().Be(2);
    }

    [Fact]
    public async Task For_a_day_both_secrets_sign_and_then_the_new_one_only()
    {
        var (webhook, first) = await bench.Register("/a", Items);
        var second = StandardWebhook.NewSecret();
        (await bench.Host.Requests.Run(WebhookBench.Shop, new RotateWebhookSecret(webhook.Id, bench.New(second)))).Value.PreviousSecretUntil.Should().BeAfter(TimeProvider.System.GetUtcNow().AddHours(23));
        await bench.Change("LAMP");
        await bench.Hears("/a", 1);
        await bench.Do("update integration.webhooks set previous_until = now()");
        await bench.Change("LAMP");
        await bench.Hears("/a", 2);

        (Verified(0, first), Verified(0, second)).Should().Be((true, true));
        (Verified(1, first), Verified(1, second)).Should().Be((false, true));
        (await bench.One<bool>("select bool_or(w::text like '%whsec_%') from integration.webhooks w")).Should().BeFalse("secrets lie encrypted");

        bool Verified(int nth, string secret)
        {
            var heard = bench.Receiver.All[nth];
            return InboundSignature.Verify(SignatureStyle.Standard, new(heard.Headers.GetValueOrDefault, _ => null, heard.Body), [secret], TimeProvider.System.GetUtcNow()) is null;
        }
    }

    [Fact]
    public async Task A_ping_is_a_message_like_every_other()
    {
        var (webhook, _) = await bench.Register("/a", Items);

        var ping = (await bench.Host.Requests.Run(WebhookBench.Shop, new TestWebhook(webhook.Id))).Value;
        await bench.Done(webhook);

        bench.Receiver.All.Should().ContainSingle(h => h.Id == ping.EventId.ToString() && h.Type == "retailops.webhooks.ping.v1" && h.Subject == $"webhook/{webhook.Id}");
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_range_of_the_log_and_what_was_before_its_time_can_be_sent_again()
    {
        await bench.Change("OLD", 2);
        var (webhook, _) = await bench.Register("/a", Items);
        await bench.Change("LAMP", 4);
        await bench.Done(webhook);
        var log = (await bench.Log(webhook)).Reverse().ToList();
        log.Should().HaveCount(4);

        var some = await Replay(new(webhook.Id, null, Sequence(log[1]), Sequence(log[2]), null, null));
        await bench.Done(webhook);
        var all = await Replay(new(webhook.Id, null, null, null, DateTimeOffset.UnixEpoch, null));
        await bench.Done(webhook);
        var none = await bench.Host.Requests.Run(WebhookBench.Shop, new ReplayWebhook(webhook.Id, Guid.NewGuid(), null, null, null, null));

        some.Should().Be(new ReplayedWebhook(2, null));
        bench.Receiver.All.Skip(4).Take(2).Select(h => h.Id).Should().Equal(log[1].EventId.ToString(), log[2].EventId.ToString());
        all.Count.Should().Be(6);
        bench.Receiver.All.Skip(6).GroupBy(h => h.Subject).Should().HaveCount(2).And.OnlyContain(g => g.Select(h => h.Sequence).SequenceEqual(g.Select(h => h.Sequence).Order()));
        none.Refusal!.Code.Should().Be("webhooks.event-unknown");

        async Task<ReplayedWebhook> Replay(ReplayWebhook wanted) => (await bench.Host.Requests.Run(WebhookBench.Shop, wanted)).Value;
        static long Sequence(WebhookDeliveryView d) => long.Parse(d.Sequence, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_deleted_one_leaves_nothing_and_is_told_nothing()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        await bench.Change("LAMP");
        await bench.Done(webhook);

        (await bench.Host.Requests.Run(WebhookBench.Shop, new DeleteWebhook(webhook.Id))).IsSuccess.Should().BeTrue();
        (await bench.Host.Requests.Run(WebhookBench.Shop, new DeleteWebhook(webhook.Id))).Refusal!.Code.Should().Be("webhooks.unknown");
        var (other, _) = await bench.Register("/b", Items);
        await bench.Change("LAMP");
        await bench.Done(other);

        bench.Receiver.At("/a").Should().ContainSingle();
        bench.Receiver.At("/b").Should().ContainSingle();
        (await bench.One<long>("select count(*) from integration.webhook_deliveries")).Should().Be(1);
        (await bench.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_log_keeps_what_arrived_for_a_week_and_what_did_not_for_four()
    {
        var (webhook, _) = await bench.Register("/a", Items);
        bench.Receiver.Says = (heard, _) => Task.FromResult(heard.Sequence == "1" ? 400 : 204);
        await bench.Change("LAMP", 2);
        await bench.Done(webhook);
        await bench.Do("update integration.webhook_deliveries set done = done - interval '8 days'");

        await bench.Do("select integration.retire_webhook_deliveries(interval '7 days')");
        (await bench.Log(webhook)).Should().ContainSingle(d => d.Status == "dead");
        await bench.Do("update integration.webhook_deliveries set done = done - interval '21 days'");
        await bench.Do("select integration.retire_webhook_deliveries(interval '7 days')");

        (await bench.Log(webhook)).Should().BeEmpty();
    }
}
