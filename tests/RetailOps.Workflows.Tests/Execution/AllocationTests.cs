namespace RetailOps.Workflows.Tests;

public sealed class AllocationTests
{
    [Fact]
    public async Task Ten_trivial_activities_take_a_few_kilobytes()
    {
        var drawing = new Drawing();
        for (var i = 0; i < 10; i++)
        {
            drawing.Add("a" + i, "Elsa.Start");
        }

        var workflow = drawing.Connect(string.Join(" → ", Enumerable.Range(0, 10).Select(i => "a" + i))).Compile();
        var bench = new Bench();
        for (var warm = 0; warm < 50; warm++)
        {
            await bench.Start(workflow);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var run = 0; run < 100; run++)
        {
            await bench.Start(workflow);
        }

        // The original takes 470 to 590 KiB.
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100).Should().BeLessThan(12 * 1024);
    }
}
