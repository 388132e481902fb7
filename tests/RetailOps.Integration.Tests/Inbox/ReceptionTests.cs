using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>What is let in, and that all of it is kept.</summary>
public sealed class ReceptionTests(InboxHost host) : IClassFixture<InboxHost>
{
    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Nobody_gets_in_without_the_signature_and_nothing_of_him_is_kept()
    {
        var before = await host.One<long>("select count(*) from integration.inbox");
        await host.Must(new CreateSource("off", "shopify", "off", null, false, host.Services.GetRequired<InboxBoxes>().Seal("hush-hush-hush")));
        var body = Encoding.UTF8.GetBytes(Samples.ShopifyOrder(201).ToJsonString());

        var answers = new[]
        {
            await host.Shopify("orders/create", body, secret: "another-secret"),
            await host.Post("/api/v1/channels/shop/orders/create", body),
            await host.Post("/api/v1/channels/nobody/orders/create", body),
            await host.Post("/api/v1/channels/off/orders/create", body, ("X-Shopify-Hmac-SHA256", Sign(body))),
            await host.Post("/api/v1/carriers/shop/events", body, ("X-Shopify-Hmac-SHA256", Sign(body))),
            await host.Stripe(Samples.StripeRefund("re_2", "succeeded", 1, "gbp", Now), old: TimeSpan.FromMinutes(6)),
            await host.Shippo(Samples.Shippo("X", "TRANSIT", Now), token: "wrong-token"),
            await host.Post("/api/v1/integrations/events?source=shop", body, ("X-Shopify-Hmac-SHA256", Sign(body))),
        };

        answers[..7].Should().OnlyContain(a => a == HttpStatusCode.Unauthorized);
        answers[7].Should().Be(HttpStatusCode.Forbidden, "this machine is trusted in tests, and is a client without a source");
        (await host.One<long>("select count(*) from integration.inbox")).Should().Be(before);
    }

    [Fact]
    public async Task Whatever_is_signed_is_kept_byte_for_byte_however_broken_it_is_and_its_state_says_what_is_wrong()
    {
        var deep = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[", 5_000)) + string.Concat(Enumerable.Repeat("]", 5_000)));
        var bodies = new Dictionary<string, byte[]>
        {
            ["not-json"] = "{\"id\": 1, oops"u8.ToArray(),
            ["empty"] = [],
            ["deep"] = deep,
            ["bytes"] = [0xFF, 0xFE, 0x00, 0x01],
            ["text"] = "\"just a text\""u8.ToArray(),
        };
        foreach (var (name, body) in bodies)
        {
            (await host.Shopify("orders/create", body, "broken-" + name)).Should().Be(HttpStatusCode.NoContent);
        }

        await host.Quiet();

        foreach (var (name, body) in bodies)
        {
            var message = (await host.Must(new ListMessages("failed", "shop", null, null, 501))).Where(m => m.Size == body.Length && m.Code == "integration.unreadable").Should().NotBeEmpty("{0} is listed", name).And.Subject.First();
            var payload = await host.Must(new ReadMessage(message.Id));
            (payload.IsBase64 ? Convert.FromBase64String(payload.Body) : Encoding.UTF8.GetBytes(payload.Body)).Should().Equal(body);
            message.Reason.Should().NotContain("oops", "reasons do not quote what was sent");
        }
    }

    [Fact]
    public async Task Characters_that_no_table_keeps_are_left_out_of_what_is_made_and_stay_in_what_was_sent()
    {
        var order = Samples.ShopifyOrder(203);
        order["shipping_address"]!["name"] = "Gra\0ce";
        var half = order.ToJsonString().Replace("Leeds", "Le\\ud83deds", StringComparison.Ordinal);
        await host.Shopify("orders/create", Encoding.UTF8.GetBytes(half));
        await host.Quiet();

        var message = await host.Message("order/web/203");
        message.State.Should().Be("mapped", message.Reason);
        var placed = (await host.Must(new Orders.ListOrders(null, 1, "web", "203"))).Single();
        (await host.Must(new Orders.ExportCustomer(null, null, placed.Id, null, null, 1))).Single().Name.Should().Be("Grace");
        (await host.Must(new ReadMessage(message.Id))).Body.Should().Be(half);
    }

