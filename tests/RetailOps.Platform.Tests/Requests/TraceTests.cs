using System.Collections.Concurrent;
using System.Diagnostics;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class TraceTests(RequestFixture fixture) : IClassFixture<RequestFixture>
{
    [Fact]
    public async Task One_trace_goes_from_the_request_over_event_stimulus_and_burst_to_the_delivery()
    {
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name.StartsWith("RetailOps.", StringComparison.Ordinal),
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("RetailOps.Tests");

        ActivityTraceId trace;
        OrderId order;
        using (var root = source.StartActivity("a customer orders"))
        {
            trace = root!.TraceId;
            order = await fixture.Host.Place("T-1", ("NOWHERE", 1));
        }

        await fixture.Host.Quiet();

        spans.Where(s => s.TraceId == trace).Select(s => $"{s.Source.Name} {s.OperationName}").Should().Contain(
        [
            "RetailOps.Requests PlaceOrder", "RetailOps.Engine burst", "RetailOps.Requests AllocateOrder", "RetailOps.Requests RecordAllocation",
            "RetailOps.Relay inventory.unmet-demand",
        ]);
        spans.Where(s => s.GetTagItem("retailops.key") as string == OrderKey.Of(order)).Should().OnlyContain(s => s.TraceId == trace);
        (await fixture.Ask<string>("select string_agg(distinct split_part(trace, '-', 2), ' ') from platform.events where key = $1", OrderKey.Of(order))).Should().Be(trace.ToString());
        spans.Single(s => s.TraceId == trace && s.OperationName == "AllocateOrder").GetTagItem("retailops.refusal").Should().Be("inventory.short");
    }
}
