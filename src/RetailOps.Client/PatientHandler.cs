using System.Net;
using System.Net.Http.Headers;

namespace RetailOps.Client;

/// <summary>Sends with a token, again when it is told to wait and may, and throws what is not granted.</summary>
internal sealed class PatientHandler(RetailOpsOptions options, AccessTokens? tokens) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        string? token = null;
        var isRenewed = false;
        for (var attempt = 1; ; attempt++)
        {
            using var copy = Copy(request, body);
            if (tokens is not null)
            {
                token = await tokens.Get(isRenewed ? token : null, cancellationToken).ConfigureAwait(false);
                copy.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            var response = await base.SendAsync(copy, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode == HttpStatusCode.Unauthorized && tokens is not null && !isRenewed)
                {
                    // Taken back, or of a host whose keys have changed: once more with a new one.
                    isRenewed = true;
                    continue;
                }

                if (attempt < options.Attempts && Wait(request, response, attempt) is { } wait && wait <= options.MostPatience)
                {
                    await Task.Delay(wait, options.Clock, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                throw await ProblemException.Of(response, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            tokens?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>How long to wait before it is sent once more; null when it must not be.</summary>
    private TimeSpan? Wait(HttpRequestMessage request, HttpResponseMessage response, int attempt)
    {
        if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
            || !(request.Method == HttpMethod.Get || request.Method == HttpMethod.Put || request.Headers.Contains("Idempotency-Key")))
        {
            return null;
        }

        return response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - options.Clock.GetUtcNow() is var left && left > TimeSpan.Zero ? left : TimeSpan.Zero,
            _ => TimeSpan.FromSeconds(Math.Pow(2, attempt - 1)),
        };
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? body)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri) { Version = request.Version };
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        if (body is not null)
        {
            copy.Content = new ByteArrayContent(body);
            foreach (var (name, values) in request.Content!.Headers.NonValidated)
            {
                copy.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }

        return copy;
    }
}
