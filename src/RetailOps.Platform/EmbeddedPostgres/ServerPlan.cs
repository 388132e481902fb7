using System.Globalization;

namespace RetailOps.Platform;

/// <summary>What a host tells the supervisor it starts, as the arguments of its command line. Nothing in it is secret.</summary>
internal sealed record ServerPlan(string DataFolder, string NodeModules, int Port, int MaxConnections, bool Durable, IReadOnlyList<(string Name, string Value)> Settings)
{
    private const string Unsafe = "unsafe";

    public static ServerPlan Of(EmbeddedServerOptions options) => new(
        Path.GetFullPath(options.DataFolder),
        Binaries.Locate(options.BinariesFolder),
        options.Port,
        options.MaxConnections,
        options.Durable,
        [.. options.Settings.Select(s => (s.Key, s.Value))]);

    public static ServerPlan Read(string[] arguments) => new(
        arguments[0],
        arguments[1],
        int.Parse(arguments[2], CultureInfo.InvariantCulture),
        int.Parse(arguments[3], CultureInfo.InvariantCulture),
        arguments[4] != Unsafe,
        [.. arguments[5..].Select(a => a.Split('=', 2)).Select(pair => (pair[0], pair[1]))]);

    public string[] Arguments() =>
    [
        DataFolder,
        NodeModules,
        Port.ToString(CultureInfo.InvariantCulture),
        MaxConnections.ToString(CultureInfo.InvariantCulture),
        Durable ? "durable" : Unsafe,
        .. Settings.Select(s => $"{s.Name}={s.Value}"),
    ];
}
