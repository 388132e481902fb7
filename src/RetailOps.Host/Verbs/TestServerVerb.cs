using Microsoft.Extensions.Logging.Abstractions;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>test-server</c>: a PostgreSQL for a run of tests. It lives until whoever started it closes its stdin, or dies.</summary>
internal static class TestServerVerb
{
    public static Verb Verb { get; } = new(
        "test-server", "a PostgreSQL for tests",
        """
        test-server: starts a PostgreSQL that does not wait for its disk. The first line on stdout is the administrator's connection string.

        Options:
          --folder DIR  where its files are
        Ends with 0 when stdin is closed.
        """,
        new Dictionary<string, bool> { ["--folder"] = true }, Run, IsHidden: true);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        if (options["--folder"] is not { Length: > 0 } folder)
        {
            throw new SetupException("test-server needs --folder DIR.");
        }

        await using var server = await EmbeddedServer.JoinAsync(new EmbeddedServerOptions { DataFolder = folder, Durable = false, MaxConnections = 200 }, NullLogger.Instance, ct);
        await Console.Out.WriteLineAsync(server.OwnerConnectionString);
        await Console.Out.FlushAsync(ct);
        while (await Console.In.ReadLineAsync(ct) is not null)
        {
        }

        return 0;
    }
}
