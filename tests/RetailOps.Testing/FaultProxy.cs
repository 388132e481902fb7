using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

using Npgsql;

namespace RetailOps.Testing;

/// <summary>What happens to a COMMIT on its way.</summary>
public enum CommitFault
{
    /// <summary>It reaches the server and happens; the answer does not come back and the connection is gone.</summary>
    AnswerLost,

    /// <summary>It is swallowed, and both ends of the connection are cut.</summary>
    Swallowed,

    /// <summary>It is swallowed, our end is cut, and the server waits for us as if nothing were.</summary>
    HalfOpen,

    /// <summary>It is swallowed, and nobody is told before <see cref="FaultProxy.Release"/>.</summary>
    Held,
}

/// <summary>Stands between a host and PostgreSQL and loses commits as planned. Reads the messages of protocol version 3, without TLS.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource closing = new();
    private readonly ConcurrentDictionary<string, int> commits = [];
    private readonly ConcurrentBag<Socket> open = [];
    private TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string target;
    private readonly Task accepting;
    private int faults;

    private FaultProxy(string connectionString)
    {
        target = connectionString;
        listener.Start();
        accepting = Accept();
    }

    /// <summary>Asked for each COMMIT with the connection's application name and its number among those of that name, from 1; null lets it pass.</summary>
    public Func<string, int, CommitFault?> Plan { get; set; } = (_, _) => null;

    /// <summary>How many commits were lost so far.</summary>
    public int Faults => Volatile.Read(ref faults);

    /// <summary>Ends when a commit is held.</summary>
    public Task Held => held.Task;

    /// <summary>The way through here.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(target)
    {
        Host = "127.0.0.1",
        Port = ((IPEndPoint)listener.LocalEndpoint).Port,
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Holds the next commit of an application name.</summary>
    public void Hold(string application)
    {
        var left = 1;
        release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        held = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Plan = (name, _) => name == application && Interlocked.Exchange(ref left, 0) == 1 ? CommitFault.Held : null;
    }

    /// <summary>Cuts the connections whose commits are held.</summary>
    public void Release() => release.TrySetResult();

    /// <summary>Opens a way to a server.</summary>
    /// <param name="connectionString">Where it is: a host and port, or a folder with its unix socket.</param>
    public static FaultProxy To(string connectionString) => new(connectionString);

    /// <summary>How many commits of an application name came this way.</summary>
    public int Commits(string application) => commits.GetValueOrDefault(application);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        release.TrySetResult();
        listener.Stop();
        await accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var socket in open)
        {
            socket.Dispose();
        }

        closing.Dispose();
    }

    private async Task Accept()
    {
        while (!closing.IsCancellationRequested)
        {
            var client = await listener.AcceptSocketAsync(closing.Token);
            _ = Serve(client);
        }
    }

    private async Task Serve(Socket client)
    {
        open.Add(client);
        try
        {
            var server = await Connect();
            open.Add(server);
            var link = new Link(client, server);
            var answers = Answers(link);
            await Questions(link);
            await answers;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or EndOfStreamException or OperationCanceledException or IOException)
        {
            client.Dispose();
        }
    }

    private async Task<Socket> Connect()
    {
        var settings = new NpgsqlConnectionStringBuilder(target);
        var isFolder = settings.Host!.StartsWith('/');
        var socket = new Socket(isFolder ? AddressFamily.Unix : AddressFamily.InterNetwork, SocketType.Stream, isFolder ? ProtocolType.Unspecified : ProtocolType.Tcp);
        EndPoint there = isFolder ? new UnixDomainSocketEndPoint($"{settings.Host}/.s.PGSQL.{settings.Port}") : new DnsEndPoint(settings.Host, settings.Port, AddressFamily.InterNetwork);
        await socket.ConnectAsync(there, closing.Token);
        if (!isFolder)
        {
            socket.NoDelay = true;
        }

        return socket;
    }

    private async Task Questions(Link link)
    {
        link.Client.NoDelay = true;
        await using var from = new NetworkStream(link.Client);
        await using var to = new NetworkStream(link.Server);
        try
        {
            var name = await Startup(from, to);
            var head = new byte[5];
            while (true)
            {
                await from.ReadExactlyAsync(head, closing.Token);
                var message = new byte[1 + BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
                head.CopyTo(message, 0);
                await from.ReadExactlyAsync(message.AsMemory(5), closing.Token);
                if (IsCommit(message) && Plan(name, commits.AddOrUpdate(name, 1, (_, n) => n + 1)) is { } fault)
                {
                    await Lose(fault, link, to, message);
                    return;
                }

                await to.WriteAsync(message, closing.Token);
            }
        }
        finally
        {
            if (!link.IsHalfOpen)
            {
                link.Server.Dispose();
            }

            link.Client.Dispose();
        }
    }

    private async Task Lose(CommitFault fault, Link link, NetworkStream to, byte[] message)
    {
        Interlocked.Increment(ref faults);
        switch (fault)
        {
            case CommitFault.AnswerLost:
                link.IsDeaf = true;
                await to.WriteAsync(message, closing.Token);
                await link.Answered.Task.WaitAsync(TimeSpan.FromSeconds(10), closing.Token);
                break;
            case CommitFault.HalfOpen:
                link.IsHalfOpen = true;
                break;
            case CommitFault.Held:
                link.IsHeld = true;
                held.TrySetResult();
                await release.Task;
                break;
            case CommitFault.Swallowed:
            default:
                break;
        }
    }

    private async Task Answers(Link link)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await link.Server.ReceiveAsync(buffer, closing.Token) is > 0 and var count)
            {
                if (link.IsDeaf)
                {
                    link.Answered.TrySetResult();
                }
                else if (!link.IsHalfOpen)
                {
                    await SendAll(link.Client, buffer.AsMemory(0, count));
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other direction, or the other end, is done.
        }

        link.Answered.TrySetResult();
        if (link.IsHeld)
        {
            await release.Task;
        }

        link.Client.Dispose();
    }

    private async Task SendAll(Socket to, ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await to.SendAsync(bytes, closing.Token)..];
        }
    }

    /// <summary>The first message has no type: a length, the version, and names with values.</summary>
    private async Task<string> Startup(NetworkStream from, NetworkStream to)
    {
        var length = new byte[4];
        await from.ReadExactlyAsync(length, closing.Token);
        var rest = new byte[BinaryPrimitives.ReadInt32BigEndian(length) - 4];
        await from.ReadExactlyAsync(rest, closing.Token);
        await to.WriteAsync(length, closing.Token);
        await to.WriteAsync(rest, closing.Token);
        var words = Encoding.UTF8.GetString(rest.AsSpan(4)).Split('\0');
        var at = Array.IndexOf(words, "application_name");
        return at < 0 ? "" : words[at + 1];
    }

    // Query: the text. Parse: the statement's name, then the text.
    private static bool IsCommit(byte[] message)
    {
        if (message[0] is not ((byte)'Q' or (byte)'P') || message.Length > 200)
        {
            return false;
        }

        var words = Encoding.UTF8.GetString(message.AsSpan(5)).Split('\0');
        return (message[0] == (byte)'Q' ? words[0] : words[1]).Trim().TrimEnd(';').Equals("COMMIT", StringComparison.OrdinalIgnoreCase);
    }

    private sealed class Link(Socket client, Socket server)
    {
        public Socket Client { get; } = client;

        public Socket Server { get; } = server;

        public TaskCompletionSource Answered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool IsDeaf { get; set; }

        public bool IsHalfOpen { get; set; }

        public bool IsHeld { get; set; }
    }
}
