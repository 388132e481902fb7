using RetailOps.Integration;
using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>Returns of a history. Only such as nobody has to approve: who would need a person is refused, and nothing of it is written.</summary>
internal sealed class ReturnsPast(GovernedDocuments documents) : IPastRoom
{
    private readonly Dictionary<Guid, Return> returns = [];
    private readonly Dictionary<Guid, Refund> refunds = [];
    private readonly Dictionary<string, Queue<(DateTimeOffset At, long Minor)>> accounts = new(StringComparer.Ordinal);
    private readonly Queue<(DateTimeOffset At, string Account)> recent = new();
    private PastWork past = null!;

    public void Open(PastWork past)
    {
        this.past = past;
        past.On<RequestReturn, ReturnView>(Request);
        past.On<ReceiveReturn, ReturnView>(Receive);
        past.On<InspectReturnLine, ReturnView>(Inspect);
        past.On<DisposeReturnLine, ReturnView>(Dispose);
        past.On<GrantRefund, RefundView>(Grant);
        past.On<ExecuteRefund, ExecutedRefund>(Execute);
        past.AtStoryEnd(End);
    }

    private void End()
    {
        foreach (var came in returns.Values)
        {
            past.Add<ReturnsDbContext>(came);
        }

        foreach (var refund in refunds.Values)
        {
            past.Add<ReturnsDbContext>(refund);
        }

        returns.Clear();
        refunds.Clear();
    }

