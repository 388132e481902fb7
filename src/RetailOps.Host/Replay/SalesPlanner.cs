namespace RetailOps.Host;

/// <summary>Decides what each row is and which order a credit belongs to. Pure: the same rows give the same plan.</summary>
internal static class SalesPlanner
{
    /// <summary>Makes the plan.</summary>
    /// <param name="files">What was read.</param>
    public static SalesPlan Plan(SalesRows files)
    {
        var buckets = files.Rows.ToLookup(BucketOf);
        var orders = Orders(buckets[Bucket.Sale].Concat(buckets[Bucket.Charge]));
        var (returns, blind, matched) = Match(orders, [.. buckets[Bucket.Return]]);
        var sundries = buckets[Bucket.CreditCharge]
            .Select(r => new PlannedSundry($"{r.Invoice}/{r.Number}", r.Local, r.Customer, r.Pence(-r.Quantity), r.Description.Length > 0 ? r.Description : r.Code)).ToList();
        var adjustments = buckets[Bucket.Adjustment].Where(r => r.IsGoods)
            .Select(r => new PlannedAdjustment($"{r.Invoice}/{r.Number}", r.Local, r.Code, r.Quantity, r.Description.Length > 0 ? r.Description : "unknown")).ToList();
        var rejected = files.Rejected
            .Concat(buckets[Bucket.LedgerAdjustment].Select(r => new RejectedRow(r.File, r.Line, "ledger-adjustment", "A line of the ledger, not of a sale: its price is below 0.", r.Local))).ToList();
        var lines = orders.SelectMany(o => o.Lines).ToList();

        var figures = new PlannedFigures
        {
            Rows = files.Count,
            SaleRows = lines.Count,
            ChargeRows = orders.Sum(o => o.Charges.Count),
            AdjustmentRows = buckets[Bucket.Adjustment].Count(),
            ReturnRows = matched,
            UnmatchedCreditRows = buckets[Bucket.Return].Count() - matched,
            CreditChargeRows = sundries.Count,
            RejectedRows = rejected.Count,
            Rejects = new SortedDictionary<string, int>(rejected.CountBy(r => r.Reason).ToDictionary(), StringComparer.Ordinal),
            DuplicateRows = files.Repeats,
            Orders = orders.Count(o => o.Lines.Count > 0),
            ChargeOnlyOrders = orders.Count(o => o.Lines.Count == 0),
            UnitsOrdered = lines.Sum(l => (long)l.Quantity),
            Revenue = lines.Sum(l => l.Amount) + orders.SelectMany(o => o.Charges).Sum(c => c.Amount),
            CreditNotes = buckets[Bucket.Return].Concat(buckets[Bucket.CreditCharge]).Select(r => r.Invoice).Distinct().Count(),
            Returns = returns.Count,
            UnitsReturned = returns.SelectMany(r => r.Lines).Sum(l => (long)l.Quantity),
            Refunded = returns.Sum(r => r.Refund),
            CreditDifference = returns.SelectMany(r => r.Lines).Sum(l => l.Asked - l.Refund),
            UnmatchedCredit = blind.SelectMany(b => b.Lines).Sum(l => l.Asked),
            CreditCharges = sundries.Sum(s => s.Amount),
            CreditMemos = returns.Count(r => r.Refund > 0) + sundries.Count(s => s.Amount > 0),
        };
        return new(orders, returns, blind, sundries, adjustments, Items(files.Rows), OpeningStock(lines, adjustments), rejected, figures);
    }

    private enum Bucket
    {
        Return,
        CreditCharge,
        Adjustment,
        LedgerAdjustment,
        Sale,
        Charge,
    }

    /// <summary>The first that fits.</summary>
    private static Bucket BucketOf(SalesRow row) => row switch
    {
        { IsCredit: true } => row.IsGoods ? Bucket.Return : Bucket.CreditCharge,
        { Quantity: < 0 } or { Price: 0, Customer: null } => Bucket.Adjustment,
        { Price: < 0 } => Bucket.LedgerAdjustment,
        { IsGoods: true } => Bucket.Sale,
        _ => Bucket.Charge,
    };

    private static List<PlannedOrder> Orders(IEnumerable<SalesRow> rows) =>
    [
        .. from invoice in rows.GroupBy(r => r.Invoice)
           let inFile = invoice.OrderBy(r => r.Number).ToList()
           let goods = inFile.Where(r => r.IsGoods)
           let charges = inFile.Where(r => !r.IsGoods)
           let order = new PlannedOrder(
               invoice.Key,
               inFile.Min(r => r.Local),
               inFile.Select(r => r.Customer).FirstOrDefault(c => c is not null),
               [.. goods.Select((r, i) => new PlannedLine(i + 1, r.Number, r.Code, r.Quantity, r.Price, r.Amount))],
               [.. charges.Select(r => new PlannedCharge(KindOf(r.Code), r.Amount, r.Description.Length > 0 ? r.Description : r.Code))])
           orderby order.Local, inFile[0].Number
           select order,
    ];

