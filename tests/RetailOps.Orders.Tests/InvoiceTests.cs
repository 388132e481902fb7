using System.Text.Json;

using RetailOps.Integration;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class InvoiceTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task Shipments_share_a_line_to_the_last_penny_and_the_first_has_all_charges()
    {
        var id = await InThree("CUP");
        var shipments = (await orders.Host.Order(id)).Fulfilments.Select(f => f.Id).ToList();

        var invoices = new List<IssuedInvoice>();
        foreach (var shipment in shipments)
        {
            await orders.Host.Must(new ShipFulfilment(shipment));
            invoices.Add(await orders.Host.Must(new IssueInvoice(id, shipment)));
        }

        invoices.Select(i => i.Lines[0].Amount.MinorUnits).Should().Equal(33, 34, 33);
        invoices.Select(i => i.Lines[0].Tax.MinorUnits).Should().Equal(7, 6, 7);
        invoices.Select(i => i.Lines.Count).Should().Equal(3, 1, 1);
        invoices.Sum(i => i.Total.MinorUnits).Should().Be((await orders.Host.Order(id)).Total.MinorUnits);
        (await orders.Host.Order(id)).Invoices.Select(i => i.FulfilmentId).Should().Equal(shipments.Select(s => (Guid?)s));
        (await orders.Host.Broken()).Where(b => b.StartsWith("I5", StringComparison.Ordinal)).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_first_invoices_at_once_charge_each_charge_once()
    {
        var id = await InThree("MUG");
        await orders.Host.Must(new ShipOrder(id));
        var shipments = (await orders.Host.Order(id)).Fulfilments.Select(f => f.Id).ToList();

        var invoices = await Task.WhenAll(shipments.Concat(shipments).Select(s => orders.Host.Must(new IssueInvoice(id, s))));

        invoices.Select(i => i.Id).Distinct().Should().HaveCount(3);
        invoices.DistinctBy(i => i.Id).Sum(i => i.Total.MinorUnits).Should().Be((await orders.Host.Order(id)).Total.MinorUnits);
        invoices.DistinctBy(i => i.Id).SelectMany(i => i.Lines).Count(l => l.Kind != "goods").Should().Be(2);
    }

    [Fact]
    public async Task Only_what_has_left_is_invoiced()
    {
        var id = await InThree("PLATE");
        var other = await InThree("BOWL");
        await orders.Host.Must(new ShipOrder(other));

        var notYet = await orders.Host.Send(new IssueInvoice(id, (await orders.Host.Order(id)).Fulfilments[0].Id));
        var asNoGoods = await orders.Host.Send(new IssueInvoice(id, null));
        var others = await orders.Host.Send(new IssueInvoice(id, (await orders.Host.Order(other)).Fulfilments[0].Id));

        new[] { notYet, asNoGoods, others }.Should().OnlyContain(a => a.Refusal!.Code == "orders.not-shipped");
    }

    [Fact]
    public async Task The_erp_gets_the_invoice_on_its_own_day_and_in_its_own_words()
    {
        var request = Shop.Order(orders.NewNumber(), ("TRAY", 2)) with { Customer = new(null, null, null, "C-9"), Charges = [new("shipping", new(395, "GBP"), new(79, "GBP"), "Express")] };
        orders.Clock.SetUtcNow(new DateTimeOffset(2026, 6, 30, 23, 30, 0, TimeSpan.Zero));
        var id = await orders.PlaceAndAllocate(request);
        var fulfilment = (await orders.Host.Order(id)).Fulfilments.Single().Id;
        await orders.Host.Must(new ShipFulfilment(fulfilment));

        var invoice = await orders.Host.Must(new IssueInvoice(id, fulfilment));
        var document = Documents.Of(invoice);
        var shipment = await orders.Host.Must(new DescribeShipment(fulfilment));

        document.Should().BeEquivalentTo(new ErpDocument("SalesInvoice", invoice.Id, request.ExternalId, "C-9", new(2026, 7, 1), "GBP",
        [
            new("goods", new("TRAY"), 2, new(500, "GBP"), new(0, "GBP")), new("shipping", null, 1, new(395, "GBP"), new(79, "GBP"), "Express"),
        ]));
        JsonSerializer.Serialize(document, JsonSerializerOptions.Web).Should().Contain("\"businessDate\":\"2026-07-01\"").And.Contain("\"corrects\":null,\"revision\":1");
        shipment.Should().BeEquivalentTo(new { Kind = "Shipment", Subject = fulfilment, Key = $"shipment/{fulfilment}/1" });
        shipment.Lines.Should().Equal(new ErpLine("stock", new("TRAY"), 2, new(0, "GBP"), new(0, "GBP")));
    }

    /// <summary>Three units of one pound and 20 pence tax in all, one from each of three nodes, with two charges.</summary>
    private async Task<OrderId> InThree(string sku)
    {
        string[] nodes = ["DC-1", "DC-2", "DC-3"];
        foreach (var node in nodes)
        {
            await orders.Host.Stock(sku, 1, node);
        }

        var id = (await orders.Host.Must(Shop.Order(orders.NewNumber()) with
        {
            Lines = [new(new(sku), 3, new(34, "GBP"), Discount: new(2, "GBP"), Tax: new(20, "GBP"))],
            Charges = [new("shipping", new(395, "GBP"), new(79, "GBP")), new("discount", new(-50, "GBP"), new(-10, "GBP"))],
        })).Id;
        await orders.Host.Must(new AllocateOrder(id, 1, [.. nodes.Select((n, i) => new AllocationLine(1, new(sku), 1, n))], AllowPart: false));
        await orders.Host.Must(new RecordAllocation(id, [.. nodes.Select(n => new GrantedUnits(1, n, 1))]));
        return id;
    }
}