    private Result<ReturnView> Request(RequestReturn request)
    {
        var policy = ReturnPolicy.Live(documents);
        var id = past.NewId();
        var sold = past.Ask(new ClaimReturnable(request.OrderId!.Value, id, [.. request.Lines.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Quantity))]));
        var goods = new SoldGoods(sold.CustomerId, sold.Currency, policy.Until(sold.LastDeliveredAt!.Value), sold.Lines.ToDictionary(l => l.LineId, l => l.Sku));
        var came = Return.Request(id, request, RequestReturnHandler.Hash(request), policy, goods, past.Actor, past.Now);
        returns.Add(id, came);
        past.Raise(came, new ReturnRequested(past.NewId(), past.Now, id, came.OrderId, came.Status.ToSnakeCase(), came.Lines.Sum(l => l.Quantity)));
        return ReturnViews.Of(came);
    }

    private Result<ReturnView> Receive(ReceiveReturn request)
    {
        var came = returns[request.Id];
        List<ReceivedUnits> units = [.. came.Lines.Select(l => new ReceivedUnits(l.LineId, l.Quantity))];
        Granted(came.Receive(request.ReceiptId, request.Node, units, past.Actor, past.Now));
        past.Ask(new SettleReturnable(came.OrderId!.Value, [.. came.Lines.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Quantity))]));
        past.Ask(new ReceiveReturnedStock(came.Id, request.ReceiptId, request.Node, [.. came.Lines.GroupBy(l => l.Sku).Select(g => new ReturnedUnits(g.Key, g.Sum(l => l.Quantity)))]));
        past.Raise(came, new ReturnReceived(past.NewId(), past.Now, came.Id, request.Node, units.Sum(u => u.Quantity), true));
        return ReturnViews.Of(came);
    }

    private Result<ReturnView> Inspect(InspectReturnLine request)
    {
        var came = returns[request.Id];
        Granted(came.Inspect(request.LineId, request.Grade, request.Note, past.Actor));
        past.Raise(came, new ReturnLineInspected(past.NewId(), past.Now, came.Id, request.LineId, request.Grade));
        return ReturnViews.Of(came);
    }

    private Result<ReturnView> Dispose(DisposeReturnLine request)
    {
        var came = returns[request.Id];
        var left = came.Dispose(request.LineId, request.Disposition, past.Actor).Value;
        var sku = came.Lines.Single(l => l.LineId == request.LineId).Sku;
        foreach (var (node, units) in left)
        {
            past.Ask(new DisposeReturnedStock(came.Id, past.NewId(), node, sku, units, request.Disposition));
        }

        past.Raise(came, new ReturnLineDisposed(past.NewId(), past.Now, came.Id, request.LineId, request.Disposition, left.Sum(l => l.Units)));
        if (came.Status is ReturnStatus.Inspected)
        {
            past.Raise(came, new ReturnInspected(past.NewId(), past.Now, came.Id, came.OrderId));
        }

        return ReturnViews.Of(came);
    }

    private Result<RefundView> Grant(GrantRefund request)
    {
        var (came, policy) = (returns[request.ReturnId], ReturnPolicy.Live(documents));
        var account = RefundAccounts.NameOf(came.OrderId, came.CustomerId, came.RequestedBy);
        var id = past.NewId();
        var back = came.Lines.Where(l => l.Refundable > 0).ToList();
        var worth = past.Ask(new ReserveRefund(came.OrderId!.Value, id, [.. back.Select(l => new ClaimedUnits(l.OrderLineId!.Value, l.Refundable))]));
        var refund = Refund.Grant(
            new(id, request.Key, worth.Amount, [.. worth.Lines.Select(l => new CreditedLine(l.Sku, l.Quantity, l.Amount, l.Tax))], string.Join("; ", back.Select(l => l.Reason).Distinct()), came.ExternalId!)
            {
                ReturnId = came.Id,
                OrderId = came.OrderId,
                CustomerId = came.CustomerId,
                Account = account,
                RequestedBy = came.RequestedBy,
                Barred = came.Involved.Union(policy.Hands),
            },
            new(Spent(account, policy.WindowStart(past.Now)), worth.Amount.Currency),
            policy,
            past.Now);
        if (account is not null)
        {
            Remember(account, worth.Amount.MinorUnits);
        }

        refunds.Add(id, refund);
        past.Raise(refund, new RefundGranted(past.NewId(), past.Now, id, came.Id, came.OrderId, worth.Amount, refund.Kind, refund.NeedsApproval));
        return RefundViews.Of(refund, null);
    }

    /// <summary>Paid, and as the flow goes on from there, the credit memo for the books.</summary>
    private Result<ExecutedRefund> Execute(ExecuteRefund request)
    {
        var refund = refunds[request.RefundId];
        if (refund.NeedsApproval)
        {
            throw new InvalidOperationException("In a history nobody approves: ask for less.");
        }

        var settled = past.Ask(new SettleRefund(refund.OrderId!.Value, refund.Id));
        refund.Settle(past.Now, ReturnPolicy.Live(documents).DateOf(past.Now), settled.InvoiceId, settled.Tenders);
        past.Raise(refund, new RefundSettled(past.NewId(), past.Now, refund.Id, refund.ReturnId, refund.Amount));
        var executed = ExecuteRefundHandler.Answer(refund);
        past.Ask(new PostDocument(CreditMemo.Of(executed)));
        return executed;
    }

    // What an account got back within the window of the policy; older refunds are forgotten.
    private long Spent(string? account, DateTimeOffset since)
    {
        while (recent.TryPeek(out var first) && first.At <= since)
        {
            recent.Dequeue();
            var queue = accounts[first.Account];
            queue.Dequeue();
            if (queue.Count == 0)
            {
                accounts.Remove(first.Account);
            }
        }

        return account is not null && accounts.TryGetValue(account, out var got) ? got.Sum(g => g.Minor) : 0;
    }

    private void Remember(string account, long minor)
    {
        (accounts.TryGetValue(account, out var queue) ? queue : accounts[account] = new()).Enqueue((past.Now, minor));
        recent.Enqueue((past.Now, account));
    }

    private static void Granted(Refusal? refusal)
    {
        if (refusal is not null)
        {
            throw new InvalidOperationException($"{refusal.Code}: {refusal.Message}");
        }
    }
}
