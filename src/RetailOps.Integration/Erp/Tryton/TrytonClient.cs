using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using Microsoft.Extensions.Logging;

namespace RetailOps.Integration;

/// <summary>
/// Speaks Tryton's JSON-RPC. Reads are tried again by themselves; what changes something is sent once: whether it arrived is asked by key, never
/// guessed. A session that the server has forgotten is replaced once per call: it is refused before anything is done. That goes for posting too, which
/// wants a session that was used of late and ends an older one.
/// </summary>
internal sealed partial class TrytonClient(IHttpClientFactory http, TrytonSettings settings, ILogger<TrytonClient> log) : IDisposable
{
    public const string Reads = "tryton reads";
    public const string Writes = "tryton writes";

    private readonly SemaphoreSlim turn = new(1, 1);
    private Session? session;
    private int logins;

    public TrytonSettings Settings => settings;

    /// <summary>Changes nothing there.</summary>
    /// <param name="method">Like <c>model.party.party.search_read</c>.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="arguments">Without the context, which is the last.</param>
    /// <exception cref="TrytonTroubleException">It answered with an error.</exception>
    /// <exception cref="TrytonSilenceException">It did not answer in time, or not in its language.</exception>
    public Task<JsonElement> Read(string method, CancellationToken ct, params JsonNode?[] arguments) => Call(Reads, method, arguments, null, settings.CallPatience, ct);

    /// <summary>Rows by a condition.</summary>
    public Task<JsonElement> Search(string model, JsonArray where, IEnumerable<string> fields, CancellationToken ct, int offset = 0, int? limit = null, JsonArray? order = null) =>
        Read($"model.{model}.search_read", ct, where, offset, limit, order, TrytonValues.Texts(fields));

    /// <summary>Changes something there: sent once.</summary>
    /// <param name="method">Like <c>model.account.invoice.post</c>.</param>
    /// <param name="lines">How much there is to do, for the time it may take.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="arguments">Without the context.</param>
    public Task<JsonElement> Write(string method, int lines, CancellationToken ct, params JsonNode?[] arguments) => Call(Writes, method, arguments, null, settings.PatienceFor(lines), ct);

    /// <summary>A step of a wizard, which works on a record: sent once.</summary>
    public Task<JsonElement> Wizard(string method, string model, int id, CancellationToken ct, params JsonNode?[] arguments) =>
        Call(Writes, method, arguments, new() { ["active_model"] = model, ["active_id"] = id, ["active_ids"] = new JsonArray(id) }, settings.CallPatience, ct);

    /// <summary>Who we are there, and which login this is: another one means that the server, or what is in it, may be another.</summary>
    public async Task<TrytonLogin> Login(CancellationToken ct) => (await Open(null, ct)).Login;

    public void Dispose() => turn.Dispose();

    private async Task<JsonElement> Call(string way, string method, JsonNode?[] arguments, JsonObject? more, TimeSpan patience, CancellationToken ct)
    {
        var open = await Open(null, ct);
        try
        {
            return await Send(way, open, method, arguments, more, patience, ct);
        }
        catch (SessionEndedException)
        {
            LogSessionEnded(log, method);
        }

        open = await Open(open, ct);
        try
        {
            return await Send(way, open, method, arguments, more, patience, ct);
        }
        catch (SessionEndedException)
        {
            throw new TrytonSilenceException($"Tryton does not let {settings.User} call {method}: 401 with a session that it has just given.");
        }
    }

    private Task<JsonElement> Send(string way, Session open, string method, JsonNode?[] arguments, JsonObject? more, TimeSpan patience, CancellationToken ct)
    {
        var context = new JsonObject { ["company"] = open.Login.Company, ["language"] = "en" };
        foreach (var (name, value) in more ?? [])
        {
            context[name] = value?.DeepClone();
        }

        return Post(way, open.Authorization, method, [.. arguments.Select(a => a?.DeepClone()), context], patience, ct);
    }

