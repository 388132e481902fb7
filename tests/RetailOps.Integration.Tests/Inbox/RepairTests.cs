using System.Net;

using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>What people do with messages, and what becomes of payloads in the end.</summary>
public sealed class RepairTests(InboxHost host) : IClassFixture<InboxHost>
{
    [Fact]
    public async Task A_message_that_cannot_be_mapped_keeps_its_key_waiting_until_it_is_discarded()
    {
        var broken = Samples.ShopifyOrder(501);
        broken["line_items"]![0]!["sku"] = "NOWHERE";
        await host.Shopify("orders/create", broken);
        await host.Shopify("orders/updated", Samples.ShopifyOrder(501, Samples.Noon.AddMinutes(1)));
        await host.Quiet();
        var before = await host.Must(new ListMessages(null, "shop", "order/web/501", null, 10));

        var discarded = await host.Call(HttpMethod.Post, $"integrations/inbox/{before[0].Id}:discard", new { reason = "The update has the right item." });
        var twice = await host.Call(HttpMethod.Post, $"integrations/inbox/{before[0].Id}:discard", new { reason = "The update has the right item." });
        var other = await host.Call(HttpMethod.Post, $"integrations/inbox/{before[0].Id}:discard", new { reason = "Another reason." });
        await host.Quiet();

        before.Select(m => m.State).Should().Equal("failed", "received");
        discarded.Status.Should().Be(HttpStatusCode.OK);
        twice.Answer.GetRawText().Should().Contain("discarded");
        other.Answer.GetProperty("code").GetString().Should().Be("integration.message-decided");
        (await host.Must(new ListMessages(null, "shop", "order/web/501", null, 10))).Select(m => m.State).Should().Equal("discarded", "mapped");
    }

    [Fact]
    public async Task A_message_whose_every_try_ends_with_the_process_is_given_up_and_put_before_a_person()
    {
        await host.Shopify("orders/create", Samples.ShopifyOrder(502));
        await host.Quiet();
        var message = await host.Message("order/web/502");
        await host.Do("update integration.inbox set state = 'received', decided_at = null, attempts = 5, made = '{}', due = clock_timestamp() where id = $1", message.Id);
        await host.Quiet();

        var after = await host.Message("order/web/502");
        (after.State, after.Code).Should().Be(("failed", "integration.mapping-broke"));
        (await host.Must(new ListExceptions(null, TakeMessageHandler.Failed, null, $"message/{message.Id}", null, 10))).Should().ContainSingle().Which.Severity.Should().Be("high");
        await host.Must(new MapMessage(message.Id));
        await host.Quiet();
        (await host.Message("order/web/502")).State.Should().Be("mapped");
    }

    [Fact]
    public async Task What_breaks_each_try_is_failed_after_five_and_goes_through_once_it_is_mended()
    {
        await host.Do(
            """
            create function orders.break_520() returns trigger language plpgsql as $$ begin if new.external_id = '520' then raise exception 'out of order'; end if; return new; end $$;
            create trigger break_520 before insert on orders.orders for each row execute function orders.break_520();
            """);
        await host.Shopify("orders/create", Samples.ShopifyOrder(520));
        await host.Shopify("orders/updated", Samples.ShopifyOrder(520, Samples.Noon.AddMinutes(1)));
        await host.Shopify("orders/create", Samples.ShopifyOrder(521));
        await Testing.Eventually.Holds(
            async () =>
            {
                // The pauses between the tries are not what is looked at here.
                await host.Do("update integration.inbox set due = clock_timestamp() where key = 'order/web/520' and state = 'received' and due < clock_timestamp() + interval '20 s'");
                return (await host.Must(new ListMessages("failed", "shop", "order/web/520", null, 10))).Count == 1;
            }, TimeSpan.FromSeconds(60), "it is given up");
        var failed = await host.Must(new ListMessages(null, "shop", "order/web/520", null, 10));
        var other = await host.Message("order/web/521");
        await host.Do("drop trigger break_520 on orders.orders");
        await host.Must(new MapMessage(failed[0].Id));
        await host.Quiet();

        failed.Select(m => (m.State, m.Attempts)).Should().Equal(("failed", 5), ("received", 0));
        failed[0].Reason.Should().NotContain("out of order", "what the machine says stands in the log");
        other.State.Should().Be("mapped", "other keys flow");
        (await host.Must(new ListMessages(null, "shop", "order/web/520", null, 10))).Select(m => m.State).Should().Equal("mapped", "mapped");
    }

    [Fact]
    public async Task What_a_message_says_is_sealed_read_with_a_permission_and_that_is_recorded()
    {
        await host.Shopify("orders/create", Samples.ShopifyOrder(503));
        await host.Quiet();
        var message = await host.Message("order/web/503");
        var runner = host.Services.GetRequiredService<RequestRunner>();
        var auditor = new Caller.Person(Guid.NewGuid(), Permissions.Of([Roles.Auditor]));

        var refused = await runner.Run(auditor, new ReadMessage(message.Id));
        var read = await host.Call(HttpMethod.Get, $"integrations/inbox/{message.Id}/payload");

        refused.Refusal!.Code.Should().Be("security.forbidden");
        read.Answer.GetProperty("body").GetString().Should().Contain("Grace Hopper");
        read.Answer.GetProperty("headers").EnumerateObject().Select(h => h.Name).Should().BeEquivalentTo("content-type", "x-shopify-topic", "x-shopify-webhook-id");
        (await host.One<long>("select count(*) from platform.events where type = 'integration.message-read.v1' and data->>'messageId' = $1", message.Id.ToString())).Should().Be(1);
        (await host.One<long>("select count(*) from integration.inbox m where position('Hopper'::bytea in m.payload) > 0 or m::text like '%Hopper%'")).Should().Be(0);
    }

