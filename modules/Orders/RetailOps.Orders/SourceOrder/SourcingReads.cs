using System.Text.Json;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>Sourcing decisions as they stand in the table.</summary>
internal static class SourcingRecord
{
    public static SourcingDecisionRow Of(OrderId order, SourcingPlan plan, IReadOnlyList<SourcingCandidate> candidates, DateTimeOffset now) => new(
        order, plan.Attempt, now, plan.Profile, plan.IsWhole, JsonSerializer.Serialize(candidates, JsonSerializerOptions.Web), JsonSerializer.Serialize(plan.Lines, JsonSerializerOptions.Web));

    /// <summary>The name of a plan that was not made but follows from the stock that was held when the order was placed.</summary>
    public const string Reservation = "reservation";

    public static SourcingPlan ToPlan(this SourcingDecision row) => new(row.Attempt, row.Profile, row.IsWhole, Read<PlannedLine>(row.Plan));

    /// <summary>As much of a plan as is still missing: lines may have been cancelled since their stock was held.</summary>
    public static SourcingPlan WithinMissing(this SourcingPlan plan, Order order)
    {
        var left = order.Missing().ToDictionary(m => m.LineId, m => m.Quantity);
        var lines = new List<PlannedLine>();
        foreach (var line in plan.Lines)
        {
            var units = Math.Min(line.Quantity, left.GetValueOrDefault(line.LineId));
            if (units > 0)
            {
                lines.Add(line with { Quantity = units });
                left[line.LineId] -= units;
            }
        }

        return plan with { Lines = lines, IsWhole = left.Values.All(l => l == 0) };
    }

    public static SourcingExplanation ToExplanation(this SourcingDecision row) => new(row.Attempt, row.DecidedAt, row.Profile, Read<SourcingCandidate>(row.Candidates), Read<PlannedLine>(row.Plan));

    private static List<T> Read<T>(string json) => JsonSerializer.Deserialize<List<T>>(json, JsonSerializerOptions.Web)!;
}

/// <summary>What was decided before for an order: what the transaction wrote, and where it can matter what the table holds.</summary>
internal sealed class SourcingReads : IGroupCache
{
    private readonly UnitOfWork work;
    private readonly Dictionary<(OrderId, int), SourcingPlan> written = [];

    public SourcingReads(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    public void Forget() => written.Clear();

    public async ValueTask<SourcingPlan?> Of(Order order, int attempt, CancellationToken ct)
    {
        if (written.TryGetValue((order.Id, attempt), out var plan))
        {
            return plan;
        }

        // The first sourcing of a new order finds nothing: in a group nobody asks, and should it find something after all, the key of
        // the table says so and the work is done again alone.
        if (work.Mode is WorkMode.Group && attempt == 1 && order is { Status: OrderStatus.Placed, ReservationId: null })
        {
            return null;
        }

        var orders = await work.Join<OrdersDbContext>(ct);
        var earlier = (await orders.SourcingDecisions.SingleOrDefaultAsync(d => d.OrderId == order.Id && d.Attempt == attempt, ct))?.ToPlan();
        return earlier?.Profile == SourcingRecord.Reservation ? earlier.WithinMissing(order) : earlier;
    }

    public void Remember(OrderId order, SourcingPlan plan) => written[(order, plan.Attempt)] = plan;
}
