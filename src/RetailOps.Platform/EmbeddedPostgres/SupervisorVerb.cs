using System.Reflection;
using System.Runtime.InteropServices;

namespace RetailOps.Platform;

/// <summary>The hidden verb with which a host starts the process that owns the embedded server.</summary>
public static class SupervisorVerb
{
    /// <summary>The first argument of <c>Main</c> that must lead straight to <see cref="RunAsync"/>, before anything else is set up.</summary>
    public const string Name = "postgres-supervisor";

    /// <summary>Runs until the last host on the data folder is gone. Returns at once with 0 when another supervisor is at work there.</summary>
    /// <param name="args">As <c>Main</c> got them, the verb first.</param>
    /// <returns>The exit code: 1 when the server could not be started (the hosts were told why).</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        ServerProcesses.LeaveSession();
        var plan = ServerPlan.Read(args[1..]);
        new ServerFolder(plan.DataFolder).Prepare();

        // Processes are told by their working folder, which the kernel names without symbolic links: so must we.
        Environment.CurrentDirectory = plan.DataFolder;
        var folder = new ServerFolder(Environment.CurrentDirectory);
        using var held = FileLock.TryTake(folder.SupervisorLock);
        if (held is null)
        {
            return 0;
        }

        // A signal to all of a service is meant for its hosts, who need the server until their last commit; it ends with them.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var log = new ServerLog(folder.Log, TimeProvider.System);
        log.Say("at work");
        try
        {
            var exitCode = await new Supervisor(folder, plan, log).Run();
            log.Say("the last host is gone");
            return exitCode;
        }
        catch (Exception e)
        {
            log.Say(e.ToString());
            throw;
        }
    }

    /// <summary>The command that starts the running program again: its own executable, or <c>dotnet</c> with its assembly.</summary>
    public static IReadOnlyList<string> CommandOfThisProgram()
    {
        var program = Environment.ProcessPath ?? "dotnet";
        return Path.GetFileNameWithoutExtension(program) == "dotnet" && Assembly.GetEntryAssembly()?.Location is { Length: > 0 } assembly
            ? [program, assembly]
            : [program];
    }

    /// <summary>For a program that is not the running one, such as the host's assembly in a test's folder.</summary>
    /// <param name="assembly">The path of a framework-dependent program's <c>.dll</c>; its <c>.runtimeconfig.json</c> must lie beside it.</param>
    public static IReadOnlyList<string> CommandOf(string assembly)
    {
        var program = Environment.ProcessPath;
        var dotnet = program is not null && Path.GetFileNameWithoutExtension(program) == "dotnet"
            ? program
            : Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        return [File.Exists(dotnet) ? dotnet : "dotnet", Path.GetFullPath(assembly)];
    }
}
