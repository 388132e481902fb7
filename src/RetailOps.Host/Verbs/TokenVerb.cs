using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>token</c>: an access token of the Demo's command line, from a host that runs.</summary>
internal static class TokenVerb
{
    public static Verb Verb { get; } = new(
        "token", "print an access token of the Demo's command line, from the host that runs",
        """
        token: asks the running Demo for an access token of its client cli and prints it; it lives ten minutes.
        The secret is read from the data folder, or from RETAILOPS_CLI_SECRET.

        Options:
          --urls URL    where the Demo listens
          --data DIR    the data folder
          --scope WORDS only these permissions, separated by spaces; all of cli's unless said
          --json        the whole answer: {"access_token":…,"token_type":"Bearer","expires_in":…}
        Ends with 0 when a token was given, else with 1.
        """,
        new Dictionary<string, bool>(VerbOptions.OfHosts) { ["--scope"] = true }, Run);

    private static async Task<int> Run(VerbOptions options, CancellationToken ct)
    {
        var settings = options.Settings(HostSettings.Demo);
        var secret = Environment.GetEnvironmentVariable("RETAILOPS_CLI_SECRET") is { Length: > 0 } given ? given
            : DemoPeople.SecretOfCommandLine(settings.DataFolder)
            ?? throw new SetupException($"There is no secret of {Callers.CommandLine} in {Path.Combine(settings.DataFolder, DemoPeople.FileName)}: start the Demo first, or name its data folder with --data.");
        using var http = new HttpClient { BaseAddress = new Uri(settings.Urls.Split(';')[0]) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Callers.CommandLine}:{secret}")));
        var asked = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (options["--scope"] is { Length: > 0 } scope)
        {
            asked["scope"] = scope;
        }

        try
        {
            using var form = new FormUrlEncodedContent(asked);
            using var answer = await http.PostAsync("/connect/token", form, ct);
            var body = await answer.Content.ReadFromJsonAsync<JsonElement>(ct);
            if (!answer.IsSuccessStatusCode)
            {
                throw new SetupException($"No token was given: {body.GetProperty("error").GetString()}: {(body.TryGetProperty("error_description", out var why) ? why.GetString() : "no reason was given")}");
            }

            Console.Out.WriteLine(options.Json ? body.GetRawText() : body.GetProperty("access_token").GetString());
            return 0;
        }
        catch (HttpRequestException e)
        {
            throw new SetupException($"Nobody answers at {http.BaseAddress}: start the Demo with ./run, or name its address with --urls. ({e.Message})");
        }
    }
}
