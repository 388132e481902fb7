using System.Net;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

/// <summary>A channel that speaks Shopify's: over HTTP with its signature, into orders.</summary>
public sealed class ShopifyTests(InboxHost host) : IClassFixture<InboxHost>
{
    [Fact]
    public async Task An_order_of_the_channel_is_placed_to_the_penny()
    {
        var sent = await host.Shopify("orders/create", Samples.ShopifyOrder(101));
        await host.Quiet();

        var message = await host.Message("order/web/101");
        var order = (await host.Must(new ListOrders(null, 1, "web", "101"))).Single();
        sent.Should().Be(HttpStatusCode.NoContent);
        message.State.Should().Be("mapped");
        message.Made.Should().Equal($"placed order/{order.Id}");
        message.ReadBy.Should().Be("shopify:1");
        order.Total.Should().Be(new Money(3150, "GBP"));
        order.CustomerId.Should().Be("207119551");
        order.Lines.Single().Should().BeEquivalentTo(new { Sku = new Sku("LAMP"), Ordered = 2, UnitPrice = new Money(1250, "GBP"), Amount = new Money(2650, "GBP") });
        order.Charges.Single().Should().Be(new NewCharge("shipping", new(500, "GBP"), new(0, "GBP"), "Standard"));
        order.Payments.Single().Should().BeEquivalentTo(new { Tender = "shopify_payments", Captured = new Money(3150, "GBP") });
        var buyer = (await host.Must(new ExportCustomer(null, null, order.Id, null, null, 1))).Single();
        (buyer.Name, buyer.Email).Should().Be(("Grace Hopper", "grace@example.org"));
        buyer.ShipTo.Should().Be("Grace Hopper\n2 Bridge Street\nAB1 2CD Leeds\nUnited Kingdom");
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task Numbers_as_texts_missing_members_and_prices_that_hold_the_tax_make_the_same_order()
    {
        var order = Samples.ShopifyOrder(102);
        order["id"] = "102";
        order["taxes_included"] = true;
        order["total_price"] = 27.5;
        var line = order["line_items"]![0]!.AsObject();
        line["quantity"] = "2";
        line["price"] = 12.5;
        line.Remove("current_quantity");
        line.Remove("discount_allocations");
        line["total_discount"] = "2.50";
        line["sku"] = "";
        foreach (var gone in (string[])["email", "customer", "shipping_address", "payment_gateway_names", "financial_status", "cancelled_at", "test"])
        {
            order.Remove(gone);
        }

        await host.Must(new Inventory.PutItem(new("SHOPIFY-VARIANT-39072856"), "A lamp", "each"));
        await host.Shopify("orders/create", order);
        await host.Quiet();

        var placed = (await host.Must(new ListOrders(null, 1, "web", "102"))).Single();
        placed.Total.Should().Be(new Money(2750, "GBP"), "the line comes to 25.00 less 2.50, tax in it, and 5.00 of shipping");
        placed.Lines.Single().Sku.Value.Should().Be("SHOPIFY-VARIANT-39072856");
        placed.CustomerId.Should().BeNull();
        placed.Payments.Single().Tender.Should().Be("account");
    }

    [Fact]
    public async Task What_is_sent_twice_has_its_effect_once_and_is_counted()
    {
        var order = Samples.ShopifyOrder(103);
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => host.Shopify("orders/create", order.DeepClone(), "delivery-103")));
        await host.Quiet();
        var other = await host.Shopify("orders/create", order, "delivery-103-anew");
        await host.Quiet();

