using System.Net.Http.Json;
using System.Text.Json.Serialization;

namespace RetailOps.Client;

/// <summary>Access tokens by client credentials (RFC 6749, section 4.4), kept until shortly before they end.</summary>
internal sealed class AccessTokens(RetailOpsOptions options, HttpClient http) : IDisposable
{
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim one = new(1, 1);
    private string? token;
    private DateTimeOffset end;

    /// <summary>A token that is still good.</summary>
    /// <param name="refused">The one with which the API answered 401, so that another is asked for; null for none.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="ApiException">None was given.</exception>
    public async Task<string> Get(string? refused, CancellationToken ct)
    {
        await one.WaitAsync(ct).ConfigureAwait(false);
        try
        {
            if (token is not null && token != refused && options.Clock.GetUtcNow() < end - Margin)
            {
                return token;
            }

            var form = new Dictionary<string, string> { ["grant_type"] = "client_credentials", ["client_id"] = options.ClientId!, ["client_secret"] = options.ClientSecret ?? "" };
            if (options.Scopes.Count > 0)
            {
                form["scope"] = string.Join(' ', options.Scopes);
            }

            using var content = new FormUrlEncodedContent(form);
            using var response = await http.PostAsync(new Uri(options.Address, "/connect/token"), content, ct).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw await ProblemException.Of(response, ct).ConfigureAwait(false);
            }

            var granted = (await response.Content.ReadFromJsonAsync<Granted>(ct).ConfigureAwait(false))!;
            (token, end) = (granted.AccessToken, options.Clock.GetUtcNow() + TimeSpan.FromSeconds(granted.ExpiresIn));
            return token;
        }
        finally
        {
            one.Release();
        }
    }

    public void Dispose()
    {
        one.Dispose();
        http.Dispose();
    }

    private sealed record Granted([property: JsonPropertyName("access_token")] string AccessToken, [property: JsonPropertyName("expires_in")] int ExpiresIn);
}
