namespace RetailOps.Host;

/// <summary>The definitions that come with this build.</summary>
internal static class WorkflowFiles
{
    /// <summary>The repository's own folder when the host runs inside it, so that an edited file counts at the next start; else the build's copy.</summary>
    public static string Folder { get; } = Find();

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RetailOps.sln")))
            {
                return Path.Combine(folder.FullName, "workflows");
            }
        }

        return Path.Combine(AppContext.BaseDirectory, "workflows");
    }
}
