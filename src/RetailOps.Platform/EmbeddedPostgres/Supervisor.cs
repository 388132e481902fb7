using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace RetailOps.Platform;

/// <summary>
/// Owns the server of one data folder for as long as a host lives there. A host is an open connection to the door: the kernel closes it
/// when the host is killed, so nobody has to say goodbye.
/// </summary>
internal sealed class Supervisor(ServerFolder folder, ServerPlan plan, ServerLog log)
{
    private const int FirstPort = 20_000;
    private const int LastPort = 31_999;                            // below the range from which Linux and macOS take ports of outgoing connections
    private const int Tries = 5;
    private static readonly TimeSpan NobodyCame = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);
    private readonly Lock gate = new();
    private readonly TaskCompletionSource<string> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource lastLeft = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int hosts;
    private bool closing;

    public async Task<int> Run()
    {
        using var ending = new CancellationTokenSource();
        using var door = Open();
        var admitting = Admit(door, ending.Token);
        var lonely = Leave(after: NobodyCame, ending.Token);
        var serving = Serve(ending.Token);

        await lastLeft.Task;
        door.Dispose();
        File.Delete(folder.Door);
        await ending.CancelAsync();
        var exitCode = await serving;
        await Task.WhenAll(admitting, lonely);
        return exitCode;
    }

    private Socket Open()
    {
        File.Delete(folder.Door);
        var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        folder.AtDoor(path => door.Bind(new UnixDomainSocketEndPoint(path)));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder.Door, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        door.Listen();
        return door;
    }

    private async Task Admit(Socket door, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                _ = Attend(await door.AcceptAsync(ct));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                await Task.Yield();
            }
        }
    }

    private async Task Attend(Socket connection)
    {
        if (!await SaysItIsAHost(connection) || !Enter())
        {
            connection.Dispose();
            return;
        }

        try
        {
            await connection.SendAsync(Encoding.UTF8.GetBytes(await opened.Task + "\n"));
            while (await connection.ReceiveAsync(new byte[1]) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Killed: as good as closed.
        }

        // The last one's connection is closed by the end of this process: that tells the host that the server is down.
        if (!Exit())
        {
            connection.Dispose();
        }
    }

    /// <summary>A host that only looks whether the door is open says nothing, and must not count: it would be the last to leave.</summary>
    private static async Task<bool> SaysItIsAHost(Socket connection)
    {
        try
        {
            using var words = new StreamReader(new NetworkStream(connection, ownsSocket: false));
            return await words.ReadLineAsync() is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool Enter()
    {
        lock (gate)
        {
            hosts += closing ? 0 : 1;
            return !closing;
        }
    }

    /// <returns>Whether that was the last one.</returns>
    private bool Exit()
    {
        lock (gate)
        {
            hosts--;
            closing = hosts == 0;
            if (closing)
            {
                lastLeft.TrySetResult();
            }

            return closing;
        }
    }

    private async Task Leave(TimeSpan after, CancellationToken ct)
    {
        await Task.Delay(after, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lock (gate)
        {
            if (hosts == 0)
            {
                closing = true;
                lastLeft.TrySetResult();
            }
        }
    }

    private async Task<int> Serve(CancellationToken ct)
    {
        try
        {
            var account = Account.ForServer();
            var binaries = await Binaries.Ready(plan.NodeModules, account, ct);
            await Cluster.Prepare(folder, plan, binaries, account, log, ct);
            ServerSettings.Write(folder, plan);
            using var server = new Postmaster(folder, binaries, account, log);
            try
            {
                var port = await StartSomewhere(server, ct);
                opened.SetResult(Greeting.Ready(port, plan.Durable));
                await KeepRunning(server, port, ct);
            }
            finally
            {
                await server.Stop();
            }

            return 0;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e)                                        // whatever it is, the hosts must hear of it
        {
            log.Say(e.ToString());
            opened.TrySetResult(Greeting.Failed(e is EmbeddedServerException ? e.Message : e.ToString()));
            return 1;
        }
    }

    private async Task<int> StartSomewhere(Postmaster server, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = ChoosePort(attempt);
            try
            {
                await server.Start(port, ct);
                folder.KeepPort(port);
                return port;
            }
            catch (EmbeddedServerException e) when (attempt < Tries)
            {
                log.Say(e.Message);
                await Task.Delay(Pause(attempt), ct);
            }
        }
    }

    /// <summary>The last port comes first and for several tries: hosts that outlived their supervisor look for the server there.</summary>
    private int ChoosePort(int attempt)
    {
        if (plan.Port != 0)
        {
            return plan.Port;
        }

        if (folder.LastPort() is { } last && (attempt < Tries - 1 || IsFree(last)))
        {
            return last;
        }

        return Enumerable.Range(0, 100).Select(_ => RandomNumberGenerator.GetInt32(FirstPort, LastPort + 1)).First(IsFree);
    }

    private static bool IsFree(int port)
    {
        using var probe = new TcpListener(IPAddress.Loopback, port);
        try
        {
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The port stays the same: connection strings are already out. Gives up only with the last host.</summary>
    private async Task KeepRunning(Postmaster server, int port, CancellationToken ct)
    {
        await server.Ended(ct);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await server.Start(port, ct);
                attempt = 0;
                await server.Ended(ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                log.Say(e.Message);                                // even programs that npm is just replacing come back
                await Task.Delay(Pause(attempt), ct);
            }
        }
    }

    private static TimeSpan Pause(int attempt) => TimeSpan.FromMilliseconds(Math.Min(LongestPause.TotalMilliseconds, 100 * Math.Pow(2, Math.Min(attempt, 10))));
}
