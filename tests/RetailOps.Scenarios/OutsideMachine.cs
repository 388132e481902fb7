using System.Collections.Concurrent;
using System.Net;

namespace RetailOps.Scenarios;

/// <summary>A machine that flows call; it remembers what it was asked.</summary>
internal sealed class OutsideMachine : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<string, int> asked = new();

    private OutsideMachine()
    {
        using var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
        probe.Stop();
        listener.Prefixes.Add(Address);
        listener.Start();
        _ = Serve();
    }

    public string Address { get; }

    public static OutsideMachine Start() => new();

    /// <summary>How often each text was sent to it.</summary>
    public IReadOnlyDictionary<string, int> Asked => asked;

    public ValueTask DisposeAsync()
    {
        listener.Close();
        return ValueTask.CompletedTask;
    }

    private async Task Serve()
    {
        while (listener.IsListening)
        {
            try
            {
                var http = await listener.GetContextAsync();
                using var reader = new StreamReader(http.Request.InputStream);
                asked.AddOrUpdate(await reader.ReadToEndAsync(), 1, (_, times) => times + 1);
                http.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Who asked is gone, or the test is over.
            }
        }
    }
}
