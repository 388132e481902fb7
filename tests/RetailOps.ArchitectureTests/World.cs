using System.Text.RegularExpressions;

namespace RetailOps.ArchitectureTests;

/// <summary>The repository as the rules see it: texts by their path. A rule is a function of it, so that a test can plant a violation.</summary>
internal sealed class World
{
    private static readonly string[] Ignored = ["bin", "obj", "node_modules", ".git", ".data", ".cache", "TestResults", "artifacts"];

    private static readonly Lazy<World> Disk = new(() => new World(ReadAll(FindRoot())));

    public static string Root { get; } = FindRoot();

    private World(IReadOnlyDictionary<string, string> files)
    {
        Files = files;
        Projects = [.. files.Keys.Where(p => p.EndsWith(".csproj", StringComparison.Ordinal)).Order().Select(p => new Project(p, files[p]))];
    }

    public static World OnDisk => Disk.Value;

    /// <summary>Path, with slashes and relative to the root, to text.</summary>
    public IReadOnlyDictionary<string, string> Files { get; }

    public IReadOnlyList<Project> Projects { get; }

    /// <summary>Directory names under modules/.</summary>
    public IEnumerable<string> ModuleNames => Projects
        .Select(p => p.Path.Split('/'))
        .Where(p => p is ["modules", _, ..])
        .Select(p => p[1])
        .Distinct();

    public IEnumerable<Source> Sources => Files
        .Where(f => f.Key.EndsWith(".cs", StringComparison.Ordinal))
        .Select(f => new Source(f.Key, f.Value, Projects.SingleOrDefault(p => f.Key.StartsWith(p.Folder + "/", StringComparison.Ordinal))))
        .OrderBy(s => s.Path, StringComparer.Ordinal);

    public static World Of(params (string Path, string Text)[] files) => new(files.ToDictionary(f => f.Path, f => f.Text));

    private static Dictionary<string, string> ReadAll(string root)
    {
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var folders = new Stack<DirectoryInfo>([new DirectoryInfo(root)]);
        while (folders.TryPop(out var folder))
        {
            foreach (var child in folder.EnumerateDirectories().Where(d => !Ignored.Contains(d.Name)))
            {
                folders.Push(child);
            }

            foreach (var file in folder.EnumerateFiles().Where(f => f.Extension is ".cs" or ".csproj" or ".props" or ".md" or ".txt" or "" && f.Length < 1_000_000))
            {
                files.Add(Path.GetRelativePath(root, file.FullName).Replace('\\', '/'), File.ReadAllText(file.FullName));
            }
        }

        return files;
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "RetailOps.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run inside the repository; RetailOps.sln is in none of the folders above.");
    }
}

/// <summary>One csproj, read as text: the compiler drops unused references, the file does not.</summary>
internal sealed partial class Project(string path, string text)
{
    public string Path { get; } = path;

    public string Folder { get; } = path[..path.LastIndexOf('/')];

    public string Name { get; } = System.IO.Path.GetFileNameWithoutExtension(path);

    public string RootNamespace { get; } = RootNamespaceLine().Match(text) is { Success: true } m
        ? m.Groups[1].Value
        : System.IO.Path.GetFileNameWithoutExtension(path);

    /// <summary>Names of referenced projects; the import of MediatR.Contracts.props is one.</summary>
    public IReadOnlyList<string> ProjectReferences { get; } =
    [
        .. Includes(text, "ProjectReference").Select(p => System.IO.Path.GetFileNameWithoutExtension(p.Replace('\\', '/'))),
        .. text.Contains("MediatR.Contracts.props\"", StringComparison.Ordinal) ? new[] { "MediatR.Contracts" } : [],
    ];

    /// <summary>Names of packages and shared frameworks.</summary>
    public IReadOnlyList<string> PackageReferences { get; } = [.. Includes(text, "PackageReference"), .. Includes(text, "FrameworkReference")];

    public IReadOnlyList<string> Friends { get; } = [.. Includes(text, "InternalsVisibleTo")];

    private static IEnumerable<string> Includes(string text, string item) =>
        Regex.Matches(text, $"<{item}\\s+Include=\"([^\"]+)\"").Select(m => m.Groups[1].Value);

    [GeneratedRegex("<RootNamespace>(.+?)</RootNamespace>")]
    private static partial Regex RootNamespaceLine();
}

/// <summary>One C# file and the project whose folder it lies in.</summary>
internal sealed class Source(string path, string text, Project? project)
{
    public string Path { get; } = path;

    public string Text { get; } = text;

    public Project? Project { get; } = project;

    /// <summary>The text without comments, strings intact.</summary>
    public string Uncommented => CodeText.Without(Text, strings: false);

    /// <summary>The text without comments and without what stands in strings.</summary>
    public string Code => CodeText.Without(Text, strings: true);
}