    [Fact]
    public async Task With_the_customer_goes_what_messages_said_of_the_order_whatever_their_state()
    {
        await host.Shopify("orders/create", Samples.ShopifyOrder(504));
        await host.Shopify("orders/create", Samples.ShopifyOrder(505));
        await host.Quiet();
        var order = (await host.Must(new ListOrders(null, 1, "web", "504"))).Single();
        var cancelled = Samples.ShopifyOrder(504, Samples.Noon.AddMinutes(1));
        cancelled["cancelled_at"] = Samples.At(Samples.Noon);
        await host.Shopify("orders/cancelled", cancelled);
        await host.Shopify("orders/updated", Samples.ShopifyOrder(504, TimeProvider.System.GetUtcNow().AddDays(-40)));
        await host.Quiet();
        var before = await host.Must(new ListMessages(null, "shop", "order/web/504", null, 10));

        (await host.Send(new EraseCustomer(null, null, order.Id))).IsSuccess.Should().BeTrue();
        await host.Quiet();

        before.Select(m => m.State).Should().Equal("mapped", "mapped", "quarantined");
        before.Should().OnlyContain(m => m.HasPayload);
        var after = await host.Must(new ListMessages(null, "shop", "order/web/504", null, 10));
        after.Should().OnlyContain(m => !m.HasPayload);
        after.Select(m => (m.State, m.Code)).Should().Equal(("mapped", null), ("mapped", null), ("discarded", "integration.customer-erased"));
        (await host.Send(new ReadMessage(after[0].Id))).Refusal!.Code.Should().Be("integration.message-emptied");
        (await host.Message("order/web/505")).HasPayload.Should().BeTrue("others stay");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task What_is_over_is_emptied_after_thirty_days_and_what_waits_for_a_person_is_not()
    {
        await host.Shopify("orders/create", Samples.ShopifyOrder(506));
        await host.Shopify("orders/create", "no json"u8.ToArray(), "old-and-broken");
        await host.Quiet();
        var broken = (await host.Must(new ListMessages("failed", "shop", null, null, 501))).Single(m => m.Size == 7);
        await host.Do("update integration.inbox set recorded = recorded - interval '29 days'");
        var young = await host.One<long>(InboxRetention.Function.Sql.Replace("select 'payloads of the inbox', count(*)", "select count(*)", StringComparison.Ordinal), TimeSpan.FromDays(7));
        await host.Do("update integration.inbox set recorded = recorded - interval '2 days' where key = 'order/web/506' or id = $1", broken.Id);

        var old = await host.One<long>(InboxRetention.Function.Sql.Replace("select 'payloads of the inbox', count(*)", "select count(*)", StringComparison.Ordinal), TimeSpan.FromDays(7));

        (young, old).Should().Be((0, 1));
        (await host.Message("order/web/506")).HasPayload.Should().BeFalse();
        (await host.Must(new GetMessage(broken.Id))).HasPayload.Should().BeTrue();
    }

    [Fact]
    public async Task Nothing_is_lost_whatever_comes_in_whatever_order()
    {
        var before = await host.One<long>("select count(*) from integration.inbox");
        var random = new Random(7);
        var sent = 0;
        foreach (var chunk in Enumerable.Range(0, 60).OrderBy(_ => random.Next()).Chunk(8))
        {
            await Task.WhenAll(chunk.Select(i => (i % 6) switch
            {
                0 => host.Shopify("orders/create", Samples.ShopifyOrder(5_000 + (i / 6))),
                1 => host.Shopify("orders/updated", Samples.ShopifyOrder(5_000 + (i / 6), Samples.Noon.AddMinutes(3))),
                2 => host.Shopify("orders/cancelled", Samples.ShopifyOrder(5_000 + (i / 6), Samples.Noon.AddMinutes(2))),
                3 => host.EasyPost(Samples.EasyPost("NL-" + (i / 6), "in_transit", Samples.Noon)),
                4 => host.Stripe(Samples.StripeRefund("re_" + i, "sideways", i, "xxx", Samples.Noon)),
                _ => host.Shopify("something/new", System.Text.Encoding.UTF8.GetBytes($"[{i}]")),
            }));
            sent += chunk.Length;
        }

        await host.Quiet();

        (await host.One<long>("select count(*) from integration.inbox")).Should().Be(before + sent);
        (await host.One<long>("select count(*) from integration.inbox where state = 'received'")).Should().Be(0);
        (await host.Must(new ListOrders(null, 501, "web"))).Count(o => o.ExternalId.StartsWith("50", StringComparison.Ordinal) && o.ExternalId.Length == 4).Should().Be(10, "each order is there once, whatever came first");
        (await host.Broken()).Should().BeEmpty();
    }
}
