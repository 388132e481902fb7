using System.Text.Json;

namespace RetailOps.Client;

/// <summary>The API said no: an RFC 9457 problem with a stable code.</summary>
public sealed class ProblemException : ApiException
{
    internal ProblemException(int status, string text, IReadOnlyDictionary<string, IEnumerable<string>> headers, ProblemDetails problem)
        : base(problem.Detail ?? problem.Title ?? "The request was refused.", status, text, headers, null) => Problem = problem;

    /// <summary>Decide by this, never by the message.</summary>
    public string Code => Problem.Code ?? "";

    /// <summary>Everything that was said.</summary>
    public ProblemDetails Problem { get; }

    /// <summary>Under which the API's logs know the request.</summary>
    public string? TraceId => Problem.TraceId;

    internal static async Task<ApiException> Of(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct).ConfigureAwait(false);
        var headers = response.Headers.Concat(response.Content.Headers).ToDictionary(h => h.Key, h => h.Value, StringComparer.OrdinalIgnoreCase);
        try
        {
            if (response.Content.Headers.ContentType?.MediaType == "application/problem+json" && JsonSerializer.Deserialize<ProblemDetails>(text) is { } problem)
            {
                return new ProblemException((int)response.StatusCode, text, headers, problem);
            }
        }
        catch (JsonException)
        {
            // Not from the API itself, a proxy's page perhaps: told as it is.
        }

        return new ApiException($"The API answered {(int)response.StatusCode}.", (int)response.StatusCode, text, headers, null);
    }
}
