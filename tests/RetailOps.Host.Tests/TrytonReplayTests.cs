using System.IO.Compression;
using System.Text;
using System.Text.Json;

using Npgsql;

using RetailOps.Testing;

namespace RetailOps.Host.Tests;

/// <summary>Real sales through the whole system into a real ERP, whose ledger is then read by somebody who shares no code with us.</summary>
[Trait("needs", "erp")]
public sealed class TrytonReplayTests : IAsyncLifetime
{
    private const int Orders = 60;

    private readonly ReplayRun replay = ReplayRun.Make();
    private TrytonServer tryton = null!;

    public async Task InitializeAsync() => tryton = await TrytonServer.StartAsync();

    public async Task DisposeAsync()
    {
        await replay.DisposeAsync();
        await tryton.DisposeAsync();
    }

    [Fact]
    public async Task The_first_orders_of_a_month_and_what_came_back_of_them_stand_in_its_ledger_to_the_penny()
    {
        var file = FirstOrders();
        var plan = SalesPlanner.Plan(SalesFiles.Read([file])).Figures;
        replay.Settings["RETAILOPS_ERP"] = "tryton";
        replay.Settings["RETAILOPS_ERP_URL"] = tryton.Address.AbsoluteUri;
        replay.Settings["RETAILOPS_ERP_USER"] = TrytonServer.User;
        replay.Settings["RETAILOPS_ERP_PASSWORD"] = TrytonServer.Password;

        var (exitCode, figures, complaints) = await replay.ToTheEnd(file, "--nodes", "2");
        var ledger = JsonElement.Parse(await tryton.Read());
        var refused = await Refused(figures.GetProperty("database").GetString()!);
        var ours = await Ours(figures.GetProperty("database").GetString()!);

        refused.Should().BeEmpty();
        exitCode.Should().Be(0, complaints);
        (plan.Orders, plan.CreditMemos).Should().Match<(int Orders, int Memos)>(p => p.Orders + plan.ChargeOnlyOrders == Orders && p.Memos > 0);
        Amounts(ledger, "documents").Should().Equal(ours);
        (ours.Values.Where(a => a > 0).Sum(), -ours.Values.Where(a => a < 0).Sum()).Should().Be((plan.Revenue, plan.Refunded + plan.CreditCharges));
        Amounts(ledger, "paidBack").Values.Sum().Should().Be(plan.Refunded, "what came back was paid back");
        Amounts(ledger, "accounts").Where(a => a.Key.StartsWith('4')).Sum(a => -a.Value).Should().Be(plan.Revenue - plan.Refunded - plan.CreditCharges);
        ledger.GetProperty("trialBalance").GetInt64().Should().Be(0);
        foreach (var none in (string[])["duplicates", "drafts", "numberGaps"])
        {
            ledger.GetProperty(none).GetArrayLength().Should().Be(0, none);
        }
    }

    /// <summary>The lines of the first invoices of a recorded month, and the credit lines for the same customers' same items.</summary>
    private string FirstOrders()
    {
        var month = Path.Combine(RepositoryRoot.Find(), "..", "shared", "data", "online-retail", "2010-12.csv.gz");
        var rows = SalesFiles.Read([month]).Rows;
        var first = rows.Where(r => r is { IsCredit: false, Quantity: > 0, Price: > 0 }).OrderBy(r => r.Number).Select(r => r.Invoice).Distinct().Take(Orders).ToHashSet();
        var sold = rows.Where(r => first.Contains(r.Invoice)).Select(r => (r.Customer, r.Code)).ToHashSet();
        var wanted = rows.Where(r => first.Contains(r.Invoice) || (r is { IsCredit: true, Customer: not null } && sold.Contains((r.Customer, r.Code)))).Select(r => r.Line).ToHashSet();
        using var whole = new StreamReader(new GZipStream(File.OpenRead(month), CompressionMode.Decompress), Encoding.Latin1);
        var path = Path.Combine(replay.Folder, "first.csv.gz");
        using var part = new StreamWriter(new GZipStream(File.Create(path), CompressionLevel.Fastest), Encoding.Latin1);
        for (var (line, number) = (whole.ReadLine(), 1); line is not null; (line, number) = (whole.ReadLine(), number + 1))
        {
            if (number == 1 || wanted.Contains(number))
            {
                part.WriteLine(line);
            }
        }

        return path;
    }

    /// <summary>What is neither posted nor set aside.</summary>
    private static async Task<List<string>> Refused(string database) => await Ask.All<string>(
        new NpgsqlConnectionStringBuilder(await TestServer.AdminConnectionString) { Database = database }.ConnectionString,
        "select key || ': ' || status || ' ' || coalesce(words, '') from integration.postings where status not in ('posted', 'set_aside')");

    /// <summary>What our own tables say was posted, credit memos below 0.</summary>
    private static async Task<Dictionary<string, long>> Ours(string database)
    {
        var connection = new NpgsqlConnectionStringBuilder(await TestServer.AdminConnectionString) { Database = database }.ConnectionString;
        var rows = await Ask.All<string>(
            connection, "select key || ' ' || case kind when 'CreditMemo' then -total_minor else total_minor end from integration.postings where system = 'tryton' and status = 'posted'");
        return rows.Select(r => r.Split(' ')).ToDictionary(r => r[0], r => long.Parse(r[1], System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    private static Dictionary<string, long> Amounts(JsonElement ledger, string name) => ledger.GetProperty(name).EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetInt64(), StringComparer.Ordinal);
}
