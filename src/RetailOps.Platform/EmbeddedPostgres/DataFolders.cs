namespace RetailOps.Platform;

/// <summary>Where a host keeps what must outlive it: the embedded server's cluster and the key file.</summary>
public static class DataFolders
{
    /// <summary>The variable that overrides the default folder.</summary>
    public const string Variable = "RETAILOPS_DATA";

    /// <summary>
    /// The folder used when none is given, as an absolute path: <c>RETAILOPS_DATA</c>, else <c>/var/lib/retailops</c> for root,
    /// else <c>retailops</c> in the user's data folder (<c>XDG_DATA_HOME</c> or <c>~/.local/share</c>). It need not exist yet.
    /// </summary>
    public static string Default()
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } chosen)
        {
            return Path.GetFullPath(chosen);
        }

        if (!OperatingSystem.IsWindows() && Environment.IsPrivilegedProcess)
        {
            return "/var/lib/retailops";
        }

        return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "retailops");
    }

    /// <summary>
    /// Makes the folder when it is missing; a second call changes nothing. Only its owner can list it. When the owner is root others may
    /// pass through it, because the server runs as another user and its cluster lies inside: secrets next to it need mode 0600.
    /// </summary>
    /// <returns>The absolute path.</returns>
    public static string Prepare(string folder)
    {
        folder = Path.GetFullPath(folder);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else if (!Directory.Exists(folder))
        {
            var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
            if (Environment.IsPrivilegedProcess)
            {
                mode |= UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
            }

            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, mode);
        }

        return folder;
    }
}
