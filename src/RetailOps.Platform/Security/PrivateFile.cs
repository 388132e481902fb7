namespace RetailOps.Platform;

/// <summary>Files that only the account of the process may read.</summary>
internal static class PrivateFile
{
    /// <summary>Writes a whole file at once: whoever reads it sees the old text or the new one.</summary>
    /// <param name="path">Where.</param>
    /// <param name="text">What.</param>
    /// <param name="overwrite">Whether a file that is there already is replaced.</param>
    /// <exception cref="IOException">It is there already and must not be replaced.</exception>
    public static void Write(string path, string text, bool overwrite)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using (var writer = new StreamWriter(draft, options))
            {
                writer.Write(text);
            }

            File.Move(draft, path, overwrite);
        }
        finally
        {
            File.Delete(draft);
        }
    }
}
