using System.Net;
using System.Net.Sockets;
using System.Text;

namespace RetailOps.Platform.Tests;

/// <summary>Nobody who only says an address leads this host to where it must not go.</summary>
public sealed class OutboundGuardTests
{
    [Theory]
    [InlineData("127.0.0.1"), InlineData("10.1.2.3"), InlineData("172.20.0.1"), InlineData("192.168.1.1"), InlineData("169.254.169.254"), InlineData("0.0.0.0"), InlineData("100.64.0.1"), InlineData("192.88.99.1")]
    [InlineData("224.0.0.1"), InlineData("255.255.255.255"), InlineData("::"), InlineData("::1"), InlineData("fe80::1"), InlineData("fd00::1"), InlineData("ff02::1"), InlineData("::ffff:127.0.0.1"), InlineData("::ffff:169.254.169.254")]
    [InlineData("64:ff9b::7f00:1"), InlineData("2002:7f00:1::"), InlineData("2001::1"), InlineData("2001:db8::1"), InlineData("3fff::1"), InlineData("::7f00:1"), InlineData("fec0::1")]
    public void Addresses_that_are_not_of_the_world_are_not_called(string address) => Guard().MayCall(IPAddress.Parse(address)).Should().BeFalse();

    [Theory, InlineData("8.8.8.8"), InlineData("2606:4700::1111"), InlineData("::ffff:8.8.8.8"), InlineData("172.32.0.1")]
    public void Addresses_of_the_world_are(string address) => Guard().MayCall(IPAddress.Parse(address)).Should().BeTrue();

    [Theory]
    [InlineData("http://127.0.0.1/"), InlineData("http://localhost/"), InlineData("http://2130706433/"), InlineData("http://0x7f000001/"), InlineData("http://0177.0.0.1/"), InlineData("http://127.1/"), InlineData("http://[::1]/")]
    [InlineData("http://[::ffff:127.0.0.1]/"), InlineData("http://169.254.169.254/latest/meta-data/"), InlineData("http://0/")]
    public async Task However_it_is_written_a_private_address_is_not_connected_to(string address)
    {
        using var client = new HttpClient(Guard().Handler(follows: true));

        var call = () => client.GetAsync(new Uri(address));

        (await call.Should().ThrowAsync<HttpRequestException>()).WithMessage("*not to be called from here*");
    }

    [Theory]
    [InlineData("ftp://example.com/", "Only http*"), InlineData("file:///etc/passwd", "Only http*"), InlineData("gopher://example.com/", "Only http*"), InlineData("http://user:pass@example.com/", "*password*"), InlineData("http://example.com:5432/", "Port 5432*")]
    [InlineData("http://example.com:22/", "Port 22*"), InlineData("https://example.com:8443/", "Port 8443*")]
    public void What_is_no_call_of_the_web_is_refused_as_it_is_written(string address, string why) => Guard().Fault(new Uri(address)).Should().Match(why);

    [Theory]
    [InlineData("https://api.example.com/x", true), InlineData("https://a.b.example.net/x", true), InlineData("https://example.net/x", false), InlineData("https://api.example.com.evil.org/", false), InlineData("https://evil.org/", false)]
    [InlineData("http://erp.internal:8000/", true), InlineData("https://notexample.net/", false)]
    public void Where_hosts_are_listed_there_are_no_others(string address, bool may) =>
        (new OutboundGuard(new OutboundRules { Only = ["api.example.com", "*.example.net"], Allowed = ["erp.internal"] }).Fault(new Uri(address)) is null).Should().Be(may);

    [Fact]
    public async Task A_redirection_is_looked_at_like_the_first_address()
    {
        using var inner = new Place(IPAddress.Parse("127.0.0.2"), "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret");
        using var outer = new Place(IPAddress.Loopback, $"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:{inner.Port}/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        using var follower = new HttpClient(Guard("127.0.0.1").Handler(follows: true));
        using var strict = new HttpClient(Guard("127.0.0.1").Handler(follows: false));
        var address = new Uri($"http://127.0.0.1:{outer.Port}/");

        var call = () => follower.GetAsync(address);
        await call.Should().ThrowAsync<HttpRequestException>();
        using var answer = await strict.GetAsync(address);

        answer.StatusCode.Should().Be(HttpStatusCode.Found);
        outer.Visits.Should().Be(2);
        inner.Visits.Should().Be(0);
    }

    private static OutboundGuard Guard(params string[] allowed) => new(new OutboundRules { Allowed = allowed });

    /// <summary>Says the same to everybody who comes.</summary>
    private sealed class Place : IDisposable
    {
        private readonly TcpListener listener;

        public Place(IPAddress address, string says)
        {
            listener = new TcpListener(address, 0);
            listener.Start();
            _ = Serve(says);
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public int Visits { get; private set; }

        public void Dispose() => listener.Dispose();

        private async Task Serve(string says)
        {
            try
            {
                while (true)
                {
                    using var visitor = await listener.AcceptTcpClientAsync();
                    Visits++;
                    await using var stream = visitor.GetStream();
                    await stream.ReadAtLeastAsync(new byte[16], 16);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(says));
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException or OperationCanceledException)
            {
                // The test is over.
            }
        }
    }
}
