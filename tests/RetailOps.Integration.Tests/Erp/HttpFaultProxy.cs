using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace RetailOps.Integration.Tests;

/// <summary>What goes wrong with one call.</summary>
internal enum HttpFault
{
    /// <summary>The connection is closed before the call arrives.</summary>
    Refuse,

    /// <summary>The call arrives, and is answered long after the caller's patience.</summary>
    Delay,

    /// <summary>It is done, and 500 is said.</summary>
    FailAfter,

    /// <summary>It is done, and the connection is closed in the middle of the answer.</summary>
    CutAfter,

    /// <summary>It does not arrive, and is answered as a workflow is that passes a record over: with null.</summary>
    PassOver,

    /// <summary>The server no longer knows the caller's session: it gets another one's.</summary>
    ForgetSession,
}

/// <summary>Stands between us and a server that speaks HTTP with a connection per call, and spoils what it is told to.</summary>
internal sealed class HttpFaultProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource end = new();
    private readonly Uri server;
    private readonly Task serving;
    private int faults;

    private HttpFaultProxy(Uri server)
    {
        this.server = server;
        listener.Start();
        serving = Serve();
    }

    public Uri Address => new UriBuilder(server) { Port = ((IPEndPoint)listener.LocalEndpoint).Port }.Uri;

    /// <summary>Which fault a call gets, by its JSON-RPC method; null for none.</summary>
    public Func<string, HttpFault?> Plan { get; set; } = _ => null;

    /// <summary>What is done when a call to this method has arrived, before it is passed on.</summary>
    public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

    public int Faults => faults;

    /// <summary>The methods that were called.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Calls { get; } = new();

    public static HttpFaultProxy To(Uri server) => new(server);

    /// <summary>One fault, for so many calls to a method.</summary>
    public void Spoil(string method, HttpFault fault, int times = 1)
    {
        var left = times;
        Plan = called => called == method && Interlocked.Decrement(ref left) >= 0 ? fault : null;
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        listener.Stop();
        await serving;
        end.Dispose();
    }

    private async Task Serve()
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var client = await listener.AcceptTcpClientAsync(end.Token);
                _ = Pass(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Pass(TcpClient client)
    {
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            var (head, body) = await ReadRequest(stream);
            var method = JsonElement.Parse(body).GetProperty("method").GetString()!;
            Calls.Enqueue(method);
            await Before(method);
            var fault = Plan(method);
            if (fault is not null)
            {
                Interlocked.Increment(ref faults);
            }

            if (fault is HttpFault.Refuse)
            {
                client.Client.Close(0);
                return;
            }

            if (fault is HttpFault.PassOver)
            {
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 25\r\nConnection: close\r\n\r\n{\"id\": 1, \"result\": null}"u8.ToArray(), end.Token);
                return;
            }

            var answer = await Ask(fault is HttpFault.ForgetSession ? Forgotten(head) : head, body);
            switch (fault)
            {
                case HttpFault.Delay:
                    await Task.Delay(Timeout.Infinite, end.Token);
                    break;
                case HttpFault.FailAfter:
                    answer = "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();
                    break;
                case HttpFault.CutAfter:
                    answer = answer[..(answer.Length - 3)];
                    break;
            }

            await stream.WriteAsync(answer, end.Token);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One of the two has gone; so does the other's connection.
        }
    }

    private async Task<byte[]> Ask(string head, byte[] body)
    {
        using var upstream = new TcpClient();
        await upstream.ConnectAsync(server.Host, server.Port, end.Token);
        var stream = upstream.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), end.Token);
        await stream.WriteAsync(body, end.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, end.Token);
        return answer.Length > 0 ? answer.ToArray() : throw new IOException("The server went away.");
    }

    private async Task<(string Head, byte[] Body)> ReadRequest(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(one, end.Token);
            head.Append((char)one[0]);
        }

        var length = head.ToString().Split("\r\n").First(l => l.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
        var body = new byte[int.Parse(length, System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, end.Token);
        return (head.ToString(), body);
    }

    private static string Forgotten(string head) =>
        string.Join("\r\n", head.Split("\r\n").Select(l => l.StartsWith("Authorization:", StringComparison.OrdinalIgnoreCase) ? "Authorization: Session " + Convert.ToBase64String("retailops:2:0000"u8) : l));
}
