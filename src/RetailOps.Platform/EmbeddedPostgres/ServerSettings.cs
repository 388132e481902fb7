using System.Globalization;
using System.Text;

namespace RetailOps.Platform;

/// <summary>The server's settings and its access list, written anew at every start: what is edited by hand there is lost.</summary>
internal static class ServerSettings
{
    public static void Write(ServerFolder folder, ServerPlan plan)
    {
        var text = new StringBuilder("# Written at every start. Settings of your own belong in EmbeddedServerOptions.Settings.\n");
        foreach (var (name, value) in All(folder, plan))
        {
            text.Append(CultureInfo.InvariantCulture, $"{name} = '{value.Replace("'", "''", StringComparison.Ordinal)}'\n");
        }

        Publish(folder.Settings, text.ToString());
        Publish(folder.Access, $"""
            # Written at every start: this machine only, and never without the password.
            local all all scram-sha-256
            host all all 127.0.0.1/32 scram-sha-256
            host replication {EmbeddedServer.Owner} 127.0.0.1/32 scram-sha-256

            """);
    }

    private static IEnumerable<(string Name, string Value)> All(ServerFolder folder, ServerPlan plan)
    {
        yield return ("hba_file", folder.Access);
        yield return ("listen_addresses", "127.0.0.1");
        yield return ("unix_socket_directories", folder.Sockets ?? "");
        yield return ("unix_socket_permissions", "0700");
        yield return ("password_encryption", "scram-sha-256");
        yield return ("max_connections", plan.MaxConnections.ToString(CultureInfo.InvariantCulture));

        // A small machine, shared with the host: the system's page cache is the second level.
        yield return ("shared_buffers", "256MB");
        yield return ("effective_cache_size", "1GB");
        yield return ("maintenance_work_mem", "64MB");
        yield return ("max_wal_size", "2GB");
        yield return ("min_wal_size", "160MB");
        yield return ("random_page_cost", "1.1");
        yield return ("jit", "off");

        // Groups that hold the turns of keys may want each other's: rare, undone and run again one by one, and nobody should wait a second for that.
        yield return ("deadlock_timeout", "200ms");

        yield return ("timezone", "UTC");
        yield return ("log_timezone", "UTC");
        yield return ("lc_messages", "C");

        // The log must hold no personal data: neither statements nor the values of a violated key.
        yield return ("log_min_error_statement", "panic");
        yield return ("log_error_verbosity", "terse");
        yield return ("log_checkpoints", "off");
        yield return ("log_line_prefix", "%m [%p] ");

        if (!plan.Durable)
        {
            yield return ("fsync", "off");
            yield return ("synchronous_commit", "off");
            yield return ("full_page_writes", "off");
            yield return ("scram_iterations", "16");
        }

        foreach (var setting in plan.Settings)
        {
            yield return setting;
        }
    }

    /// <summary>The server's user must read it, and it holds no secret.</summary>
    private static void Publish(string path, string text)
    {
        ServerFolder.Replace(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        }
    }
}
