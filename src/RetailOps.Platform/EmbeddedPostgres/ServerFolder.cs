using System.Globalization;

namespace RetailOps.Platform;

/// <summary>Names in the folder <c>postgres</c> of a data folder.</summary>
internal sealed class ServerFolder(string dataFolder)
{
    // sun_path holds 104 bytes on macOS and 108 on Linux, the final zero included.
    private const int LongestSocketPath = 100;

    /// <summary>How the folder of a cluster begins that is not complete.</summary>
    public const string HalfMade = "cluster.new-";

    public string Root { get; } = Path.Combine(Path.GetFullPath(dataFolder), "postgres");

    public string Cluster => Path.Combine(Root, "cluster");

    public string Pid => Path.Combine(Cluster, "postmaster.pid");

    public string Settings => Path.Combine(Root, "settings.conf");

    public string Access => Path.Combine(Root, "access.conf");

    public string Password => Path.Combine(Root, "password");

    public string Port => Path.Combine(Root, "port");

    public string Log => Path.Combine(Root, "server.log");

    /// <summary>Held by the one supervisor for as long as it lives.</summary>
    public string SupervisorLock => Path.Combine(Root, "supervisor.lock");

    /// <summary>Held by the one host that is starting a supervisor.</summary>
    public string StartLock => Path.Combine(Root, "start.lock");

    /// <summary>Where the supervisor counts its hosts: one open connection each.</summary>
    public string Door => Path.Combine(Root, "supervisor.sock");

    /// <summary>The folder of the server's own unix socket, or null when its path would be too long or the platform has none.</summary>
    public string? Sockets
    {
        get
        {
            var folder = Path.Combine(Root, "run");
            return !OperatingSystem.IsWindows() && folder.Length + "/.s.PGSQL.65535".Length <= LongestSocketPath ? folder : null;
        }
    }

    public void Prepare()
    {
        DataFolders.Prepare(Path.GetDirectoryName(Root)!);
        DataFolders.Prepare(Root);
    }

    public int? LastPort() =>
        File.Exists(Port) && int.TryParse(File.ReadAllText(Port), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    public void KeepPort(int port) => Replace(Port, port.ToString(CultureInfo.InvariantCulture));

    public string ReadPassword() => File.Exists(Password)
        ? File.ReadAllText(Password).Trim()
        : throw new EmbeddedServerException($"The server's password file {Password} is gone. Put it back from a backup: the cluster beside it opens with no other.");

    /// <summary>Old or new, never half; readable by the owner only.</summary>
    public static void Replace(string path, string text)
    {
        var draft = path + ".new";
        File.Delete(draft);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(draft, options))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    /// <summary>
    /// The door's address as a path that fits. A long one is reached through a symbolic link in a private temporary folder,
    /// which may go once the socket is bound or connected.
    /// </summary>
    public void AtDoor(Action<string> act)
    {
        if (Door.Length <= LongestSocketPath)
        {
            act(Door);
            return;
        }

        var shelter = Directory.CreateTempSubdirectory("ro").FullName;
        var link = Path.Combine(shelter, "d");
        try
        {
            Directory.CreateSymbolicLink(link, Root);
            act(Path.Combine(link, Path.GetFileName(Door)));
        }
        finally
        {
            File.Delete(link);
            Directory.Delete(shelter);
        }
    }
}
