namespace RetailOps.ArchitectureTests;

/// <summary>A list that others rely upon, kept in docs/contracts. RETAILOPS_ACCEPT=1 writes it anew; then the commit shows the difference.</summary>
internal static class CommittedList
{
    public static void ShouldBe(string path, IEnumerable<string> actual)
    {
        var file = Path.Combine(World.Root, path);
        var lines = actual.ToList();
        if (Environment.GetEnvironmentVariable("RETAILOPS_ACCEPT") == "1" && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, string.Concat(lines.Select(l => l + "\n")));
        }

        var committed = File.Exists(file) ? File.ReadAllLines(file) : [];
        Differences(committed, lines).Should().BeEmpty("{0} is what others rely upon; RETAILOPS_ACCEPT=1 ./test -- ArchitectureTests accepts the difference", path);
    }

    public static IEnumerable<string> Differences(IReadOnlyCollection<string> committed, IReadOnlyCollection<string> actual) =>
        [.. committed.Except(actual).Select(l => "- " + l), .. actual.Except(committed).Select(l => "+ " + l)];
}
