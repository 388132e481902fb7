using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;

using RetailOps.Testing;

namespace RetailOps.Integration.Tests;

/// <summary>The receiver that the documentation shows, run as it stands there.</summary>
public sealed class SampleConsumerTests
{
    [Fact]
    public async Task The_sample_in_the_documentation_verifies_takes_each_message_once_and_keeps_the_newest()
    {
        await using var bench = await WebhookBench.StartAsync();
        var secret = StandardWebhook.NewSecret();
        using var consumer = new Consumer(secret);
        var address = new Uri($"http://127.0.0.1:{await consumer.Port()}/hook");
        var webhook = (await bench.Host.Requests.Run(WebhookBench.Shop, new RegisterWebhook(address.ToString(), ["inventory.item-changed.v1"], bench.New(secret)))).Value;

        await bench.Change("LAMP", 3);
        await bench.Done(webhook);
        await bench.Host.Requests.Run(WebhookBench.Shop, new ReplayWebhook(webhook.Id, null, 0, null, null, null));
        await bench.Done(webhook);
        var forged = await Post(address, StandardWebhook.Sign("m", TimeProvider.System.GetUtcNow(), "{}"u8, [StandardWebhook.NewSecret()]));
        var old = await Post(address, StandardWebhook.Sign("m", TimeProvider.System.GetUtcNow().AddMinutes(-6), "{}"u8, [secret]));
        await consumer.Says(1 + 3 + 3);

        consumer.Said.Skip(1).Take(3).Select(l => (l.Split(' ')[0], l.Split(' ')[^1])).Should().Equal(("took", "1"), ("took", "2"), ("took", "3"));
        consumer.Said.Skip(4).Should().HaveCount(3).And.OnlyContain(l => l.StartsWith("again", StringComparison.Ordinal));
        (forged, old).Should().Be((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized));
    }

    private static async Task<HttpStatusCode> Post(Uri address, IReadOnlyDictionary<string, string> headers)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return (await client.SendAsync(request)).StatusCode;
    }

    private sealed class Consumer : IDisposable
    {
        private readonly ConcurrentQueue<string> said = new();
        private readonly Process process;

        public Consumer(string secret)
        {
            var start = new ProcessStartInfo("python3", [Path.Combine(RepositoryRoot.Find(), "docs", "samples", "webhook_consumer.py"), "0"]) { RedirectStandardOutput = true };
            start.Environment["WEBHOOK_SECRET"] = secret;
            process = Process.Start(start)!;
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is not null)
                {
                    said.Enqueue(line.Data);
                }
            };
            process.BeginOutputReadLine();
        }

        public IReadOnlyList<string> Said => [.. said];

        public async Task<int> Port()
        {
            await Says(1);
            return int.Parse(Said[0].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        }

        public Task Says(int lines) => Eventually.Holds(() => Task.FromResult(said.Count >= lines), TimeSpan.FromSeconds(30), $"the receiver says {lines} lines");

        public void Dispose()
        {
            process.Kill();
            process.Dispose();
        }
    }
}
