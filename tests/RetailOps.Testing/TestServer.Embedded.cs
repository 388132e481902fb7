using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;

namespace RetailOps.Testing;

// A test process that ./test did not start makes itself a server; it ends with the process.
public static partial class TestServer
{
    private static async Task<string> StartEmbedded()
    {
        var folder = Directory.CreateTempSubdirectory("retailops-test").FullName;
        if (!OperatingSystem.IsWindows())
        {
            // The server may run as another user and has to get here.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_001_001);
        }

        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var server = await EmbeddedServer.JoinAsync(
            new EmbeddedServerOptions
            {
                DataFolder = DataFolders.Prepare(Path.Combine(folder, "data")),
                Durable = false,
                MaxConnections = 300,
                SupervisorCommand = SupervisorVerb.CommandOf(Path.Combine(AppContext.BaseDirectory, "RetailOps.Host.dll")),
            },
            NullLogger.Instance,
            CancellationToken.None);
        return server.OwnerConnectionString;
    }
}
