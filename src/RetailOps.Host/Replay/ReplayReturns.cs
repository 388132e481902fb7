using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Returns;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>The returns desk and the approvers of a replay.</summary>
internal sealed class ReplayReturns(ReplayDoor door, ReplayShipping shipping)
{
    private const string Node = "DC-1";

    private readonly List<PlannedReturn> waiting = [];
    private readonly HashSet<string> done = [];
    private readonly HashSet<string> looked = [];

    /// <summary>Returns that came in, over this run.</summary>
    public int Played { get; private set; }

    /// <summary>Credits whose goods have not arrived yet.</summary>
    public IReadOnlyList<PlannedReturn> Waiting => waiting;

    /// <summary>Takes note of what runs before this one did.</summary>
    public async Task Remember(CancellationToken ct)
    {
        await foreach (var known in door.All(ReplayPeople.Auditor, (Guid? after, int limit) => new ListReturns(null, null, after, limit), r => (Guid?)r.Id, ct))
        {
            if (known.ExternalId is { } id && known.Lines.All(l => l.Disposition is not null))
            {
                done.Add(id);
            }
        }
    }

    /// <summary>A credit was given.</summary>
    public void Give(PlannedReturn credit)
    {
        if (!done.Contains(credit.ExternalId))
        {
            waiting.Add(credit);
            looked.Remove(credit.Invoice);
        }
    }

    /// <summary>Takes back what has been delivered; of one order one return at a time, so that the earlier credit has its refund first.</summary>
    /// <param name="arrived">Invoices of which something arrived just now.</param>
    /// <param name="quiet">Waits until all that a return sets going has happened.</param>
    /// <param name="ct">Cancels.</param>
    public async Task Play(IReadOnlyCollection<string> arrived, Func<Task> quiet, CancellationToken ct)
    {
        looked.ExceptWith(arrived);
        while (true)
        {
            var some = false;
            foreach (var credit in waiting.DistinctBy(c => c.Invoice).Where(c => !looked.Contains(c.Invoice)).ToList())
            {
                if (await HasArrived(credit, ct))
                {
                    await TakeBack(credit, ct);
                    waiting.Remove(credit);
                    (Played, some) = (Played + 1, true);
                }
                else
                {
                    // Not worth another look before something arrives.
                    looked.Add(credit.Invoice);
                }
            }

            if (!some)
            {
                return;
            }

            await quiet();
        }
    }

    /// <summary>
    /// Takes back what has been delivered of credits whose other goods will not come; those of which nothing came wait no longer.
    /// </summary>
    public async Task PlayRest(Func<Task> quiet, CancellationToken ct)
    {
        while (waiting.DistinctBy(c => c.Invoice).ToList() is { Count: > 0 } credits)
        {
            foreach (var credit in credits)
            {
                var rest = await Delivered(credit, ct);
                if (rest.Lines.Count > 0)
                {
                    await TakeBack(rest, ct);
                    Played++;
                }

                waiting.Remove(credit);
            }

            await quiet();
        }
    }

    /// <summary>Answers what people are asked: approvals, and reviews of orders. Each answer can set something going, so it asks again until nothing is open.</summary>
    public async Task Decide(Func<Task> quiet, CancellationToken ct)
    {
        bool some;
        do
        {
            some = false;
            var open = await door.All(ReplayPeople.Auditor, (Guid? after, int limit) => new ListApprovals("open", after, limit), a => (Guid?)a.Id, ct).ToListAsync(ct);
            foreach (var approval in open)
            {
                if (ReplayPeople.Approvers.FirstOrDefault(a => a.Actor != approval.RequestedBy && !approval.DecidedBy.Contains(a.Actor)) is { } approver)
                {
                    var answer = await door.Ask(approver, new DecideApproval(approval.Id, true, "Replay"), $"refund {approval.RefundId}", ["returns.decided"], ct);
                    some |= answer.IsSuccess;
                }
            }

            await foreach (var task in door.All(ReplayPeople.Reviewer, (Guid? after, int limit) => new ListTasks(null, null, null, after, limit), t => (Guid?)t.Id, ct))
            {
                if (ReplayAnswers.To(task) is { } outcome)
                {
                    var answer = await door.Ask(ReplayPeople.Reviewer, new CompleteTask(task.Id, outcome), task.Title, ["workflows.task-done", "workflows.decided-elsewhere"], ct);
                    some |= answer.IsSuccess;
                }
            }

            if (some)
            {
                await quiet();
            }
        }
        while (some);
    }

    private async Task<bool> HasArrived(PlannedReturn credit, CancellationToken ct)
    {
        var order = await door.Must(ReplayPeople.Shop, new GetOrder(shipping.IdOf(credit.Invoice)), credit.Invoice, ct);
        return credit.Lines.All(wanted =>
            order.Lines.Single(l => l.LineId == wanted.LineId) is { Pending: 0, Allocated: 0, Backordered: 0 }
            && order.Fulfilments.Where(f => f.Lines.Any(l => l.LineId == wanted.LineId)).All(f => f.Status is "delivered" or "cancelled"));
    }

    private async Task<PlannedReturn> Delivered(PlannedReturn credit, CancellationToken ct)
    {
        var order = await door.Must(ReplayPeople.Shop, new GetOrder(shipping.IdOf(credit.Invoice)), credit.Invoice, ct);
        var delivered = order.Fulfilments.Where(f => f.Status == "delivered").SelectMany(f => f.Lines).ToLookup(l => l.LineId, l => l.Quantity);
        return credit with
        {
            Lines =
            [
                .. from wanted in credit.Lines
                   let line = order.Lines.Single(l => l.LineId == wanted.LineId)
                   let units = Math.Min(wanted.Quantity, delivered[wanted.LineId].Sum() - line.Returned - line.ReturnOpen)
                   where units > 0
                   select wanted with { Quantity = units },
            ],
        };
    }

    private async Task TakeBack(PlannedReturn credit, CancellationToken ct)
    {
        var desk = ReplayPeople.ReturnsDesk;
        var view = await door.Must(desk, ReplayRequests.Return(credit, shipping.IdOf(credit.Invoice)), credit.ExternalId, ct);
        if (view.Lines.Any(l => l.Received < l.Quantity))
        {
            view = await door.Must(desk, new ReceiveReturn(view.Id, ReplayPeople.IdOf("receipt " + credit.ExternalId), Node), credit.ExternalId, ct);
        }

        foreach (var line in view.Lines)
        {
            if (line is { Grade: null })
            {
                await door.Must(desk, new InspectReturnLine(view.Id, line.LineId, "new"), credit.ExternalId, ct);
            }

            if (line is { Disposition: null })
            {
                await door.Must(desk, new DisposeReturnLine(view.Id, line.LineId, "restock"), credit.ExternalId, ct);
            }
        }
    }
}

/// <summary>What the reviewer of a replay says: the source shipped all these orders.</summary>
internal static class ReplayAnswers
{
    private static readonly string[] Yes = ["Approve", "Approved", "Release", "Released", "Accept", "Accepted", "Pass", "Clear"];

    /// <summary>The answer to a task; null for one that is decided elsewhere, or whose answers it does not understand.</summary>
    public static string? To(TaskView task) => task.Kind == "refund-approval" ? null : task.Outcomes.FirstOrDefault(o => Yes.Contains(o, StringComparer.OrdinalIgnoreCase));
}
