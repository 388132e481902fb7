namespace RetailOps.Platform;

/// <summary>How the embedded server is found and started. The first host on a data folder decides; later ones join what runs.</summary>
public sealed record EmbeddedServerOptions
{
    /// <summary>Holds the cluster in its folder <c>postgres</c>. One server per data folder.</summary>
    public string DataFolder { get; init; } = DataFolders.Default();

    /// <summary>
    /// The <c>node_modules</c> that hold the server's package; null looks for <c>tools/postgres/node_modules</c> in the folder of the program
    /// and in those above it.
    /// </summary>
    public string? BinariesFolder { get; init; }

    /// <summary>Loopback port. 0 takes the port used last, else a free one from 20000 to 31999.</summary>
    public int Port { get; init; }

    /// <summary>The server's <c>max_connections</c>. All hosts on the data folder share it.</summary>
    public int MaxConnections { get; init; } = 120;

    /// <summary>Added to the server's settings file, after and above our own; names and values as in <c>postgresql.conf</c>, values unquoted.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// False for tests only: the server then acknowledges what is not on disk, and a crash of the machine may destroy the cluster.
    /// A durable host refuses to join such a server.
    /// </summary>
    public bool Durable { get; init; } = true;

    /// <summary>How long a start may take, crash recovery included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// The program and leading arguments that start the supervisor process; the verb and its arguments follow. Its <c>Main</c> must hand the verb
    /// <c>postgres-supervisor</c> to <see cref="SupervisorVerb.RunAsync"/>. The running program unless given.
    /// </summary>
    public IReadOnlyList<string> SupervisorCommand { get; init; } = SupervisorVerb.CommandOfThisProgram();
}
