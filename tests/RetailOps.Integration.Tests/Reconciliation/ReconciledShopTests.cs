using Microsoft.Extensions.Time.Testing;

using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>A shop that runs the product's own flows agrees with its books; a flow that was lost is found.</summary>
public sealed class ReconciledShopTests
{
    [Fact]
    public async Task After_a_mixed_day_nothing_differs_and_what_lost_its_document_is_found()
    {
        await using var database = await TestDatabase.CreateAsync();
        var clock = new FakeTimeProvider(new DateTimeOffset(2026, 3, 5, 10, 0, 0, TimeSpan.Zero));
        await using var host = await TestHost.StartAsync(database.AppConnectionString, WholeShop.Options with { Clock = clock });
        await host.DrawWhole();
        await host.Stock("LAMP", 100);
        var orders = new List<Kernel.OrderId>();
        for (var i = 1; i <= 6; i++)
        {
            orders.Add(await host.Place($"S-{i}", ("LAMP", i)));
        }

        await host.Quiet();
        foreach (var order in orders.Skip(1))
        {
            await host.Must(new ShipOrder(order));
            await host.Deliver(order);
        }

        await host.Quiet();
        await host.SendBack(orders[2], 1);
        await host.SendBack(orders[4], 5);
        do
        {
            await host.Quiet();
        }
        while (await host.ApproveAll() > 0);
        clock.Advance(TimeSpan.FromHours(2));
        await host.Quiet();

        var clean = await Compare(host);
        await Ask.Do(
            database.AdminConnectionString,
            "set session_replication_role = replica; delete from integration.postings where kind = 'Shipment'; delete from sandbox_erp.documents where kind = 'Shipment'");
        var after = await Compare(host);

        clean.Differences.Should().BeEmpty();
        clean.Run.Totals.Select(t => (t.Kind, t.Ours.Documents)).Should().Equal(("CreditMemo", 2), ("SalesInvoice", 5), ("Shipment", 5));
        clean.Run.Totals.Should().OnlyContain(t => t.Ours == t.Theirs && t.Foreign.Documents == 0);
        after.Differences.Should().HaveCount(5).And.OnlyContain(d => d.Kind == "not-asked" && d.Subject.StartsWith("shipment/", StringComparison.Ordinal) && d.Proposed == null);
    }

    private static async Task<ReconciliationReport> Compare(TestHost host)
    {
        var run = await host.Must(new ReconcileBooks(new(2026, 3, 5), new(2026, 3, 5)));
        await host.Quiet();
        return await host.Must(new GetReconciliation(run.Id, null, 100));
    }
}
