using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RetailOps.Testing;

/// <summary>A real ERP: Tryton with the company of <c>tests/erp</c>, as a process on loopback, for tests that say <c>needs=erp</c>.</summary>
public sealed class TrytonServer : IAsyncDisposable
{
    /// <summary>Its only login.</summary>
    public const string User = "retailops";

    /// <summary>Of a company that lives as long as the tests.</summary>
    public const string Password = "Erp-Test-1-books";

    private readonly string folder = Directory.CreateTempSubdirectory("retailops-erp-").FullName;
    private readonly int port = FreePort();

    private TrytonServer()
    {
    }

    /// <summary>Where it answers.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/erp/"));

    /// <summary>Builds the company unless it was built before, and starts with a fresh copy of it.</summary>
    public static async Task<TrytonServer> StartAsync()
    {
        var server = new TrytonServer();
        await server.Start();
        return server;
    }

    /// <summary>Starts it on the books that it had.</summary>
    public Task Start() => Script("start", port.ToString(CultureInfo.InvariantCulture), folder, "fast");

    /// <summary>Kills it at once, in the middle of whatever it does.</summary>
    public async Task Kill()
    {
        using var process = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "pid")), CultureInfo.InvariantCulture));
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>What an independent reader says of the ledger; see <c>tests/erp/read_ledger.py</c>.</summary>
    public async Task<string> Read(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(RepositoryRoot.Find(), "tests", "erp", "read_ledger.py"), Address.AbsoluteUri, User, .. arguments]);
        return await Run(start);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Script("stop", folder);
        Directory.Delete(folder, recursive: true);
    }

    private static Task<string> Script(params string[] arguments) => Run(new("bash", [Path.Combine(RepositoryRoot.Find(), "tests", "erp", "erp"), .. arguments]));

    private static async Task<string> Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["RETAILOPS_ERP_PASSWORD"] = Password;
        start.Environment["ERP_LIVES_WITH"] = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(5));
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)}: {await errors}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
