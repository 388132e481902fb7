using System.Collections.Concurrent;
using System.Net;
using System.Text.RegularExpressions;

namespace RetailOps.Bench;

/// <summary>
/// What the limits do and what they cost. One person of the shop storms with 64 connections and listens to no Retry-After, while others place and read orders at
/// an even pace: their waiting is compared with that of the same pace without the storm, in turns. Then whole orders in turns on a host with limits, quotas
/// and the other gates, and on one without.
/// </summary>
internal sealed partial class LimitsSuite : IAsyncDisposable
{
    private const double MostTimes = 2;
    private const double LeastShare = 0.85;
    private const double PerSecond = 20;
    private const int Storming = 64;
    private const int Clients = 8;

    private readonly BenchOptions options;
    private readonly ServedShop governed;
    private readonly ServedShop plain;
    private readonly ConcurrentDictionary<int, int> statuses = new();

    private LimitsSuite(BenchOptions options, ServedShop governed, ServedShop plain) => (this.options, this.governed, this.plain) = (options, governed, plain);

    public static async Task<IReadOnlyList<BenchRow>> Run(BenchOptions options)
    {
        await Console.Error.WriteLineAsync("Starting a durable server and two hosts, one of them without limits …");
        await using var server = await BenchServer.Start(options);
        var governed = await ServedShop.Open(server, await BenchDatabase.Make(server, "bench"));
        await using var suite = new LimitsSuite(options, governed, await ServedShop.Open(server, await BenchDatabase.Make(server, "ungoverned"), isGoverned: false));
        return await suite.Measure();
    }

    public async ValueTask DisposeAsync()
    {
        await governed.DisposeAsync();
        await plain.DisposeAsync();
    }

    private async Task<IReadOnlyList<BenchRow>> Measure()
    {
        foreach (var shop in new[] { governed, plain })
        {
            await Load.Closed(Clients, TimeSpan.FromSeconds(options.Warmup / 2), random => shop.Flow.One(OrderFlow.Items(random, 2, false), TimeProvider.System.GetTimestamp()));
            await shop.Database.Analyse();
        }

        var (with, without) = (new List<double>(), new List<double>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            // Who begins changes from round to round: what the first of two leaves behind falls on both alike.
            foreach (var (shop, rates) in round % 2 == 0 ? new[] { (plain, without), (governed, with) } : [(governed, with), (plain, without)])
            {
                var (done, seconds) = await Load.Closed(Clients, TimeSpan.FromSeconds(options.Seconds), random => shop.Flow.One(OrderFlow.Items(random, 2, false), TimeProvider.System.GetTimestamp()));
                rates.Add(done / seconds);
                await shop.Quiet();
            }

            await Console.Error.WriteLineAsync($"round {round}: {with[^1]:0} orders/s with limits, {without[^1]:0} without");
        }

        using var stormer = await SignIn();
        var (calm, storm) = (new List<(double Place, double Read)>(), new List<(double Place, double Read)>());
        for (var round = 1; round <= options.Rounds; round++)
        {
            calm.Add(await Others(round));
            using var over = new CancellationTokenSource();
            var storming = Storm(stormer, over.Token);
            storm.Add(await Others(round));
            await over.CancelAsync();
            await storming;
            await governed.Quiet();
            await Console.Error.WriteLineAsync($"round {round}: p95 of placing {calm[^1].Place:0.0} ms, in the storm {storm[^1].Place:0.0}; of reading {calm[^1].Read:0.0}, in the storm {storm[^1].Read:0.0}");
        }

        var (rate, plainly) = (Report.Median(with), Report.Median(without));
        return
        [
            new($"orders, 2 lines, {Clients} clients, with limits against without", rate, "orders/s", plainly, rate / plainly, LeastShare, rate / plainly >= LeastShare),
            BenchRow.AtMostTimes($"p95 of placing at {PerSecond:0}/s beside a storm", Report.Median(storm.Select(s => s.Place)), "ms", Report.Median(calm.Select(s => s.Place)), MostTimes),
            BenchRow.AtMostTimes($"p95 of reading at {PerSecond:0}/s beside a storm", Report.Median(storm.Select(s => s.Read)), "ms", Report.Median(calm.Select(s => s.Read)), MostTimes),
            new("requests of the storm that were answered 429", statuses.GetValueOrDefault(429), "requests"),
            new("requests of the storm that were let in", statuses.Where(s => s.Key != 429).Sum(s => s.Value), "requests"),
            await governed.Close(),
            await plain.Close(),
        ];
    }

    /// <summary>Those who do what they always do.</summary>
    /// <returns>Below what 95 of 100 stay, in milliseconds.</returns>
    private async Task<(double Place, double Read)> Others(int seed)
    {
        var placing = Load.Open(PerSecond, TimeSpan.FromSeconds(options.Seconds), seed, async (random, due) =>
        {
            await governed.Front.Place(OrderFlow.NextName(), OrderFlow.Items(random, 2, false));
            return TimeProvider.System.GetElapsedTime(due);
        });
        var reading = Load.Open(PerSecond, TimeSpan.FromSeconds(options.Seconds), seed + 1000, async (_, due) =>
        {
            await governed.Front.Look(20);
            return TimeProvider.System.GetElapsedTime(due);
        });
        return (Load.Percentile(await placing, 0.95), Load.Percentile(await reading, 0.95));
    }

    /// <summary>One who wants everything at once: reads and writes from 64 connections, each as soon as the one before is answered.</summary>
    private Task Storm(HttpClient http, CancellationToken over) => Task.WhenAll(Enumerable.Range(0, Storming).Select(n => Task.Run(
        async () =>
        {
            try
            {
                while (!over.IsCancellationRequested)
                {
                    using var request = n % 2 == 0 ? new HttpRequestMessage(HttpMethod.Get, "api/v1/orders?limit=500") : Order();
                    using var response = await http.SendAsync(request, over);
                    statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
                }
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested)
            {
                // The storm is over.
            }
        },
        CancellationToken.None)));

    private static HttpRequestMessage Order()
    {
        var name = OrderFlow.NextName();
        return new(HttpMethod.Post, "api/v1/orders")
        {
            Headers = { { "Idempotency-Key", name } },
            Content = System.Net.Http.Json.JsonContent.Create(new
            {
                channel = "storm",
                externalId = name,
                currency = "GBP",
                lines = new[] { new { sku = BenchShop.Sku(1 + Random.Shared.Next(BenchShop.Items - 1)), quantity = 1, unitPrice = new { amount = "2.50", currency = "GBP" } } },
            }),
        };
    }

    private HttpClient Http() => new(new SocketsHttpHandler { MaxConnectionsPerServer = 512, AllowAutoRedirect = false, CookieContainer = new CookieContainer() }) { BaseAddress = governed.Host.Url };

    /// <summary>Somebody of the shop who may place orders; the command line has the whole host for itself and could not storm.</summary>
    private async Task<HttpClient> SignIn()
    {
        var http = Http();
        var password = (await File.ReadAllLinesAsync(Path.Combine(governed.Folder, "sign-ins.txt"))).Select(l => l.Split(' ')).First(l => l[0] == "service")[1];
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(await http.GetStringAsync(new Uri("sign-in", UriKind.Relative))).Groups[1].Value,
            ["name"] = "service",
            ["password"] = password,
            ["returnTo"] = "",
        });
        using var answer = await http.PostAsync(new Uri("sign-in", UriKind.Relative), form);
        return answer.StatusCode == HttpStatusCode.Redirect ? http : throw new InvalidOperationException($"The sign-in was answered {(int)answer.StatusCode}.");
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}
