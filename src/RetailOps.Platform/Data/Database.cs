using Npgsql;

namespace RetailOps.Platform;

/// <summary>The connections of this process, by use, so that one use cannot starve another.</summary>
/// <remarks>
/// The written budget of one host: 40 for requests, 10 for the engine, 4 for its notes, 4 for the relay, 20 for jobs. The server's
/// default of 100 holds one host and its tools.
/// </remarks>
public sealed class Database : IAsyncDisposable
{
    // Rows by their keys, and nothing else: whatever the statistics say, a queue that was empty when they were taken can be long now.
    private const string Queues =
        "-c plan_cache_mode=force_generic_plan -c jit=off -c enable_seqscan=off -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

    /// <param name="connectionString">The app login's.</param>
    /// <param name="requestPool">Most connections for requests; the others follow from it only in tests.</param>
    public Database(string connectionString, int requestPool = 40)
    {
        ConnectionString = connectionString;
        Requests = Source(connectionString, "retailops", requestPool, null);
        Engine = Source(connectionString, "retailops engine", Math.Min(requestPool, 10), Queues);
        Notes = Source(connectionString, "retailops notes", 4, "-c synchronous_commit=off");
        Relay = Source(connectionString, "retailops relay", 4, Queues);
    }

    /// <summary>The app login's, for those who need a pool of their own.</summary>
    public string ConnectionString { get; }

    /// <summary>For requests from outside and jobs.</summary>
    public NpgsqlDataSource Requests { get; }

    /// <summary>
    /// For bursts. Generic plans only: PostgreSQL would re-plan statements over <c>unnest</c> for ever. Never a scan of a whole table: a plan
    /// that is made while a queue is empty would choose one, and keep it when the queue is long.
    /// </summary>
    public NpgsqlDataSource Engine { get; }

    /// <summary>For notes that must survive this process but not the server: its commits do not wait for the disk.</summary>
    public NpgsqlDataSource Notes { get; }

    /// <summary>For deliveries.</summary>
    public NpgsqlDataSource Relay { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Requests.DisposeAsync();
        await Engine.DisposeAsync();
        await Notes.DisposeAsync();
        await Relay.DisposeAsync();
    }

    // A transaction asks without a pause; one that falls silent has lost us, and its locks would keep everybody out, the next host's start included, until
    // the network notices. Sooner than a statement gives up that waits for them (30 s).
    private const string Abandoned = "-c idle_in_transaction_session_timeout=20s";

    private static NpgsqlDataSource Source(string connectionString, string name, int pool, string? options)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = name,
            MaxPoolSize = pool,
            MaxAutoPrepare = 200,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            IncludeErrorDetail = false,
        };
        settings.Options = options is null ? Abandoned : $"{options} {Abandoned}";
        return new NpgsqlDataSourceBuilder(settings.ConnectionString).Build();
    }
}
