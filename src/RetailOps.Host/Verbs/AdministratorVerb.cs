using RetailOps.Platform;

using Serilog.Extensions.Logging;

namespace RetailOps.Host;

/// <summary><c>administrator</c>: the first account of a database, which no administrator can make.</summary>
internal static class AdministratorVerb
{
    public static Verb Verb { get; } = new(
        "administrator", "make the first administrator and print the password, once",
        """
        administrator: makes the account that makes all others, when there is none. The password is printed once and kept nowhere.
        Brings the database to this version first.

        Options:
          --name NAME   what is typed at the sign-in; admin unless said
          --data DIR    the data folder
          --json        {"name":…,"password":…}
        Ends with 0 when it was made, with 1 when there is an administrator already.
        """,
        new Dictionary<string, bool>(VerbOptions.Usual) { ["--name"] = true }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var settings = options.Settings(HostSettings.Production) with { RunsJobs = false };
        await using var log = HostLog.Make(settings.DataFolder);
        using var logs = new SerilogLoggerFactory(log);
        await using var database = await DatabaseSetup.Open(settings, logs.CreateLogger("RetailOps.Host.Administrator"), ct);
        await using var app = HostComposition.Build([], settings, database.Report.AppConnectionString, log);
        var name = options["--name"] is { Length: > 0 } given ? given : "admin";
        var password = await app.Services.GetRequiredService<FirstAdministrator>().Make(name, ct);
        if (options.Json)
        {
            VerbOptions.Write(new { name, password });
        }
        else
        {
            Console.Out.WriteLine($"{name} {password}");
        }

        return 0;
    }
}