    private static string KindOf(string code) => code switch
    {
        "POST" or "DOT" or "C2" => "shipping",
        "D" => "discount",
        _ => "service",
    };

    /// <summary>Each credited unit goes to the latest earlier order line of its customer and code that has one left.</summary>
    private static (List<PlannedReturn> Returns, List<PlannedBlindReturn> Blind, int MatchedRows) Match(List<PlannedOrder> orders, List<SalesRow> credits)
    {
        var sold = orders.Where(o => o.Customer is not null)
            .SelectMany(o => o.Lines.Select(l => new SoldLine(o, l)))
            .GroupBy(s => (s.Order.Customer!, s.Line.Sku))
            .ToDictionary(g => g.Key, g => g.OrderByDescending(s => s.Order.Local).ThenByDescending(s => s.Line.Row).ToList());
        var (parts, rest, matched) = (new List<(SalesRow Row, SoldLine Sold, int Units, long Asked, long Refund)>(), new List<(SalesRow Row, int Units, long Asked)>(), 0);

        foreach (var row in credits.OrderBy(r => r.Local).ThenBy(r => r.Number))
        {
            var (wanted, done) = (-row.Quantity, 0);
            foreach (var line in row.Customer is null ? [] : sold.GetValueOrDefault((row.Customer, row.Code), []))
            {
                var units = Math.Min(wanted - done, line.Returnable);
                if (units > 0 && line.IsBefore(row))
                {
                    parts.Add((row, line, units, row.Pence(done + units) - row.Pence(done), line.Take(units)));
                    done += units;
                }
            }

            matched += done > 0 ? 1 : 0;
            if (done < wanted)
            {
                rest.Add((row, wanted - done, row.Pence(wanted) - row.Pence(done)));
            }
        }

        var returns =
            from part in parts
            group part by (Note: part.Row.Invoice, part.Sold.Order) into g
            let planned = new PlannedReturn(
                g.Key.Note,
                g.Key.Order.Invoice,
                g.Min(p => p.Row.Local),
                [
                    .. g.GroupBy(p => p.Sold.Line.LineId).OrderBy(l => l.Key)
                        .Select(l => new PlannedReturnLine(l.Key, l.Sum(p => p.Units), l.Sum(p => p.Asked), l.Sum(p => p.Refund), l.First().Row.Description)),
                ])
            orderby planned.Local, g.Min(p => p.Row.Number)
            select planned;
        var blind =
            from part in rest
            group part by part.Row.Invoice into g
            let planned = new PlannedBlindReturn(
                g.Key,
                g.Min(p => p.Row.Local),
                g.Select(p => p.Row.Customer).FirstOrDefault(c => c is not null),
                [.. g.GroupBy(p => p.Row.Code).Select(l => new PlannedBlindLine(l.Key, l.Sum(p => p.Units), l.Sum(p => p.Asked)))])
            orderby planned.Local, g.Min(p => p.Row.Number)
            select planned;
        return ([.. returns], [.. blind], matched);
    }

    private static SortedDictionary<string, string> Items(IReadOnlyList<SalesRow> rows) => new(
        rows.Where(r => r.IsGoods).GroupBy(r => r.Code).ToDictionary(g => g.Key, g => g.Select(r => r.Description).FirstOrDefault(d => d.Length > 0) ?? g.Key),
        StringComparer.Ordinal);

    private static SortedDictionary<string, int> OpeningStock(IEnumerable<PlannedLine> lines, IEnumerable<PlannedAdjustment> adjustments) => new(
        lines.Select(l => (l.Sku, l.Quantity))
            .Concat(adjustments.Where(a => a.Quantity < 0).Select(a => (a.Sku, Quantity: -a.Quantity)))
            .GroupBy(u => u.Sku)
            .ToDictionary(g => g.Key, g => g.Sum(u => u.Quantity)),
        StringComparer.Ordinal);

    private sealed class SoldLine(PlannedOrder order, PlannedLine line)
    {
        private int returned;

        public PlannedOrder Order => order;

        public PlannedLine Line => line;

        public int Returnable => line.Quantity - returned;

        public bool IsBefore(SalesRow credit) => order.Local < credit.Local || (order.Local == credit.Local && line.Row < credit.Number);

        /// <summary>Pence that were paid for the next units: the rounded cumulative share of the line, less what the units before them got.</summary>
        public long Take(int units)
        {
            var before = Share(returned);
            returned += units;
            return Share(returned) - before;
        }

        private long Share(int units) => (long)Math.Round((decimal)line.Amount * units / line.Quantity, MidpointRounding.AwayFromZero);
    }
}
