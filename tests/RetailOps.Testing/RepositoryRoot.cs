namespace RetailOps.Testing;

/// <summary>Where the files are that are no code: workflows, SQL, documents.</summary>
public static class RepositoryRoot
{
    /// <summary>The folder that holds <c>RetailOps.sln</c>, found upwards from the test's own assembly.</summary>
    public static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "RetailOps.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No folder above {AppContext.BaseDirectory} holds RetailOps.sln: run the tests from a clone of the repository.");
    }
}
