using System.Globalization;
using System.Threading.Channels;

using Npgsql;

using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>What came of a seed.</summary>
/// <param name="Orders">Orders that are over.</param>
/// <param name="Lines">Of all orders, those that still wait among them.</param>
/// <param name="Returns">Orders of which a unit came back.</param>
/// <param name="Sleeping">Orders that wait for their shipment.</param>
/// <param name="Timers">Flows that wait for the clock.</param>
/// <param name="Versions">Versions of the definition of those flows.</param>
/// <param name="Rows">Copied into all tables.</param>
/// <param name="Bytes">How much the database has grown, analysed.</param>
/// <param name="BytesPerOrder">The same by orders, those that still wait among them.</param>
/// <param name="ElapsedSeconds">From the first row to the last statistics.</param>
/// <param name="OrdersPerSecond">Of all orders.</param>
internal sealed record SeedReport(
    int Orders, long Lines, int Returns, int Sleeping, int Timers, int Versions, long Rows, long Bytes, double BytesPerOrder, double ElapsedSeconds, double OrdersPerSecond);

/// <summary>Tells all stories of a plan. What is told is copied meanwhile, a batch behind the other; at most three batches are in memory.</summary>
internal sealed class SeedRun(SeedPlan plan, IServiceProvider services, SeedTables tables, TextWriter progress, int batch = 2_500)
{
    private readonly Channel<(PastBatch Rows, int Orders)> batches = Channel.CreateBounded<(PastBatch, int)>(1);
    private readonly long started = TimeProvider.System.GetTimestamp();
    private long rows;

    /// <exception cref="SetupException">The database holds a business already.</exception>
    /// <exception cref="OperationCanceledException">Cut off: what was copied so far belongs together, and stays.</exception>
    public async Task<SeedReport> Run(CancellationToken ct)
    {
        await using var connection = await tables.Take(ct);
        var before = await tables.Size(ct);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var writing = Task.Run(() => Write(connection, either), CancellationToken.None);
        (long Lines, int Returned) told;
        try
        {
            told = await Task.Run(() => Tell(either.Token), CancellationToken.None);
        }
        catch
        {
            await either.CancelAsync();
            batches.Writer.TryComplete();

            // Where the copying failed, its failure is the cause.
            await writing;
            throw;
        }

        batches.Writer.Complete();
        await writing;
        await tables.Analyze(ct);
        var (grown, seconds, orders) = (await tables.Size(ct) - before, TimeProvider.System.GetElapsedTime(started).TotalSeconds, plan.Orders + plan.Sleeping);
        return new(
            plan.Orders, told.Lines, told.Returned, plan.Sleeping, plan.Timers, plan.Versions, rows, grown, Math.Round(grown / (double)Math.Max(1, orders)), Math.Round(seconds, 1), Math.Round(orders / seconds, 1));
    }

    private async Task<(long Lines, int Returned)> Tell(CancellationToken ct)
    {
        var chance = new PastIds(plan.Seed);
        var past = new PastWork(services, chance, plan.Retired);
        past.AtBatchEnd(() => (connection, token) => PastRetention.Settle(connection, plan.Retired, token));
        var flows = services.GetRequiredService<PastFlows>();
        await SeedReminder.Publish(flows, plan.Versions, ct);
        await flows.Load(ct);
        var versions = flows.VersionsOf(SeedReminder.DefinitionId);
        var catalogue = new SeedCatalogue(plan, past, chance);
        var stories = new SeedStories(plan, past, chance, flows, catalogue);

        catalogue.Open(plan.First - TimeSpan.FromDays(1));
        await Pass(past, 0, ct);
        await Each(plan.Orders, stories.Tell, isOrder: true, past, ct);
        await Each(plan.Sleeping, stories.TellSleeping, isOrder: true, past, ct);
        await Each(plan.Timers, Remind, isOrder: false, past, ct);
        return (stories.Lines, stories.Returned);

        void Remind(int number)
        {
            past.Act("system:seed", null, plan.Until - TimeSpan.FromHours(1));
            SeedReminder.Start(past, flows, versions[number % versions.Count], number + 1, plan.FirstTimer + (SeedPlan.TimersSpan * chance.Share()));
        }
    }

    private async Task Each(int count, Action<int> tell, bool isOrder, PastWork past, CancellationToken ct)
    {
        for (var from = 0; from < count; from += batch)
        {
            var to = Math.Min(count, from + batch);
            for (var i = from; i < to; i++)
            {
                tell(i);
            }

            await Pass(past, isOrder ? to - from : 0, ct);
        }
    }

    private async Task Pass(PastWork past, int orders, CancellationToken ct) => await batches.Writer.WriteAsync((past.EndBatch(), orders), ct);

    private async Task Write(NpgsqlConnection connection, CancellationTokenSource either)
    {
        var orders = 0;
        try
        {
            await foreach (var (copied, told) in batches.Reader.ReadAllAsync(either.Token))
            {
                await copied.Write(connection, either.Token);
                (orders, rows) = (orders + told, rows + copied.Rows);
                Report(orders);
            }
        }
        catch
        {
            // Who tells must not wait for room any more.
            await either.CancelAsync();
            throw;
        }
    }

    private void Report(int orders)
    {
        var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
        progress.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{orders,9} of {plan.Orders + plan.Sleeping} orders, {rows,11} rows, {seconds,6:0} s, {orders / seconds,7:0} orders/s"));
    }
}
