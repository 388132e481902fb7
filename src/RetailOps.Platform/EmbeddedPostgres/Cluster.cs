using System.Security.Cryptography;

namespace RetailOps.Platform;

/// <summary>The files of the database cluster: made once, whole or not at all.</summary>
internal static class Cluster
{
    public static async Task Prepare(ServerFolder folder, ServerPlan plan, Binaries binaries, Account account, ServerLog log, CancellationToken ct)
    {
        Sweep(folder);
        await account.MustReach(folder.Root, ct);
        if (!Directory.Exists(folder.Cluster))
        {
            await Create(folder, plan, binaries, account, log, ct);
        }

        await MustMatch(folder, binaries, account, ct);
        if (folder.Sockets is { } sockets && !OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(sockets, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            await account.Own(sockets, ct);
        }
    }

    /// <summary>What a killed start left behind.</summary>
    private static void Sweep(ServerFolder folder)
    {
        foreach (var half in Directory.EnumerateDirectories(folder.Root, ServerFolder.HalfMade + "*"))
        {
            try
            {
                Directory.Delete(half, recursive: true);
            }
            catch (IOException)
            {
                // An orphaned initdb still writes there; it fails on what is gone, and the next start takes the rest.
            }
        }

        foreach (var copy in Directory.EnumerateFiles(folder.Root, "password.for-*"))
        {
            File.Delete(copy);
        }
    }

    private static async Task Create(ServerFolder folder, ServerPlan plan, Binaries binaries, Account account, ServerLog log, CancellationToken ct)
    {
        if (!File.Exists(folder.Password))
        {
            ServerFolder.Replace(folder.Password, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        }

        var half = Path.Combine(folder.Root, ServerFolder.HalfMade + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(half);
        await account.Own(half, ct);

        // initdb reads the password from a file, as the server's user; ours is closed to that user.
        var copy = $"{folder.Password}.for-{Guid.NewGuid():N}";
        ServerFolder.Replace(copy, folder.ReadPassword());
        try
        {
            await account.Own(copy, ct);

            // The built-in C.UTF-8: the same order on every machine, and no index to rebuild when the system's libraries change.
            var (exitCode, said) = await account.Run(binaries.Initdb,
            [
                "-D", half, "-U", EmbeddedServer.Owner, "--pwfile", copy, "--auth", "scram-sha-256", "--encoding", "UTF8",
                "--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions",
                .. plan.Durable ? Array.Empty<string>() : ["--no-sync"],
            ], ct);
            if (exitCode != 0)
            {
                throw new EmbeddedServerException($"The database cluster could not be made in {half} (initdb, exit code {exitCode}): {said}");
            }
        }
        finally
        {
            File.Delete(copy);
        }

        Directory.Move(half, folder.Cluster);
        if (plan.Durable && !OperatingSystem.IsWindows())
        {
            // The new name must be on disk before the first row is: initdb has synced the files, not the folder above them.
            await new Account(Name: null).Run("sync", [folder.Root], ct);
        }

        log.Say($"made the cluster {folder.Cluster}");
    }

    private static async Task MustMatch(ServerFolder folder, Binaries binaries, Account account, CancellationToken ct)
    {
        var made = (await File.ReadAllTextAsync(Path.Combine(folder.Cluster, "PG_VERSION"), ct)).Trim();
        var (_, said) = await account.Run(binaries.Postgres, ["--version"], ct);
        var runs = said.Split(' ')[^1].Split('.')[0];
        if (made != runs)
        {
            throw new EmbeddedServerException(
                $"The cluster {folder.Cluster} was made by PostgreSQL {made}, the server's programs are of {runs}. "
                + "Dump it with the old version, move the folder away, start, and restore.");
        }
    }
}
