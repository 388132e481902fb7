using System.Text;
using System.Text.Json;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Workflows;

/// <summary>Reads a web request for an instance, within its endpoint's limits.</summary>
internal static class ArrivalReader
{
    /// <summary>The most bytes that an instance can take, whatever its endpoint says.</summary>
    public const int Most = 160 * 1024;

    private static readonly string[] Hidden = ["Cookie", "Authorization", "Proxy-Authorization"];

    /// <returns>The request; or why it is refused, where the endpoint has no outcome for that.</returns>
    public static async Task<(HttpArrival? Arrival, (int Status, string Why) Refused)> Read(
        HttpRequest request, string path, Dictionary<string, string> route, EndpointLimits limits, CancellationToken ct)
    {
        var most = (int)Math.Clamp(limits.RequestSize ?? Most, 0, Most);
        var arrival = new HttpArrival(
            request.Method, path, route, request.Query.ToDictionary(q => q.Key, q => q.Value.ToString()), request.Headers.Where(h => !Hidden.Contains(h.Key, StringComparer.OrdinalIgnoreCase)).ToDictionary(h => h.Key, h => h.Value.ToString()),
            null, [], null);
        if (await Body(request, most, ct) is not { } body)
        {
            return limits.ExposesRequestTooLarge
                ? (arrival with { Outcome = HttpEndpoint.RequestTooLarge }, default)
                : (null, (StatusCodes.Status413PayloadTooLarge, $"At most {most} bytes are taken here."));
        }

        if (!request.HasFormContentType)
        {
            return (arrival with { Body = Parse(request.ContentType, body) }, default);
        }

        IFormCollection form;
        try
        {
            request.Body = new MemoryStream(body);
            form = await request.ReadFormAsync(ct);
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException or IOException)
        {
            return (null, (StatusCodes.Status400BadRequest, "The form cannot be read."));
        }

        arrival = arrival with { Body = JsonSerializer.SerializeToElement(form.ToDictionary(f => f.Key, f => f.Value.ToString())) };
        foreach (var file in form.Files)
        {
            if (Fault(file, limits) is not { } fault)
            {
                continue;
            }

            return fault.Exposed ? (arrival with { Outcome = fault.Outcome }, default) : (null, (fault.Status, $"{fault.Outcome}: {file.FileName}"));
        }

        return (arrival with { Files = [.. form.Files.Select(Kept)] }, default);
    }

    private static (string Outcome, bool Exposed, int Status)? Fault(IFormFile file, EndpointLimits limits)
    {
        var extension = Path.GetExtension(file.FileName);
        return limits switch
        {
            _ when file.Length > (limits.FileSize ?? long.MaxValue) => (HttpEndpoint.FileTooLarge, limits.ExposesFileTooLarge, StatusCodes.Status413PayloadTooLarge),
            _ when Names(limits.BlockedExtensions, extension) || (limits.AllowedExtensions.Count > 0 && !Names(limits.AllowedExtensions, extension)) =>
                (HttpEndpoint.InvalidExtension, limits.ExposesExtension, StatusCodes.Status415UnsupportedMediaType),
            _ when limits.AllowedMimeTypes.Count > 0 && !limits.AllowedMimeTypes.Contains(file.ContentType.Split(';')[0].Trim(), StringComparer.OrdinalIgnoreCase) =>
                (HttpEndpoint.InvalidMimeType, limits.ExposesMimeType, StatusCodes.Status415UnsupportedMediaType),
            _ => null,
        };
    }

    private static bool Names(IReadOnlyList<string> extensions, string extension) => extensions.Any(e => e.Trim().TrimStart('.').Equals(extension.TrimStart('.'), StringComparison.OrdinalIgnoreCase));

    private static HttpArrivedFile Kept(IFormFile file)
    {
        using var content = new MemoryStream();
        file.CopyTo(content);
        return new(Path.GetFileName(file.FileName), file.ContentType, file.Length, Convert.ToBase64String(content.ToArray()));
    }

    private static async Task<byte[]?> Body(HttpRequest request, int most, CancellationToken ct)
    {
        if (request.ContentLength > most)
        {
            return null;
        }

        var buffer = new byte[most + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return length > most ? null : buffer[..length];
    }

    private static JsonElement? Parse(string? contentType, byte[] body)
    {
        if (body.Length == 0)
        {
            return null;
        }

        try
        {
            // Text without a type is JSON when it looks like it.
            return contentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true || (contentType is null && body[0] is (byte)'{' or (byte)'[')
                ? JsonElement.Parse(body)
                : JsonSerializer.SerializeToElement(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return JsonSerializer.SerializeToElement(Convert.ToBase64String(body));
        }
    }
}
