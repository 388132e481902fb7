using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>erp</c>: a real ERP on this machine, for a look at books that are not our own.</summary>
internal static class ErpVerb
{
    private const string PasswordFile = "password";
    private const string UrlFile = "url";

    public static Verb Verb { get; } = new(
        "erp", "a real ERP, Tryton 6.0, on this machine: start, status, stop",
        """
        erp start|status|stop: Tryton 6.0 with a company in pounds, on loopback, as a process that outlives this one. The company is built once, which takes a
        minute, and kept in the cache of the user; its books lie in the data folder and stay when it is stopped. Needs Debian's packages of Tryton: start says
        which are missing. What start prints are the settings under which ./run posts there.

        Options:
          --port PORT   where it listens; a free port unless it is given
          --data DIR    the data folder
          --json        {"running":true,"url":…,"user":…,"password":…} on stdout
        Ends with 0 when it did that, or it was so before; status ends with 1 when none runs.
        """,
        new Dictionary<string, bool> { [VerbOptions.Words] = true, ["--port"] = true, ["--data"] = true, ["--json"] = false }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var folder = Path.Combine(DataFolders.Prepare(options["--data"] is { Length: > 0 } data ? Path.GetFullPath(data) : Path.GetFullPath(Environment.GetEnvironmentVariable(DataFolders.Variable) ?? DataFolders.Default())), "erp");
        switch (options.Arguments)
        {
            case ["start"] when IsRunning(folder):
                return Say(options, folder);
            case ["start"]:
                var port = PortOf(options["--port"]);
                Console.Error.WriteLine("Starting Tryton; the first time its company is built, which takes a minute.");
                var started = await Script(["start", port, folder], ct);
                await File.WriteAllTextAsync(Path.Combine(folder, UrlFile), started.Split(' ')[0], ct);
                return Say(options, folder);
            case ["stop"]:
                await Script(["stop", folder], ct);
                return Say(options, folder, expectsToRun: false);
            case ["status"]:
                return Say(options, folder);
            default:
                throw new SetupException("erp takes one word: start, status or stop.");
        }
    }

    private static int Say(VerbOptions options, string folder, bool expectsToRun = true)
    {
        var isRunning = IsRunning(folder);
        var (url, password) = isRunning ? (File.ReadAllText(Path.Combine(folder, UrlFile)), File.ReadAllText(Path.Combine(folder, PasswordFile))) : (null, null);
        if (options.Json)
        {
            VerbOptions.Write(new { Running = isRunning, Url = url, User = isRunning ? "retailops" : null, Password = password });
        }
        else
        {
            Console.Out.WriteLine(isRunning ? $"RETAILOPS_ERP=tryton RETAILOPS_ERP_URL={url} RETAILOPS_ERP_USER=retailops RETAILOPS_ERP_PASSWORD={password}" : "No ERP runs.");
        }

        return isRunning == expectsToRun ? 0 : 1;
    }

    private static bool IsRunning(string folder)
    {
        var file = Path.Combine(folder, "pid");
        if (!File.Exists(file) || !int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static async Task<string> Script(string[] arguments, CancellationToken ct)
    {
        var script = Path.Combine(Path.GetDirectoryName(WorkflowFiles.Folder)!, "tests", "erp", "erp");
        if (!File.Exists(script))
        {
            throw new SetupException("The verb erp works in a clone of the repository only: the scripts that build the company are in tests/erp.");
        }

        var start = new ProcessStartInfo("bash", [script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        // It makes its own, and keeps it in the folder.
        start.Environment.Remove("RETAILOPS_ERP_PASSWORD");
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0 ? (await output).Trim() : throw new SetupException((await errors).Trim());
    }

    private static string PortOf(string? text)
    {
        if (text is not null)
        {
            return ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port > 0 ? text : throw new SetupException($"--port takes a number from 1 to 65535, not '{text}'.");
        }

        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        return ((IPEndPoint)free.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
    }
}
