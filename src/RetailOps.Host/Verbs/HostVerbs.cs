using Microsoft.Extensions.Logging;

using RetailOps.Platform;
using RetailOps.Workflows;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary>The verbs that start the system and stay: <c>demo</c> and <c>serve</c>.</summary>
internal static class HostVerbs
{
    private const string Options =
        """

        Options:
          --urls URLS   where to listen, separated by semicolons
          --data DIR    the data folder
          --json        one line on stdout when it is ready: {"ready":true,"urls":[…],…}
        Ends with 0 after a signal, with 1 when it cannot start or loses its database for good.
        """;

    public static Verb Demo { get; } = new(
        "demo", "the whole system on this machine only, with a PostgreSQL and sign-ins of its own (the default)",
        "demo: starts everything for a try. Listens on loopback only; makes its secrets at the first start and prints them.\nA small retailer lives in it: orders, shipments and returns at human pace; --still leaves the shop empty." + Options,
        VerbOptions.OfDemo, (options, ct) => Run(options, HostSettings.Demo, ct));

    public static Verb Serve { get; } = new(
        "serve", "the system as settings and environment say",
        "serve: starts the system for real use. Needs RETAILOPS_KEY or the file key in the data folder, and an administrator; makes no secrets." + Options,
        VerbOptions.OfHosts, (options, ct) => Run(options, HostSettings.Production, ct));

    private static async Task<int> Run(VerbOptions options, string environment, CancellationToken ct)
    {
        var settings = options.Settings(environment);
        settings.Check();
        RootKey.Load(settings.Key, DataFolders.Prepare(settings.DataFolder), mayCreate: settings.IsDemo);
        if (settings.Environment == HostSettings.Test)
        {
            FaultPoints.Arm(Environment.GetEnvironmentVariable("RETAILOPS_FAULT"));
        }

        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Start"), ct);
        await using var clock = await ReplayClock.Of(database.Report.AppConnectionString, ct);
        await using var app = HostComposition.Build([], settings, database.Report.AppConnectionString, log, clock);

        if (!settings.IsDemo && settings.External?.Roles.Values.Contains(Roles.Administrator) != true && !await app.Services.GetRequiredService<FirstAdministrator>().IsThere(ct))
        {
            throw new SetupException("Nobody can make accounts: there is no administrator. Make the first one with the verb administrator, which prints its password.");
        }

        await app.Services.ImportDocumentsAsync(WorkflowFiles.Folder, ct);
        await app.Services.ImportWorkflowsAsync(WorkflowFiles.Folder, ct);
        var people = settings.IsDemo ? await SignIns(app.Services, settings.DataFolder) : [];
        await app.StartAsync(ct);
        Greet(settings, [.. app.Urls], people);
        if (options.Json)
        {
            VerbOptions.Write(new { Ready = true, Urls = app.Urls, settings.Environment, settings.DataFolder, ProcessId = Environment.ProcessId });
        }

        using var closing = CancellationTokenSource.CreateLinkedTokenSource(ct, app.Lifetime.ApplicationStopping);
        var shop = settings.Environment == HostSettings.Demo && options["--still"] is null
            ? new DemoShop(app.Services.GetRequiredService<RequestRunner>(), TimeProvider.System, new(), logs.CreateLogger<DemoShop>()).Live(closing.Token)
            : Task.CompletedTask;
        var stopped = app.WaitForShutdownAsync(ct);
        var isLost = await Task.WhenAny(stopped, database.Lost) != stopped;
        if (isLost)
        {
            await app.StopAsync(ct);
        }

        await stopped;
        await shop;
        return isLost ? 1 : 0;
    }

    private static async Task<IReadOnlyList<DemoSignIn>> SignIns(IServiceProvider services, string dataFolder)
    {
        await using var scope = services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(dataFolder);
    }

    private static void Greet(HostSettings settings, IReadOnlyList<string> urls, IReadOnlyList<DemoSignIn> people)
    {
        var lines = new List<string> { "", $"  RetailOps is ready at {string.Join(" and ", urls)}", $"  API reference {urls[0]}/reference", $"  Data          {settings.DataFolder}" };
        if (people.Count > 0)
        {
            lines.Add($"  Sign in at    {urls[0]}/sign-in as one of these ({DemoPeople.FileName} in the data folder keeps them):");
            lines.AddRange(people.Select(p => $"    {p.Name,-14} {p.Password}"));
            lines.Add($"  Tokens        for the client {Callers.CommandLine}, secret {DemoPeople.SecretOfCommandLine(settings.DataFolder)}: ./run token prints one");
        }

        lines.AddRange(["  Ctrl+C ends it; the data stay.", ""]);
        Console.Error.WriteLine(string.Join('\n', lines));
    }
}
