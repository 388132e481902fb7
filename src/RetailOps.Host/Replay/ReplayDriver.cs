using System.Globalization;

using RetailOps.Inventory;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// Plays a plan, an hour of its time after the other: the rows of the hour, what the carriers do, what people decide, then quiet. Every request
/// carries a key that the source gives, so that an hour which was cut off is simply played again.
/// </summary>
internal sealed class ReplayDriver(SalesPlan plan, int nodes, ReplayStock stock, ReplayDoor door, ReplayClock clock, ReplayPlace place, ReplayQuiet quiet, TextWriter progress)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    // Everything leaves within two days and arrives within five; what has not after so many will not.
    private static readonly TimeSpan Patience = TimeSpan.FromDays(45);

    private static readonly string[] NotThere = ["inventory.short"];

    private readonly ReplayShipping shipping = new(door);
    private readonly List<DateTimeOffset> times = [.. Times(plan).Order()];
    private readonly long started = TimeProvider.System.GetTimestamp();
    private TimeSpan before;
    private int placed;

    /// <summary>How long all runs together have taken so far.</summary>
    public TimeSpan Spent => before + TimeProvider.System.GetElapsedTime(started);

    /// <summary>The hour in which a plan begins.</summary>
    public static DateTimeOffset FirstHour(SalesPlan plan)
    {
        var first = Times(plan).DefaultIfEmpty(DateTimeOffset.UnixEpoch).Min();
        return new(first.Ticks - (first.Ticks % Hour.Ticks), TimeSpan.Zero);
    }

    /// <summary>Plays until the last return is refunded, from where an earlier run stopped.</summary>
    /// <param name="source">Names files and options.</param>
    /// <param name="ct">Cancels between two requests.</param>
    /// <returns>What could not be finished, a sentence each; empty when all is well.</returns>
    public async Task<IReadOnlyList<string>> Play(string source, CancellationToken ct)
    {
        before = place.Spent;
        var returns = new ReplayReturns(door, shipping);
        if (place.PlayedTo is null)
        {
            await SetUp(ct);
            await place.Begin(source, FirstHour(plan), Spent, ct);
        }
        else
        {
            await Remember(returns, ct);
            progress.WriteLine($"Goes on at {place.PlayedTo:yyyy-MM-dd HH:mm} UTC: {shipping.Orders} orders are there.");
        }

        var last = times.Count > 0 ? times[^1] : FirstHour(plan);
        for (var from = place.PlayedTo!.Value; from <= last || !IsDone(returns); from = place.PlayedTo.Value)
        {
            if (from > last + Patience)
            {
                return [.. returns.Waiting.Select(w => $"{w.ExternalId} waits for goods that have not arrived."), .. shipping.IsIdle ? Array.Empty<string>() : ["Some fulfilments have not left or not arrived."]];
            }

            await PlayHour(from, from + Hour, returns, ct);
            if (stock is ReplayStock.Tight && from > last && shipping.IsIdle)
            {
                // Nothing is under way, so what has not come does not come.
                await returns.PlayRest(() => quiet.Wait(ct), ct);
                await returns.Decide(() => quiet.Wait(ct), ct);
                await shipping.Look(from, ct);
            }

            await place.Keep(NextHour(from + Hour), Spent, ct);
            Report(from, returns);
        }

        return [];
    }

    private bool IsDone(ReplayReturns returns) => shipping.IsIdle && returns.Waiting.Count == 0;

    private async Task PlayHour(DateTimeOffset from, DateTimeOffset to, ReplayReturns returns, CancellationToken ct)
    {
        // At the end of the hour: then all its rows have happened, and nothing is asked for before it was.
        await clock.Move(to, ct);
        await ReplayDoor.Each(Within(plan.Orders, o => o.At), async (order, token) =>
        {
            var answer = await door.Must(ReplayPeople.Shop, ReplayRequests.Order(order), order.Invoice, token);
            shipping.Know(order.Invoice, answer.Id);
            Interlocked.Increment(ref placed);
        }, ct);
        foreach (var adjustment in Within(plan.Adjustments, a => a.At))
        {
            await Adjust(adjustment, ct);
        }

        foreach (var sundry in Within(plan.Sundries, s => s.At).Where(s => s.Amount > 0))
        {
            await door.Must(ReplayPeople.Bookkeeper, ReplayRequests.Sundry(sundry), sundry.Key, ct);
        }

        foreach (var blind in Within(plan.BlindReturns, b => b.At))
        {
            await door.Must(ReplayPeople.ReturnsDesk, ReplayRequests.Return(blind), blind.ExternalId, ct);
        }

        Within(plan.Returns, r => r.At).ForEach(returns.Give);
        var arrived = await shipping.Move(to, ct);
        await returns.Play(arrived, Quiet, ct);
        await Quiet();
        await returns.Decide(Quiet, ct);
        await shipping.Look(from, ct);

        Task Quiet() => quiet.Wait(ct);

        List<T> Within<T>(IReadOnlyList<T> all, Func<T, DateTimeOffset> at) => [.. all.Where(x => at(x) >= from && at(x) < to)];
    }

    /// <summary>What the source lost and this shop does not have cannot be lost: that is said, and the shop goes on.</summary>
    private async Task Adjust(PlannedAdjustment adjustment, CancellationToken ct)
    {
        var answer = await door.Ask(ReplayPeople.Shop, ReplayRequests.Adjustment(adjustment), adjustment.Key, stock is ReplayStock.Tight ? NotThere : [], ct);
        if (!answer.IsSuccess)
        {
            progress.WriteLine($"{adjustment.Key}: {answer.Refusal.Message}");
        }
    }

    private async Task SetUp(CancellationToken ct)
    {
        foreach (var node in ReplayRequests.Nodes(nodes))
        {
            await door.Must(ReplayPeople.Shop, node, node.Code, ct);
        }

        foreach (var items in ReplayRequests.Items(plan))
        {
            await door.Must(ReplayPeople.Shop, items, "the items", ct);
        }

        foreach (var delivery in OpeningStock.Deliveries(plan, stock, nodes))
        {
            await door.Must(ReplayPeople.Shop, delivery, delivery.Reference, ct);
        }

        await quiet.Wait(ct);
        progress.WriteLine($"{nodes} nodes, {plan.Items.Count} items and {OpeningStock.Units(plan, stock).Values.Sum(v => (long)v)} units of opening stock are there.");
    }

    private async Task Remember(ReplayReturns returns, CancellationToken ct)
    {
        await foreach (var order in door.All(ReplayPeople.Auditor, (OrdersPage? after, int limit) => new ListOrders(after?.Last, limit), o => new OrdersPage(o.Id), ct))
        {
            shipping.Know(order);
        }

        await returns.Remember(ct);
        foreach (var credit in plan.Returns.Where(r => r.At < place.PlayedTo))
        {
            returns.Give(credit);
        }
    }

    /// <summary>The first hour from this one on in which anything happens: nights in which nobody buys and no parcel moves are passed over.</summary>
    private DateTimeOffset NextHour(DateTimeOffset from)
    {
        var next = times.SkipWhile(t => t < from).Select(t => (DateTimeOffset?)t).FirstOrDefault();
        var due = shipping.NextDue;
        var first = next is null || due < next ? due : next;
        return first is { } at && at > from ? new(at.Ticks - (at.Ticks % Hour.Ticks), TimeSpan.Zero) : from;
    }

    private void Report(DateTimeOffset hour, ReplayReturns returns)
    {
        if (place.PlayedTo!.Value.Date > hour.Date)
        {
            var rate = placed / Math.Max(0.001, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            progress.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{hour:yyyy-MM-dd}  {shipping.Orders,6} orders  {shipping.Shipped,6} shipments  {returns.Played,5} returns, {returns.Waiting.Count} wait  {rate,6:0.0} orders/s"));
        }
    }

    private static IEnumerable<DateTimeOffset> Times(SalesPlan plan) =>
        plan.Orders.Select(o => o.At).Concat(plan.Returns.Select(r => r.At)).Concat(plan.BlindReturns.Select(b => b.At)).Concat(plan.Sundries.Select(s => s.At)).Concat(plan.Adjustments.Select(a => a.At));

    private sealed record OrdersPage(Kernel.OrderId Last);
}