    [Fact]
    public async Task Five_megabytes_are_taken_and_a_byte_more_is_not()
    {
        var order = Samples.ShopifyOrder(204).ToJsonString();
        var most = Encoding.UTF8.GetBytes(order + new string(' ', (5 * 1024 * 1024) - Encoding.UTF8.GetByteCount(order)));

        var taken = await host.Shopify("orders/create", most);
        var refused = await host.Shopify("orders/create", [.. most, (byte)' ']);
        await host.Quiet();

        taken.Should().Be(HttpStatusCode.NoContent);
        refused.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await host.Message("order/web/204")).Should().BeEquivalentTo(new { State = "mapped", Size = most.Length });
    }

    [Fact]
    public async Task Cloud_events_come_alone_in_both_forms_and_in_batches_and_each_counts_once()
    {
        var count = await host.One<int>("select coalesce(sum(on_hand), 0)::int from inventory.positions p join inventory.items i on i.id = p.item_id where i.sku = 'LAMP'");
        var one = Event("a-1", -1);
        await host.Signed("wms", one.ToJsonString());
        await host.Signed("wms", one["data"]!.ToJsonString(), "application/json", null, ("ce-id", "a-2"), ("ce-source", "/wms"), ("ce-type", "retailops.stock.adjusted.v1"), ("ce-specversion", "1.0"), ("ce-time", Samples.At(Now)));
        var batch = new JsonArray(Event("a-1", -1), Event("a-3", -1), Event("a-3", -1), Event("a-4", 0), new JsonObject { ["id"] = "a-5" });
        var answer = await host.Signed("wms", batch.ToJsonString(), "application/cloudevents-batch+json");
        await host.Quiet();

        answer.Should().Be(HttpStatusCode.NoContent);
        (await host.One<int>("select coalesce(sum(on_hand), 0)::int from inventory.positions p join inventory.items i on i.id = p.item_id where i.sku = 'LAMP'")).Should().Be(count - 3);
        var messages = (await host.Must(new ListMessages(null, "wms", null, null, 501))).Where(m => m.Delivery.Contains("a-", StringComparison.Ordinal) || m.State == "failed").ToList();
        messages.Where(m => m.State == "mapped").Select(m => m.Delivery).Should().BeEquivalentTo("/wms a-1", "/wms a-2", "/wms a-3");
        messages.Where(m => m.State == "failed").Select(m => m.Code).Should().BeEquivalentTo("request.invalid", "integration.unreadable");
        messages.Single(m => m.Delivery == "/wms a-1").Repeats.Should().Be(1);
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_client_with_a_token_is_the_source_of_its_own_name()
    {
        var body = Encoding.UTF8.GetBytes(Event("token-1", -1).ToJsonString());
        var before = await host.Post("/api/v1/integrations/events", body);
        await host.Source("cli", "cloudevents");
        var sent = await host.Post("/api/v1/integrations/events", body);
        var asAnother = await host.Post("/api/v1/integrations/events?source=wms", body);
        await host.Quiet();

        (before, sent, asAnother).Should().Be((HttpStatusCode.Forbidden, HttpStatusCode.NoContent, HttpStatusCode.Forbidden));
        (await host.Must(new ListMessages("mapped", "cli", null, null, 10))).Should().ContainSingle();
    }

    [Fact]
    public async Task A_source_that_sends_more_than_its_share_is_told_to_wait_and_others_are_not()
    {
        var services = host.Services;
        await host.Source("storm", "shopify", "storm");
        using var reception = new Reception(
            services.GetRequired<SourceBook>(), services.GetRequired<InboxBoxes>(), services.GetRequired<InboxTable>(), services.GetRequired<InboxBell>(), services.GetRequired<InboundMappings>(), services.GetRequired<Callers>(),
            new InboxOptions { PerSecond = 1, Burst = 2 }, TimeProvider.System, NullLogger<Reception>.Instance);
        async Task<(int? Status, string After)> Sent(string source)
        {
            var body = "{\"test\":true}"u8.ToArray();
            var http = new DefaultHttpContext { Request = { Body = new MemoryStream(body), ContentLength = body.Length, Headers = { ["X-Shopify-Hmac-SHA256"] = Sign(body) } } };
            var answer = await reception.Take(SourceRoles.Channel, source, "x", http);
            return (((IStatusCodeHttpResult)answer.Result).StatusCode, http.Response.Headers.RetryAfter.ToString());
        }

        var storm = new[] { await Sent("storm"), await Sent("storm"), await Sent("storm") };
        var other = await Sent("shop");

        storm.Select(s => s.Status).Should().Equal(204, 204, 429);
        storm[2].After.Should().NotBeEmpty();
        other.Status.Should().Be(204);
    }

    [Fact]
    public async Task A_source_is_made_its_secret_shown_once_exchanged_and_the_one_before_lives_until_it_ends()
    {
        var made = await host.Call(HttpMethod.Post, "integrations/sources", new { name = "second", adapter = "shopify", channel = "second" });
        var again = await host.Call(HttpMethod.Post, "integrations/sources", new { name = "second", adapter = "shopify", channel = "second" });
        var vague = await host.Call(HttpMethod.Post, "integrations/sources", new { name = "third", adapter = "shopify" });
        var weak = await host.Call(HttpMethod.Post, "integrations/sources", new { name = "third", adapter = "cloudevents", secret = "not-of-that-style" });
        var first = made.Answer.GetProperty("secret").GetString()!;
        var given = await host.Call(HttpMethod.Post, "integrations/sources/second:rotate-secret", new { secret = "of-the-sender" });
        async Task<HttpStatusCode> Sent(string secret)
        {
            var body = Encoding.UTF8.GetBytes("{\"id\":1,\"test\":true}");
            return await host.Post("/api/v1/channels/second/orders/create", body, ("X-Shopify-Hmac-SHA256", Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body))));
        }

        var both = new[] { await Sent(first), await Sent("of-the-sender") };
        await host.Call(HttpMethod.Post, "integrations/sources/second:rotate-secret", new { secret = "and-another", endOthers = true });
        var ended = new[] { await Sent(first), await Sent("of-the-sender"), await Sent("and-another") };

        made.Status.Should().Be(HttpStatusCode.Created);
        made.Answer.GetProperty("source").GetProperty("sendsTo").GetString().Should().Be("/api/v1/channels/second/{topic}");
        again.Answer.GetProperty("code").GetString().Should().Be("integration.source-exists");
        vague.Answer.GetProperty("code").GetString().Should().Be("integration.source-terms");
        weak.Answer.GetProperty("errors")[0].GetProperty("code").GetString().Should().Be("integration.secret");
        given.Answer.GetProperty("secret").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null, "who gave it knows it");
        both.Should().Equal(HttpStatusCode.NoContent, HttpStatusCode.NoContent);
        ended.Should().Equal(HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized, HttpStatusCode.NoContent);
        (await host.One<long>("select count(*) from integration.sources where secrets::text like '%of-the-sender%' or secrets::text like '%' || $1 || '%'", first)).Should().Be(0);
        (await host.Call(HttpMethod.Put, "integrations/sources/second", new { channel = "second", enabled = false }, "\"1\"")).Status.Should().Be(HttpStatusCode.PreconditionFailed);
        (await host.Call(HttpMethod.Put, "integrations/sources/second", new { channel = "second", enabled = false }, "\"3\"")).Status.Should().Be(HttpStatusCode.OK);
        (await Sent("and-another")).Should().Be(HttpStatusCode.Unauthorized, "it is switched off");
        (await host.Call(HttpMethod.Get, "integrations/sources")).Answer.GetProperty("items").GetArrayLength().Should().BeGreaterThan(5);
    }

    private static JsonObject Event(string id, int quantity) => new()
    {
        ["specversion"] = "1.0",
        ["id"] = id,
        ["source"] = "/wms",
        ["type"] = "retailops.stock.adjusted.v1",
        ["time"] = Samples.At(Now),
        ["data"] = new JsonObject { ["sku"] = "LAMP", ["quantity"] = quantity, ["reason"] = "broken" },
    };

    private static string Sign(byte[] body) => Convert.ToBase64String(System.Security.Cryptography.HMACSHA256.HashData("hush-hush-hush"u8, body));
}

internal static class ServicesOfHost
{
    public static T GetRequired<T>(this IServiceProvider services)
        where T : notnull => (T)services.GetService(typeof(T))!;
}
