using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RetailOps.Platform;

/// <summary>Processes of a cluster, told by where they work and not by their number: a number is reused.</summary>
internal static class ServerProcesses
{
    /// <summary>Every process that works in the cluster: each server process makes it its working folder.</summary>
    /// <param name="cluster">The path without symbolic links.</param>
    public static List<int> WorkingIn(string cluster, int? noted)
    {
        if (!OperatingSystem.IsLinux())
        {
            return noted is { } pid && IsPostgres(pid) ? [pid] : [];
        }

        return
        [
            .. Directory.EnumerateDirectories("/proc")
                .Select(p => int.TryParse(Path.GetFileName(p), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : 0)
                .Where(pid => pid > 0 && WorkingFolder(pid) == cluster),
        ];
    }

    public static void Interrupt(int pid, Binaries binaries) => Signal(pid, 2, "INT", binaries);

    public static void Quit(int pid, Binaries binaries) => Signal(pid, 3, "QUIT", binaries);

    public static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // It is gone.
        }
    }

    /// <summary>Leaves the session of the host that started us: its terminal's Ctrl-C and hang-up are not meant for the server.</summary>
    public static void LeaveSession()
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = setsid();
        }
    }

    private static string? WorkingFolder(int pid)
    {
        try
        {
            return new DirectoryInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;                                            // gone, or another user's and so not ours
        }
    }

    private static bool IsPostgres(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return process.ProcessName == "postgres";
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }

    private static void Signal(int pid, int number, string name, Binaries binaries)
    {
        if (!OperatingSystem.IsWindows())
        {
            _ = kill(pid, number);
            return;
        }

        using var process = Process.Start(new ProcessStartInfo(binaries.PgCtl, ["kill", name, pid.ToString(CultureInfo.InvariantCulture)]));
        process?.WaitForExit();
    }

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setsid();

    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int pid, int signal);
}
