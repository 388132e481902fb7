using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;

using RetailOps.Host;

namespace RetailOps.Platform.Tests;

/// <summary>A client and its secret.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <param name="Secret">The latest.</param>
public sealed record TestClient(string Name, string Secret);

/// <summary>What tests say about clients and tokens, in one line each.</summary>
public sealed class Grants(HostFixture host)
{
    private static readonly HttpClient Http = new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false });

    private static int count;

    /// <summary>What a token says.</summary>
    public static JsonElement Claims(string token) => JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]));

    /// <summary>A name that no other test has.</summary>
    public static string NewName() => $"client-{Interlocked.Increment(ref count)}-{Guid.NewGuid():N}"[..30];

    /// <summary>Somebody of the Demo, signed in.</summary>
    public async Task<Browser> SignedIn(string name, Uri? at = null)
    {
        var browser = new Browser(at ?? host.Address);
        (await browser.SignIn(name, host.People.Single(p => p.Name == name).Password)).Dispose();
        return browser;
    }

    /// <summary>A system that an administrator makes.</summary>
    public async Task<TestClient> NewClient(string[] permissions, string[]? channels = null, string[]? nodes = null)
    {
        var made = await Make(new { name = NewName(), title = "A system", kind = "system", permissions, channels, nodes });
        return new(made.GetProperty("client").GetProperty("name").GetString()!, made.GetProperty("secret").GetString()!);
    }

    /// <summary>The administrator's answer to a new client.</summary>
    public async Task<JsonElement> Make(object client)
    {
        using var administrator = await SignedIn("administrator");
        using var answer = await Send(administrator.Http, HttpMethod.Post, "/api/v1/clients", client);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", body.GetRawText());
        return body;
    }

    /// <summary>Sends JSON, with an idempotency key of its own.</summary>
    public static async Task<HttpResponseMessage> Send(HttpClient http, HttpMethod method, string path, object? body = null, string? ifMatch = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("Idempotency-Key", key ?? Guid.NewGuid().ToString());
        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return await http.SendAsync(request);
    }

    /// <summary>Asks for a token.</summary>
    public async Task<HttpResponseMessage> Ask(TestClient client, string? scope = null, Uri? at = null)
    {
        var words = new Dictionary<string, string> { ["grant_type"] = "client_credentials" };
        if (scope is not null)
        {
            words["scope"] = scope;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(at ?? host.Address, "/connect/token")) { Content = new FormUrlEncodedContent(words) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{client.Name}:{client.Secret}")));
        return await Http.SendAsync(request);
    }

    /// <summary>A token that must be given.</summary>
    public async Task<string> Token(TestClient client, string? scope = null, Uri? at = null)
    {
        using var answer = await Ask(client, scope, at);
        var body = await answer.Content.ReadAsStringAsync();
        answer.IsSuccessStatusCode.Should().BeTrue("{0}", body);
        return JsonSerializer.Deserialize<JsonElement>(body).GetProperty("access_token").GetString()!;
    }

    /// <summary>Reads with a token.</summary>
    public async Task<HttpResponseMessage> Get(string path, string token, Uri? at = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(at ?? host.Address, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await Http.SendAsync(request);
    }

    /// <summary>Another host of the same database.</summary>
    public async Task<WebApplication> Started(TimeProvider? clock = null, HostSettings? settings = null)
    {
        var app = HostComposition.Build([], settings ?? host.Settings, host.ConnectionString, clock: clock);
        await app.StartAsync();
        return app;
    }
}
