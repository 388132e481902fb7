using System.Net.Sockets;

using Microsoft.Extensions.Logging;

using Npgsql;

namespace RetailOps.Platform;

/// <summary>
/// A host's membership of the PostgreSQL server that lives in a data folder. All hosts on one data folder share one server. It belongs to a
/// supervisor process that starts with the first host, restarts the server when that dies, and ends, stopping it, when the last host is
/// gone, also when that one was killed. When the supervisor itself is killed, a host that lives starts another one: the server comes back
/// on its port within seconds, and connections that were open then are broken.
/// </summary>
public sealed partial class EmbeddedServer : IAsyncDisposable
{
    /// <summary>The login that owns the cluster: a superuser, for migrations and repair.</summary>
    public const string Owner = "retailops_admin";

    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(70);
    private readonly EmbeddedServerOptions options;
    private readonly ServerFolder folder;
    private readonly ILogger log;
    private readonly CancellationTokenSource leaving = new();
    private readonly TaskCompletionSource lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task staying;
    private readonly string password;

    private EmbeddedServer(EmbeddedServerOptions options, ServerFolder folder, Seat seat, ILogger log)
    {
        (this.options, this.folder, this.log) = (options, folder, log);
        Port = seat.Port;
        password = folder.ReadPassword();
        staying = Stay(seat);
    }

    /// <summary>The loopback port, for programs that know nothing of the unix socket. It stays the same as long as <see cref="Lost"/> has not ended.</summary>
    public int Port { get; }

    /// <summary>Of <see cref="Owner"/>, for the database <c>postgres</c>. Holds the password: not for logs.</summary>
    public string OwnerConnectionString => ConnectionString("postgres", Owner, password);

    /// <summary>
    /// Ends when the server can be had no more at this address, because another program took its port while no supervisor lived.
    /// The host must then end and be started again. Never ends otherwise, and never fails.
    /// </summary>
    public Task Lost => lost.Task;

    /// <summary>Joins the server of a data folder; starts it, and makes its cluster, when nobody has.</summary>
    /// <returns>A server that takes connections. Dispose it to leave.</returns>
    /// <exception cref="EmbeddedServerException">It cannot be had; the message says what to do.</exception>
    public static async Task<EmbeddedServer> JoinAsync(EmbeddedServerOptions options, ILogger log, CancellationToken ct)
    {
        var folder = new ServerFolder(options.DataFolder);
        folder.Prepare();
        var seat = await Seat.Take(options, folder, ct);
        LogJoined(log, folder.Root, seat.Port);
        return new EmbeddedServer(options, folder, seat, log);
    }

    /// <summary>The way to a database of this server: through its unix socket where there is one, else through the loopback port.</summary>
    /// <returns>Holds the password: not for logs. Says nothing of pools.</returns>
    public string ConnectionString(string database, string user, string password) => new NpgsqlConnectionStringBuilder
    {
        Host = folder.Sockets ?? "127.0.0.1",
        Port = Port,
        Database = database,
        Username = user,
        Password = password,
        SslMode = SslMode.Disable,                                 // it never leaves the machine; saves a round trip
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Leaves. When this was the last host, returns after the server has stopped. A second call changes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        await leaving.CancelAsync();
        await staying.WaitAsync(LongestGoodbye).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task Stay(Seat seat)
    {
        try
        {
            while (true)
            {
                await seat.UntilGone(leaving.Token);
                if (leaving.IsCancellationRequested)
                {
                    return;
                }

                LogSupervisorGone(log, folder.Root);
                seat.Dispose();
                seat = await ComeBack();
                if (seat.Port != Port)
                {
                    LogMoved(log, folder.Root, Port, seat.Port);
                    lost.TrySetResult();
                }
            }
        }
        catch (OperationCanceledException) when (leaving.IsCancellationRequested)
        {
            // Left while there was no supervisor.
        }
        finally
        {
            seat.Dispose();
        }
    }

    private async Task<Seat> ComeBack()
    {
        while (true)
        {
            try
            {
                var seat = await Seat.Take(options, folder, leaving.Token);
                LogBack(log, folder.Root, seat.Port);
                return seat;
            }
            catch (Exception e) when (e is EmbeddedServerException or IOException or SocketException or UnauthorizedAccessException)
            {
                LogNotBack(log, folder.Root, e);
                await Task.Delay(Breath, leaving.Token);
            }
        }
    }

    [LoggerMessage(6801, LogLevel.Information, "Joined the embedded PostgreSQL server in {Folder} on port {Port}")]
    private static partial void LogJoined(ILogger log, string folder, int port);

    [LoggerMessage(6802, LogLevel.Warning, "The supervisor of the embedded PostgreSQL server in {Folder} is gone; starting another")]
    private static partial void LogSupervisorGone(ILogger log, string folder);

    [LoggerMessage(6803, LogLevel.Warning, "The embedded PostgreSQL server in {Folder} is back on port {Port}")]
    private static partial void LogBack(ILogger log, string folder, int port);

    [LoggerMessage(6804, LogLevel.Error, "The embedded PostgreSQL server in {Folder} does not come back; trying again")]
    private static partial void LogNotBack(ILogger log, string folder, Exception reason);

    [LoggerMessage(6805, LogLevel.Critical, "The embedded PostgreSQL server in {Folder} could not keep port {Port} and is on {NewPort}: this host must be started again")]
    private static partial void LogMoved(ILogger log, string folder, int port, int newPort);
}