    /// <param name="ended">The one that the server no longer knows; null to take whichever there is.</param>
    /// <param name="ct">Cancels.</param>
    private async Task<Session> Open(Session? ended, CancellationToken ct)
    {
        if (session is { } known && known != ended)
        {
            return known;
        }

        await turn.WaitAsync(ct);
        try
        {
            if (session is { } meanwhile && meanwhile != ended)
            {
                return meanwhile;
            }

            // Not again by itself: too many wrong passwords lock the login.
            var key = await Post(Writes, null, "common.db.login", [settings.User, new JsonObject { ["password"] = settings.Password }], settings.CallPatience, ct);
            if (key.ValueKind is not JsonValueKind.Array)
            {
                throw new TrytonSilenceException($"Tryton wants more than a password from {settings.User}.");
            }

            var user = key[0].GetInt32();
            var bearer = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{settings.User}:{user}:{key[1].GetString()}"));
            var authorization = new AuthenticationHeaderValue("Session", bearer);
            var preferences = await Post(Reads, authorization, "model.res.user.get_preferences", [true, new JsonObject()], settings.CallPatience, ct);
            if (!preferences.TryGetProperty("company", out var company) || company.ValueKind is not JsonValueKind.Number)
            {
                throw new TrytonSilenceException($"The login {settings.User} belongs to no company in Tryton.");
            }

            return session = new(authorization, new(++logins, user, company.GetInt32()));
        }
        catch (SessionEndedException)
        {
            throw new TrytonSilenceException($"Tryton does not let {settings.User} in: look at RETAILOPS_ERP_USER and RETAILOPS_ERP_PASSWORD.");
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task<JsonElement> Post(string way, AuthenticationHeaderValue? authorization, string method, JsonArray arguments, TimeSpan patience, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(patience);
        try
        {
            using var client = http.CreateClient(way);
            // "id" makes it answer errors as JSON with their names; without it they are HTML.
            using var request = new HttpRequestMessage(HttpMethod.Post, settings.Address)
            {
                Content = JsonContent.Create(new JsonObject { ["id"] = 1, ["method"] = method, ["params"] = arguments }),
            };
            await request.Content.LoadIntoBufferAsync(limit.Token);
            request.Headers.Authorization = authorization;
            using var response = await client.SendAsync(request, limit.Token);
            if (response.StatusCode is HttpStatusCode.Unauthorized)
            {
                throw new SessionEndedException();
            }

            if (!response.IsSuccessStatusCode)
            {
                throw new TrytonSilenceException($"Tryton answers {(int)response.StatusCode} to {method}{Hint(response.StatusCode)}");
            }

            var answer = await response.Content.ReadFromJsonAsync<JsonElement>(limit.Token);
            return answer.TryGetProperty("error", out var error) ? throw TrytonTrouble.Of(error)
                : answer.TryGetProperty("result", out var result) ? result
                : throw new TrytonSilenceException($"Tryton's answer to {method} has no result.");
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new TrytonSilenceException($"Tryton did not answer {method} within {patience.TotalSeconds:0.#} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            throw new TrytonSilenceException($"Tryton did not answer {method}: {e.Message}", e);
        }
    }

    private static string Hint(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => ": is the database's name in RETAILOPS_ERP_URL right?",
        HttpStatusCode.Forbidden => ": it does not offer that.",
        HttpStatusCode.TooManyRequests => ": too many wrong passwords.",
        _ => ".",
    };

    [LoggerMessage(5300, LogLevel.Information, "Tryton has ended our session at {Method}; another one is opened")]
    private static partial void LogSessionEnded(ILogger log, string method);

    private sealed record Session(AuthenticationHeaderValue Authorization, TrytonLogin Login);

    private sealed class SessionEndedException : Exception;
}

/// <summary>A login at Tryton.</summary>
/// <param name="Count">From 1 in this process.</param>
/// <param name="User">Its id there.</param>
/// <param name="Company">Its company's id.</param>
internal sealed record TrytonLogin(int Count, int User, int Company);
