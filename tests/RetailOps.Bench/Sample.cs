using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Bench;

/// <summary>One real flow in a quiet host, of which the baseline is made.</summary>
/// <param name="Changes">All rows that it wrote, transaction by transaction.</param>
/// <param name="Known">Ids that were there before.</param>
/// <param name="At">When it began.</param>
internal sealed record Sample(IReadOnlyList<Change> Changes, HashSet<string> Known, DateTimeOffset At)
{
    private const string Busy = "select exists (select from workflows.stimuli where dead is null) or exists (select from platform.deliveries where state = 0)";

    /// <summary>Waits until neither engine nor relay have anything to do.</summary>
    public static Task Quiet(string connectionString) =>
        Eventually.Holds(async () => !await Ask.One<bool>(connectionString, Busy) && !await Ask.One<bool>(connectionString, Busy), TimeSpan.FromSeconds(120), "nothing is left to do");

    /// <summary>Does a thing and writes down what it wrote.</summary>
    public static async Task<Sample> Take(Recorder recorder, string connectionString, Func<Task> flow)
    {
        await Quiet(connectionString);
        var (before, at) = (await recorder.Mark(), TimeProvider.System.GetUtcNow());
        await flow();
        await Quiet(connectionString);
        return new(await recorder.Between(before, await recorder.Mark()), await recorder.Known(before), at);
    }

    /// <summary>The baseline of it.</summary>
    /// <param name="source">The baseline's database.</param>
    /// <param name="theirs">The baseline's shop.</param>
    /// <param name="tables">Of either database: they are alike.</param>
    /// <param name="tokens">What differs from flow to flow.</param>
    /// <param name="commits">The changes of each commit; empty ones are left out.</param>
    public Replay Script(NpgsqlDataSource source, BenchShop theirs, IReadOnlyDictionary<string, Table> tables, Tokens tokens, IEnumerable<IReadOnlyList<Change>> commits)
    {
        var (script, own) = (new Script(tables, tokens), new HashSet<string>());
        return new(source, theirs, [.. commits.Where(c => c.Count > 0).Select(c => script.Commit(c, own))], tokens, At);
    }

    /// <summary>Sees that the baseline writes what the sample wrote, table by table.</summary>
    /// <param name="superuser">In the baseline's database.</param>
    /// <param name="baseline">One flow of it.</param>
    /// <exception cref="InvalidOperationException">It does not: the comparison would mean nothing.</exception>
    public async Task Check(string superuser, Func<Task> baseline)
    {
        var recorder = new Recorder(superuser);
        await recorder.Start();
        await baseline();
        var written = (await recorder.Between(0, await recorder.Mark())).Summary();
        await recorder.Stop();
        if (written != Changes.Summary())
        {
            throw new InvalidOperationException($"The baseline writes {written}, not {Changes.Summary()}.");
        }
    }

    /// <summary>The commits of an order: capture, burst, shipment, burst, posting, answer.</summary>
    public IEnumerable<IReadOnlyList<Change>> CommitsOfOrder()
    {
        var transactions = Changes.GroupBy(c => c.Transaction).Select(t => t.ToList()).ToList();
        var capture = transactions.FindIndex(t => t.Any(c => c is { Table: "orders.orders", Operation: "INSERT" }));
        var ship = transactions.FindIndex(t => t.Any(c => c is { Table: "orders.fulfilments", Operation: "UPDATE" }));
        var (first, last) = (transactions.FindIndex(ship + 1, IsPosting), transactions.FindLastIndex(IsPosting));
        return Parts(transactions, [capture + 1, ship, ship + 1, first, last + 1]);
    }

    /// <summary>
    /// The commits of an order that is delivered, and then of its return: all of the order, then request and burst, receipt, inspection, disposition,
    /// burst, posting, answer.
    /// </summary>
    public IEnumerable<IReadOnlyList<Change>> CommitsOfReturn()
    {
        var transactions = Changes.GroupBy(c => c.Transaction).Select(t => t.ToList()).ToList();
        var request = transactions.FindIndex(t => t.Any(c => c is { Table: "returns.returns", Operation: "INSERT" }));
        var receipt = transactions.FindIndex(t => t.Any(c => c is { Table: "returns.receipts", Operation: "INSERT" }));
        var later = Enumerable.Range(receipt + 1, transactions.Count - receipt - 1).Where(i => transactions[i].Any(c => c is { Table: "platform.idempotency", Operation: "INSERT" })).ToList();
        var (inspection, disposition) = (later[0], later[1]);
        var (first, last) = (transactions.FindIndex(disposition, IsPosting), transactions.FindLastIndex(IsPosting));
        return Parts(transactions, [request, request + 1, receipt, receipt + 1, inspection + 1, disposition + 1, first, last + 1]);
    }

    private static bool IsPosting(List<Change> transaction) => transaction.Any(c => c.Table.StartsWith("sandbox_erp.", StringComparison.Ordinal));

    private static IEnumerable<IReadOnlyList<Change>> Parts(List<List<Change>> transactions, int[] ends)
    {
        var from = 0;
        foreach (var end in ends.Append(transactions.Count))
        {
            yield return [.. transactions[from..end].SelectMany(t => t)];
            from = end;
        }
    }
}
