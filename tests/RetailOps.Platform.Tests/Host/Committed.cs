using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>A document that others rely upon. RETAILOPS_ACCEPT=1 writes it anew; then the commit shows the difference.</summary>
internal static class Committed
{
    /// <summary>As it is committed.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Find(), path));

    public static void ShouldBe(string path, string actual)
    {
        var file = Path.Combine(RepositoryRoot.Find(), path);
        if (Environment.GetEnvironmentVariable("RETAILOPS_ACCEPT") is "1" or "breaking" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, actual);
        }

        var committed = File.Exists(file) ? File.ReadAllText(file) : "";
        committed.Split('\n').Should().Equal(actual.Split('\n'), "{0} is what others rely upon; RETAILOPS_ACCEPT=1 ./test -- Platform.Tests accepts the difference", path);
    }
}
