namespace RetailOps.Platform;

/// <summary>A lock that the kernel releases when its holder dies. The file stays; only the lock on it counts.</summary>
internal static class FileLock
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits for as long as another one holds it.</summary>
    public static async Task<IDisposable> Take(string path, CancellationToken ct)
    {
        while (true)
        {
            if (TryTake(path) is { } taken)
            {
                return taken;
            }

            await Task.Delay(Glance, ct);
        }
    }

    /// <returns>Null when another process, or another caller in this one, holds it.</returns>
    public static IDisposable? TryTake(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;   // who can open it can lock it
        }

        try
        {
            return new FileStream(path, options);
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }
}
