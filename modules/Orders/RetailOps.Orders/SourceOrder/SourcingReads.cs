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

    public static SourcingPlan ToPlan(this SourcingDecision row) => new(row.Attempt, row.Profile, row.IsWhole, Read<PlannedLine>(row.Plan));

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
        if (work.Mode is WorkMode.Group && attempt == 1 && order.Status is OrderStatus.Placed)
        {
            return null;
        }

        var orders = await work.Join<OrdersDbContext>(ct);
        return (await orders.SourcingDecisions.SingleOrDefaultAsync(d => d.OrderId == order.Id && d.Attempt == attempt, ct))?.ToPlan();
    }

    public void Remember(OrderId order, SourcingPlan plan) => written[(order, plan.Attempt)] = plan;
}
