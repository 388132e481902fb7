using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace RetailOps.Platform;

/// <summary>A host's place at the supervisor: an open connection. It says where the server is and ends with either side.</summary>
internal sealed class Seat : IDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(10);
    private static readonly string[] KeptVariables = ["PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "DOTNET_ROOT", "DOTNET_ROOT_X64", "DOTNET_ROOT_ARM64", "DOTNET_ROLL_FORWARD"];
    private readonly Socket door;

    private Seat(Socket door, int port) => (this.door, Port) = (door, port);

    public int Port { get; }

    /// <summary>Joins the supervisor at work, or starts one: of hosts that come at once one starts it and the others wait.</summary>
    public static async Task<Seat> Take(EmbeddedServerOptions options, ServerFolder folder, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(options.StartTimeout);
        try
        {
            while (true)
            {
                if (Knock(folder) is { } door && await Greet(door, options, patience.Token) is { } seat)
                {
                    return seat;
                }

                using (var first = FileLock.TryTake(folder.StartLock))
                {
                    if (first is not null && NobodyAtWork(folder))
                    {
                        await StartSupervisor(options, folder, patience.Token);
                    }
                }

                await Task.Delay(Glance, patience.Token);
            }
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new EmbeddedServerException($"The embedded PostgreSQL server was not ready within {options.StartTimeout.TotalSeconds} s; {folder.Log} tells what it did.", e);
        }
    }

    /// <summary>Returns when the supervisor is gone. Leaving is said by closing our half; the last host's supervisor first stops the server.</summary>
    public async Task UntilGone(CancellationToken leaving)
    {
        using var goodbye = leaving.Register(() =>
        {
            try
            {
                door.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                // The supervisor was quicker.
            }
        });
        try
        {
            var nothing = new byte[1];
            while (await door.ReceiveAsync(nothing, CancellationToken.None) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // Killed: as good as closed.
        }
    }

    public void Dispose() => door.Dispose();

    private static Socket? Knock(ServerFolder folder)
    {
        var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            folder.AtDoor(path => door.Connect(new UnixDomainSocketEndPoint(path)));
            return door;
        }
        catch (SocketException)
        {
            door.Dispose();
            return null;                                            // nobody at work, or just leaving
        }
    }

    private static async Task<Seat?> Greet(Socket door, EmbeddedServerOptions options, CancellationToken ct)
    {
        try
        {
            await door.SendAsync(Encoding.UTF8.GetBytes($"host {Environment.ProcessId}\n"), ct);
            using var words = new StreamReader(new NetworkStream(door, ownsSocket: false));
            if (await words.ReadLineAsync(ct) is { } line)
            {
                var greeting = Greeting.Read(line);
                return greeting.Durable || !options.Durable
                    ? new Seat(door, greeting.Port)
                    : throw new EmbeddedServerException($"The server in {options.DataFolder} was started for tests and does not keep what it acknowledges. Stop its hosts first.");
            }
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // It left while we spoke.
        }
        catch
        {
            door.Dispose();
            throw;
        }

        door.Dispose();
        return null;
    }

    private static bool NobodyAtWork(ServerFolder folder)
    {
        using var free = FileLock.TryTake(folder.SupervisorLock);
        return free is not null;
    }

    /// <summary>Returns when its door is open, or when it ended because another one was quicker.</summary>
    private static async Task StartSupervisor(EmbeddedServerOptions options, ServerFolder folder, CancellationToken ct)
    {
        var command = new ProcessStartInfo(options.SupervisorCommand[0], [.. options.SupervisorCommand.Skip(1), SupervisorVerb.Name, .. ServerPlan.Of(options).Arguments()])
        {
            // Its own channels: it must not keep the host's terminal or pipe open after the host is gone.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Restrict(command.Environment);
        using var supervisor = Process.Start(command) ?? throw new InvalidOperationException(command.FileName);
        while (!supervisor.HasExited)
        {
            if (Knock(folder) is { } door)
            {
                door.Dispose();                                     // said nothing, so it does not count as a host
                return;
            }

            await Task.Delay(Glance, ct);
        }

        if (supervisor.ExitCode != 0)
        {
            throw new EmbeddedServerException(
                $"The supervisor of the embedded PostgreSQL server ended with code {supervisor.ExitCode}: {await supervisor.StandardError.ReadToEndAsync(ct)}".Trim());
        }
    }

    /// <summary>It lives long, needs little, and must not carry the host's secrets.</summary>
    private static void Restrict(IDictionary<string, string?> environment)
    {
        if (!OperatingSystem.IsWindows())
        {
            foreach (var name in environment.Keys.Except(KeptVariables).ToList())
            {
                environment.Remove(name);
            }
        }

        environment["DOTNET_TieredPGO"] = "0";
        environment["DOTNET_gcServer"] = "0";
        environment["DOTNET_gcConcurrent"] = "0";
        environment["DOTNET_GCHeapHardLimit"] = "0x4000000";
        environment["DOTNET_EnableDiagnostics"] = "0";
    }
}
