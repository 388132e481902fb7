using System.Diagnostics;

namespace RetailOps.Platform;

/// <summary>
/// Who runs the server's programs. PostgreSQL refuses to run as root, so root steps down to <c>postgres</c> or else <c>nobody</c>:
/// the runtime changes user and groups between fork and exec, which needs no setpriv, su or runuser on the machine.
/// </summary>
/// <param name="Name">Null: the user who runs us.</param>
internal sealed record Account(string? Name)
{
    private static readonly string[] Unprivileged = ["postgres", "nobody"];

    public static Account ForServer()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
        {
            return new Account(Name: null);
        }

        var known = File.ReadLines("/etc/passwd").Select(line => line.Split(':')[0]).ToHashSet(StringComparer.Ordinal);
        return new Account(Unprivileged.FirstOrDefault(known.Contains)
            ?? throw new EmbeddedServerException("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it. Add one, or start as another user."));
    }

    /// <summary>A command of this account, with an environment that carries nothing of ours: it outlives us and may be read by others.</summary>
    public ProcessStartInfo Command(string program, IEnumerable<string> arguments)
    {
        var command = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        if (Name is not null)
        {
            command.UserName = Name;
        }

        if (!OperatingSystem.IsWindows())
        {
            command.Environment.Clear();
            command.Environment["PATH"] = "/usr/local/bin:/usr/bin:/bin";
            command.Environment["LC_ALL"] = "C";
            command.Environment["TZ"] = "UTC";
        }

        return command;
    }

    /// <returns>The exit code, and what the program said on both channels.</returns>
    public async Task<(int ExitCode, string Said)> Run(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var process = Process.Start(Command(program, arguments)) ?? throw new InvalidOperationException(program);
        process.StandardInput.Close();
        try
        {
            var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
            await process.WaitForExitAsync(ct);
            return (process.ExitCode, string.Concat(said).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Hands a file or folder to this account.</summary>
    public async Task Own(string path, CancellationToken ct)
    {
        if (Name is null)
        {
            return;
        }

        var (exitCode, said) = await new Account(Name: null).Run("chown", [$"{Name}:", path], ct);
        if (exitCode != 0)
        {
            throw new EmbeddedServerException($"{path} cannot be given to the user {Name}: {said}");
        }
    }

    /// <summary>Refuses a folder that this account cannot reach, naming the one that stops it.</summary>
    public async Task MustReach(string folder, CancellationToken ct)
    {
        if (Name is null || OperatingSystem.IsWindows())
        {
            return;
        }

        for (var part = new DirectoryInfo(folder); part is not null; part = part.Parent)
        {
            if (!part.UnixFileMode.HasFlag(UnixFileMode.OtherExecute) && (await Run("test", ["-x", part.FullName], ct)).ExitCode != 0)
            {
                throw new EmbeddedServerException(
                    $"As root the PostgreSQL server runs as the user {Name}, who cannot pass through {part.FullName} on the way to {folder}. "
                    + $"Run 'chmod o+x {part.FullName}', or choose another data folder with {DataFolders.Variable}.");
            }
        }
    }
}
