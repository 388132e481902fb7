using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

using Microsoft.Extensions.DependencyInjection;

using MimeKit;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Testing;

using SmtpServer;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace RetailOps.Integration.Tests;

/// <summary>A real mail server that says what a test wants it to say.</summary>
internal sealed class MailServer : MessageStore, IAsyncDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly ConcurrentQueue<MimeMessage> got = new();
    private readonly Task running;

    public MailServer()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Port = ((IPEndPoint)free.LocalEndpoint).Port;
        }

        var services = new SmtpServer.ComponentModel.ServiceProvider();
        services.Add(this);
        var options = new SmtpServerOptionsBuilder().ServerName("localhost").Endpoint(e => e.Endpoint(new IPEndPoint(IPAddress.Loopback, Port))).Build();
        running = new SmtpServer.SmtpServer(options, services).StartAsync(end.Token);
    }

    public int Port { get; }

    public Uri Address => new($"smtp://127.0.0.1:{Port}");

    /// <summary>What was brought, taken or not.</summary>
    public IReadOnlyList<MimeMessage> All => [.. got];

    public Func<MimeMessage, SmtpResponse> Says { get; set; } = _ => SmtpResponse.Ok;

    public override async Task<SmtpResponse> SaveAsync(ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream(buffer.ToArray());
        var mail = await MimeMessage.LoadAsync(bytes, cancellationToken);
        got.Enqueue(mail);
        return Says(mail);
    }

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await running.ContinueWith(_ => { }, TaskScheduler.Default);
        end.Dispose();
    }
}

/// <summary>Takes the first mail whole, and hangs up without a word; then it is a mail server that takes all.</summary>
internal sealed class FaintingMailServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> ids = new();

    public FaintingMailServer()
    {
        listener.Start();
        _ = Task.Run(Serve);
    }

    public Uri Address => new($"smtp://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");

    public IReadOnlyList<string> Ids => [.. ids];

    public void Dispose() => listener.Dispose();

    private async Task Serve()
    {
        while (true)
        {
            try
            {
                using var visitor = await listener.AcceptTcpClientAsync();
                await Talk(visitor.GetStream());
            }
            catch (IOException)
            {
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Talk(NetworkStream stream)
    {
        using var reader = new StreamReader(stream);
        await using var writer = new StreamWriter(stream) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 here");
        while (await reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("DATA", StringComparison.OrdinalIgnoreCase))
            {
                await writer.WriteLineAsync("354 go on");
                while (await reader.ReadLineAsync() is { } text && text != ".")
                {
                    if (text.StartsWith("Message-Id:", StringComparison.OrdinalIgnoreCase))
                    {
                        ids.Enqueue(text[11..].Trim());
                    }
                }

                if (ids.Count == 1)
                {
                    return;
                }
            }

            await writer.WriteLineAsync(line.StartsWith("QUIT", StringComparison.OrdinalIgnoreCase) ? "221 bye" : "250 ok");
        }
    }
}

/// <summary>A database, a mail server, and a host that writes to customers.</summary>
internal sealed class NoticeBench : IAsyncDisposable
{
    private NoticeBench(TestDatabase database, MailServer server, TestHost host) => (Database, Server, Host) = (database, server, host);

    public TestDatabase Database { get; }

    public MailServer Server { get; }

    public TestHost Host { get; }

    public static async Task<NoticeBench> StartAsync(NoticeOptions? options = null, bool asleep = false)
    {
        var (database, server) = (await TestDatabase.CreateAsync(), new MailServer());
        return new(database, server, await Start(database, options ?? OptionsFor(server.Address), asleep));
    }

    public static NoticeOptions OptionsFor(Uri server) => new() { Server = server, From = "Lamps <shop@lamps.example>" };

    public static Task<TestHost> Start(TestDatabase database, NoticeOptions options, bool asleep = false) => TestHost.StartAsync(database.AppConnectionString, new()
    {
        Workflows = false,
        Services = s => s.AddSingleton(options).AddSingleton(new OutboundLane(NoticeConnector.Name, Books.Quick with { Calls = asleep ? 0 : 2, FirstBreak = TimeSpan.FromMilliseconds(10), LongestBreak = TimeSpan.FromMilliseconds(50) })),
    });

    public async Task<OrderId> Place(string number, Customer? customer, string channel = "web") =>
        (await Host.Must(Shop.Order(number, ("LAMP", 2)) with { Channel = channel, Customer = customer })).Id;

    public Task<string> Tell(OrderId order, string template = "order-confirmed", string? subject = null) => Host.Must(new SendNotice(order, template, subject ?? OrderKey.Of(order)));

    public async Task<IReadOnlyList<NoticeView>> Messages(OrderId order) => await Host.Must(new ListOrderNotices(order));

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await Server.DisposeAsync();
        await Database.DisposeAsync();
    }
}
