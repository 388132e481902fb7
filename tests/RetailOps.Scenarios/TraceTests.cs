using System.Collections.Concurrent;
using System.Diagnostics;

using RetailOps.Orders;
using RetailOps.Testing;

namespace RetailOps.Scenarios;

/// <summary>Who follows one trace sees what a request came to: the bursts that it woke, the call to the ERP, what went on when that answered.</summary>
public sealed class TraceTests : IAsyncLifetime
{
    private TestDatabase database = null!;
    private TestHost host = null!;

    public async Task InitializeAsync()
    {
        database = await TestDatabase.CreateAsync();
        host = await TestHost.StartAsync(database.AppConnectionString, WholeShop.Options);
        await host.DrawWhole();
    }

    public async Task DisposeAsync()
    {
        await host.DisposeAsync();
        await database.DisposeAsync();
    }

    [Fact]
    public async Task One_trace_leads_from_the_shipment_over_the_erp_to_what_came_after()
    {
        await host.Stock("LAMP", 10);
        var order = await host.Place("A-1", ("LAMP", 3));
        await host.Quiet();
        var fulfilment = (await host.Order(order)).Fulfilments.Single().Id;
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = s => s.Name.StartsWith("RetailOps.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        string trace;
        using (var api = new Activity("POST /api/v1/fulfilments/{id}:ship").Start())
        {
            trace = api.TraceId.ToString();
            await host.Must(new ShipFulfilment(fulfilment));
        }

        await host.Quiet();

        var mine = spans.Where(s => s.TraceId.ToString() == trace).OrderBy(s => s.StartTimeUtc).ToList();
        var names = mine.ConvertAll(s => s.OperationName);
        names.Should().Contain([nameof(ShipFulfilment), "burst", "PostDocument", "integration.erp"]);
        var call = mine.Where(s => s.OperationName == "integration.erp").ToList();
        call.Should().HaveCount(2, "the shipment and the invoice are posted");
        mine.Where(s => s.OperationName == "burst").Max(s => s.StartTimeUtc).Should().BeAfter(call.Min(s => s.StartTimeUtc + s.Duration), "the answer wakes the flow in the same trace");
        mine.Should().OnlyContain(s => s.ParentSpanId != default, "each hangs on something");
    }
}
