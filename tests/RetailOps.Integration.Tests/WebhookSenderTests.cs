using System.Net;
using System.Net.Sockets;
using System.Text;

using RetailOps.Platform;

namespace RetailOps.Integration.Tests;

public sealed class WebhookSenderTests
{
    [Fact]
    public async Task A_message_arrives_signed_and_as_it_was_written()
    {
        using var receiver = new Receiver("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
        using var sender = new WebhookSender(new OutboundRules { Allowed = ["127.0.0.1"] });
        var body = Encoding.UTF8.GetBytes("""{"a":1}""");
        var secret = StandardWebhook.NewSecret();
        var now = DateTimeOffset.UnixEpoch.AddYears(50);

        var sent = await sender.Send(receiver.Address, CloudEvent.ContentType, body, StandardWebhook.Sign("m-1", now, body, [secret]), default);

        sent.Should().Be(new WebhookTry(204, null, null));
        var (head, got) = await receiver.Heard;
        got.Should().Be("""{"a":1}""");
        head.Should().StartWith("POST /hook HTTP/1.1").And.Contain("Content-Type: application/cloudevents+json; charset=utf-8");
        var headers = head.Split("\r\n").Skip(1).Select(h => h.Split(": ", 2)).ToDictionary(h => h[0], h => h[1], StringComparer.OrdinalIgnoreCase);
        InboundSignature.Verify(SignatureStyle.Standard, new(headers.GetValueOrDefault, _ => null, Encoding.UTF8.GetBytes(got)), [secret], now).Should().BeNull();
    }

    [Theory]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 302, null)]
    [InlineData("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", 503, 7)]
    public async Task A_redirection_is_not_followed_and_a_no_is_no_arrival(string answer, int status, int? retryAfter)
    {
        using var receiver = new Receiver(answer);
        using var sender = new WebhookSender(new OutboundRules { Allowed = ["127.0.0.1"] });

        var sent = await sender.Send(receiver.Address, "application/json", [], new Dictionary<string, string>(), default);

        sent.Arrived.Should().BeFalse();
        (sent.Status, sent.RetryAfter).Should().Be((status, retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null));
    }

    [Theory]
    [InlineData("http://127.0.0.1/hook"), InlineData("https://127.0.0.1/hook"), InlineData("https://[::ffff:10.0.0.1]/"), InlineData("https://localhost/"), InlineData("http://example.com/"), InlineData("https://user@example.com/"), InlineData("https://example.com:25/")]
    public async Task Nobody_is_led_where_it_must_not_go(string address)
    {
        using var sender = new WebhookSender(new OutboundRules());

        var sent = await sender.Send(new Uri(address), "application/json", [], new Dictionary<string, string>(), default);

        sent.Status.Should().BeNull();
        sent.Why.Should().NotBeNullOrEmpty();
    }

    /// <summary>Takes one message and says one thing.</summary>
    private sealed class Receiver : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);

        public Receiver(string says)
        {
            listener.Start();
            Heard = Serve(says);
        }

        public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/hook");

        public Task<(string Head, string Body)> Heard { get; }

        public void Dispose() => listener.Dispose();

        private async Task<(string Head, string Body)> Serve(string says)
        {
            using var visitor = await listener.AcceptTcpClientAsync();
            await using var stream = visitor.GetStream();
            var heard = new StringBuilder();
            var buffer = new byte[4096];
            string[] parts;
            do
            {
                heard.Append(Encoding.UTF8.GetString(buffer, 0, await stream.ReadAsync(buffer)));
                parts = heard.ToString().Split("\r\n\r\n", 2);
            }
            while (parts.Length < 2 || parts[1].Length < Length(parts[0]));
            await stream.WriteAsync(Encoding.ASCII.GetBytes(says));
            return (parts[0], parts[1]);
        }

        private static int Length(string head) =>
            head.Split("\r\n").Where(h => h.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase)).Select(h => int.Parse(h[16..], System.Globalization.CultureInfo.InvariantCulture)).FirstOrDefault();
    }
}
