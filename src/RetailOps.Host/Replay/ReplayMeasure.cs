using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary>Reads back what the system made of a plan, through the requests that everybody has.</summary>
internal sealed class ReplayMeasure(SalesPlan plan, ReplayStock stock, ReplayDoor door, Verification verification)
{
    /// <summary>Reads everything once.</summary>
    /// <param name="spent">How long the runs took.</param>
    /// <param name="problems">What is known to be wrong already.</param>
    /// <param name="database">Its name.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<ReplayReport> Read(TimeSpan spent, IReadOnlyList<string> problems, string database, CancellationToken ct)
    {
        var posted = await Posted(ct);
        var orders = await Orders(posted, ct);
        var returns = await Returns(ct);
        var sundry = await Sundries(ct);
        var systems = await door.Must(ReplayPeople.Auditor, new ListSystems(), "the systems outside", ct);
        var (isChecked, broken, found) = await Invariants(ct);
        var figures = plan.Figures;
        return new()
        {
            Rows = figures.Rows,
            SaleRows = figures.SaleRows,
            ChargeRows = figures.ChargeRows,
            AdjustmentRows = figures.AdjustmentRows,
            ReturnRows = figures.ReturnRows,
            UnmatchedCreditRows = figures.UnmatchedCreditRows,
            CreditChargeRows = figures.CreditChargeRows,
            RejectedRows = figures.RejectedRows,
            Rejects = [.. figures.Rejects.Select(r => new RejectCount(r.Key, r.Value))],
            DuplicateRows = figures.DuplicateRows,
            Orders = orders.WithGoods,
            ChargeOnlyOrders = orders.ChargesOnly,
            UnitsOrdered = orders.Ordered,
            UnitsShipped = orders.Shipped,
            UnitsBackordered = orders.Backordered,
            Revenue = Pounds(orders.Revenue),
            Invoiced = Pounds(orders.Invoiced),
            CreditNotes = figures.CreditNotes,
            Returns = returns.Count,
            UnitsReturned = returns.Units,
            Refunded = Pounds(returns.Refunded),
            CreditDifferenceAmount = Pounds(plan.Returns.SelectMany(r => r.Lines).Sum(l => l.Asked) - returns.Refunded),
            UnmatchedCreditAmount = Pounds(returns.Unmatched),
            CreditChargeAmount = Pounds(sundry),
            Shipments = orders.Shipments,
            InvoicesPosted = posted.Count(k => k.StartsWith("sales-invoice/", StringComparison.Ordinal)),
            CreditMemosPosted = posted.Count(k => k.StartsWith("credit-memo/", StringComparison.Ordinal)),
            LedgerBalance = Pounds(systems.Where(s => s.Purpose == "erp").Sum(s => s.LedgerBalance ?? 0)),
            Invariants = new(isChecked, broken),
            ElapsedSeconds = Math.Round(spent.TotalSeconds, 1),
            OrdersPerSecond = Math.Round((orders.WithGoods + orders.ChargesOnly) / Math.Max(0.001, spent.TotalSeconds), 1),
            ExceptionsOpen = await door.All(ReplayPeople.Auditor, (Guid? after, int limit) => new ListExceptions("open", null, null, null, after, limit), e => (Guid?)e.Id, ct).CountAsync(ct),
            Problems = [.. problems, .. found, .. Oversold(orders.ShippedOf, returns.UnitsOf), .. systems.Where(s => !s.Answers || s.Backlog > 0).Select(s => $"{s.Name} has {s.Backlog} documents waiting: {s.Trouble}")],
            UnmatchedCredits = [.. plan.BlindReturns.SelectMany(b => b.Lines, (b, l) => new UnmatchedCredit(b.CreditNote, b.Customer, l.Sku, l.Quantity, Pounds(l.Asked)))],
            RejectedLines = [.. plan.Rejected.Select(r => new RejectedLine(r.File, r.Line, r.Reason, r.Words))],
            Database = database,
        };
    }

    private async Task<HashSet<string>> Posted(CancellationToken ct) =>
        await door.All(ReplayPeople.Auditor, (string? after, int limit) => new ListPostings("posted", after, limit), p => p.Key, ct).Select(p => p.Key).ToHashSetAsync(cancellationToken: ct);