        answers.Append(other).Should().OnlyContain(a => a == HttpStatusCode.NoContent);
        var messages = await host.Must(new ListMessages(null, "shop", "order/web/103", null, 501));
        messages.Select(m => (m.Delivery, m.State, m.Repeats)).Should().Equal(("delivery-103", "mapped", 5), ("delivery-103-anew", "mapped", 0));
        messages[1].Made.Single().Should().StartWith("found order/");
        (await host.Must(new ListOrders(null, 10, "web", "103"))).Should().ContainSingle();
        (await host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task An_update_before_its_create_places_the_order_and_the_create_is_late()
    {
        await host.Shopify("orders/updated", Samples.ShopifyOrder(104, Samples.Noon.AddMinutes(5)));
        await host.Quiet();
        await host.Shopify("orders/create", Samples.ShopifyOrder(104));
        await host.Quiet();

        var messages = await host.Must(new ListMessages(null, "shop", "order/web/104", null, 501));
        messages.Select(m => (m.Topic, m.State, m.Code)).Should().Equal(("orders/updated", "mapped", null), ("orders/create", "late", "integration.older"));
        (await host.Must(new ListOrders(null, 10, "web", "104"))).Should().ContainSingle();
    }

    [Fact]
    public async Task A_change_that_no_module_takes_over_is_parked_and_says_so()
    {
        var order = Samples.ShopifyOrder(105);
        await host.Shopify("orders/create", order);
        await host.Quiet();
        var changed = Samples.ShopifyOrder(105, Samples.Noon.AddHours(1));
        changed["shipping_address"]!["address1"] = "3 Bridge Street";
        await host.Shopify("orders/updated", changed);
        var same = Samples.ShopifyOrder(105, Samples.Noon.AddHours(2));
        same["tags"] = "vip";
        await host.Shopify("orders/updated", same);
        await host.Quiet();

        var messages = await host.Must(new ListMessages(null, "shop", "order/web/105", null, 501));
        messages.Select(m => (m.State, m.Code)).Should().Equal(("mapped", null), ("parked", "integration.edited-elsewhere"), ("mapped", null));
    }

    [Fact]
    public async Task A_cancellation_waits_for_its_order_and_then_cancels_it()
    {
        var order = Samples.ShopifyOrder(106, Samples.Noon.AddHours(1));
        order["cancelled_at"] = Samples.At(Samples.Noon.AddHours(1));
        order["cancel_reason"] = "customer";
        await host.Shopify("orders/cancelled", order);
        await host.Quiet();
        var early = await host.Message("order/web/106");
        await host.Must(new PlaceOrder("web", "106", null, "GBP", [new(new("LAMP"), 1, new(100, "GBP"))]));
        await host.Must(new MapMessage(early.Id));
        await host.Quiet();

        early.State.Should().Be("unmatched");
        early.Code.Should().Be("integration.order-not-there");
        var late = await host.Message("order/web/106");
        var cancelled = (await host.Must(new ListOrders(null, 1, "web", "106"))).Single();
        late.State.Should().Be("mapped");
        late.Made.Should().Equal($"cancelled order/{cancelled.Id}");
        cancelled.Status.Should().Be("cancelled");
    }

    [Fact]
    public async Task A_cancellation_that_came_first_is_done_as_soon_as_its_order_comes_however_long_it_would_wait()
    {
        var cancelled = Samples.ShopifyOrder(113, Samples.Noon.AddHours(1));
        cancelled["cancelled_at"] = Samples.At(Samples.Noon.AddHours(1));
        await host.Shopify("orders/cancelled", cancelled);
        await host.Quiet();
        await host.Do("update integration.inbox set due = clock_timestamp() + interval '1 day' where key = 'order/web/113'");

        await host.Shopify("orders/create", Samples.ShopifyOrder(113));
        await Testing.Eventually.Holds(
            async () => (await host.Must(new ListMessages("mapped", "shop", "order/web/113", null, 10))).Count == 2, TimeSpan.FromSeconds(30), "both are mapped");

        (await host.Must(new ListOrders(null, 1, "web", "113"))).Single().Status.Should().Be("cancelled");
    }

    [Fact]
    public async Task What_has_left_is_not_cancelled_and_a_person_is_told()
    {
        var shipped = await host.Shipped("107", "RM107");
        var order = Samples.ShopifyOrder(107, Samples.Noon.AddHours(1));
        order["cancelled_at"] = Samples.At(Samples.Noon.AddHours(1));
        await host.Shopify("orders/cancelled", order);
        await host.Quiet();

        var message = await host.Message("order/web/107");
        (message.State, message.Code).Should().Be(("parked", "integration.cancelled-too-late"));
        (await host.Must(new ListExceptions(null, "integration.cancelled-too-late", null, OrderKey.Of(shipped.OrderId), null, 10))).Should().ContainSingle().Which.Severity.Should().Be("high");
    }

    [Fact]
    public async Task A_refund_of_the_channel_is_parked_with_its_money_before_a_person()
    {
        var order = (await host.Must(new PlaceOrder("web", "108", null, "JPY", [new(new("LAMP"), 1, new(3_000, "JPY"))]))).Id;
        await host.Shopify("refunds/create", new JsonObject
        {
            ["id"] = 509562969,
            ["order_id"] = 108,
            ["processed_at"] = Samples.At(Samples.Noon),
            ["refund_line_items"] = new JsonArray(new JsonObject { ["line_item_id"] = 1, ["quantity"] = 1, ["restock_type"] = "something_new" }),
            ["transactions"] = new JsonArray(new JsonObject { ["kind"] = "refund", ["status"] = "success", ["amount"] = "1200", ["currency"] = "JPY" }, new JsonObject { ["kind"] = "refund", ["status"] = "failure", ["amount"] = "5", ["currency"] = "JPY" }),
        });
        await host.Quiet();

        (await host.Message("order/web/108")).Should().BeEquivalentTo(new { State = "parked", Code = "integration.refund-elsewhere" });
        (await host.Must(new ListExceptions(null, "integration.refund-elsewhere", null, OrderKey.Of(order), null, 10))).Should().ContainSingle().Which.AtStake.Should().Be(new Money(1200, "JPY"));
    }

    [Fact]
    public async Task A_test_is_never_an_order()
    {
        var order = Samples.ShopifyOrder(109);
        order["test"] = true;
        await host.Shopify("orders/create", order);
        await host.Quiet();

        (await host.Message("order/web/109")).Should().BeEquivalentTo(new { State = "parked", Code = "integration.test-order" });
        (await host.Must(new ListOrders(null, 10, "web", "109"))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_total_that_its_parts_do_not_explain_is_no_order_and_a_person_is_told()
    {
        var order = Samples.ShopifyOrder(110);
        order["total_price"] = "31.51";
        await host.Shopify("orders/create", order);
        await host.Quiet();

        (await host.Message("order/web/110")).Should().BeEquivalentTo(new { State = "parked", Code = "integration.total-differs" });
        (await host.Must(new ListOrders(null, 10, "web", "110"))).Should().BeEmpty();
        (await host.Must(new ListExceptions(null, "integration.total-differs", null, "order/web/110", null, 10))).Should().ContainSingle();
    }

    [Fact]
    public async Task An_item_that_nobody_has_added_keeps_its_order_waiting_until_it_is_mapped_again_and_nothing_else_waits()
    {
        var order = Samples.ShopifyOrder(111);
        order["line_items"]![0]!["sku"] = "NEW-LAMP";
        await host.Shopify("orders/create", order);
        var changed = Samples.ShopifyOrder(111, Samples.Noon.AddHours(1));
        changed["line_items"]![0]!["sku"] = "NEW-LAMP";
        await host.Shopify("orders/updated", changed);
        await host.Shopify("orders/create", Samples.ShopifyOrder(112));
        await host.Quiet();
        var before = await host.Must(new ListMessages(null, "shop", "order/web/111", null, 501));
        var other = await host.Message("order/web/112");

        await host.Must(new Inventory.PutItem(new("NEW-LAMP"), "New lamp", "each"));
        var again = await host.Must(new MapMessages("failed", "shop", "orders.unknown-sku"));
        await host.Quiet();

        before.Select(m => (m.State, m.Code)).Should().Equal(("failed", "orders.unknown-sku"), ("received", null));
        before[0].Reason.Should().Contain("NEW-LAMP");
        other.State.Should().Be("mapped");
        again.Count.Should().Be(1);
        (await host.Must(new ListMessages(null, "shop", "order/web/111", null, 501))).Select(m => m.State).Should().Equal("mapped", "mapped");
        var cases = await host.Must(new ListExceptions("healed", TakeMessageHandler.Failed, null, $"message/{before[0].Id}", null, 10));
        cases.Should().ContainSingle("one exception was opened, and mended itself");
    }
}