    private async Task<SoldSums> Orders(HashSet<string> posted, CancellationToken ct)
    {
        var sums = new SoldSums();
        await foreach (var order in door.All(ReplayPeople.Auditor, (OrderView? after, int limit) => new ListOrders(after?.Id, limit), o => o, ct))
        {
            (sums.WithGoods, sums.ChargesOnly) = order.Lines.Count > 0 ? (sums.WithGoods + 1, sums.ChargesOnly) : (sums.WithGoods, sums.ChargesOnly + 1);
            sums.Ordered += order.Lines.Sum(l => (long)l.Ordered);
            sums.Shipped += order.Lines.Sum(l => (long)l.Shipped);
            foreach (var line in order.Lines)
            {
                sums.ShippedOf[line.Sku.Value] = sums.ShippedOf.GetValueOrDefault(line.Sku.Value) + line.Shipped;
            }

            sums.Backordered += order.Lines.Sum(l => (long)l.Backordered);
            sums.Revenue += order.Total.MinorUnits;
            sums.Invoiced += order.Invoices.Where(i => posted.Contains($"sales-invoice/{i.Id}/1")).Sum(i => i.Total.MinorUnits);
            sums.Shipments += order.Fulfilments.Count(f => f.Status is "shipped" or "delivered");
        }

        return sums;
    }

    private async Task<(int Count, long Units, long Refunded, long Unmatched, Dictionary<string, long> UnitsOf)> Returns(CancellationToken ct)
    {
        var unitsOf = new Dictionary<string, long>();
        var (asked, count, units, refunded, unmatched) = (plan.BlindReturns.ToDictionary(b => b.ExternalId, b => b.Lines.Sum(l => l.Asked)), 0, 0L, 0L, 0L);
        await foreach (var found in door.All(ReplayPeople.Auditor, (Guid? after, int limit) => new ListReturns(null, null, after, limit), r => (Guid?)r.Id, ct))
        {
            if (found.OrderId is null)
            {
                unmatched += found.Status == "requested" && found.ExternalId is { } id ? asked.GetValueOrDefault(id) : 0;
                continue;
            }

            count++;
            foreach (var line in found.Lines)
            {
                units += line.Received;
                unitsOf[line.Sku.Value] = unitsOf.GetValueOrDefault(line.Sku.Value) + line.Received;
            }

            refunded += found.Refunds.Where(r => r.Status == "settled").Sum(r => r.Amount.MinorUnits);
        }

        return (count, units, refunded, unmatched, unitsOf);
    }

    /// <summary>Items of which more left than there ever was: opening stock, what was found, what came back.</summary>
    private IEnumerable<string> Oversold(Dictionary<string, long> shipped, Dictionary<string, long> returned)
    {
        var (opening, foundOf) = (OpeningStock.Units(plan, stock), plan.Adjustments.Where(a => a.Quantity > 0).ToLookup(a => a.Sku, a => a.Quantity));
        return from item in shipped
               let most = opening.GetValueOrDefault(item.Key) + foundOf[item.Key].Sum() + returned.GetValueOrDefault(item.Key)
               where item.Value > most
               select $"Of {item.Key} {item.Value} units left, and there were {most}.";
    }

    /// <summary>A credit that was given answers to its key for ever; asked again it says what it is now, and nothing is given.</summary>
    private async Task<long> Sundries(CancellationToken ct)
    {
        var sum = 0L;
        foreach (var planned in plan.Sundries.Where(s => s.Amount > 0))
        {
            var granted = await door.Must(ReplayPeople.Bookkeeper, ReplayRequests.Sundry(planned), planned.Key, ct);
            var now = await door.Must(ReplayPeople.Auditor, new GetRefund(granted.Id), planned.Key, ct);
            sum += now.Status == "settled" ? now.Amount.MinorUnits : 0;
        }

        return sum;
    }

    private async Task<(int Checked, int Broken, IReadOnlyList<string> Found)> Invariants(CancellationToken ct)
    {
        var (isChecked, broken, found) = (0, 0, new List<string>());
        await foreach (var result in verification.Check(null, null, ct))
        {
            isChecked++;
            if (result.Broken > 0)
            {
                broken++;
                found.Add($"{result.Id} is broken: {result.Holds}: {string.Join("; ", result.Examples)}");
            }
        }

        return (isChecked, broken, found);
    }

    /// <summary>With both decimals, also where they are 0.</summary>
    private static decimal Pounds(long pence) => pence * 0.01m;

    private sealed class SoldSums
    {
        public int WithGoods { get; set; }

        public int ChargesOnly { get; set; }

        public Dictionary<string, long> ShippedOf { get; } = [];

        public long Ordered { get; set; }

        public long Shipped { get; set; }

        public long Backordered { get; set; }

        public long Revenue { get; set; }

        public long Invoiced { get; set; }

        public int Shipments { get; set; }
    }
}
