using System.Security.Cryptography;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>On an operation that takes <c>Idempotency-Key</c>.</summary>
/// <param name="Required">Whether it refuses to work without one.</param>
public sealed record IdempotencyHeader(bool Required)
{
    /// <summary>The header's name.</summary>
    public const string Name = "Idempotency-Key";

    /// <summary>The longest key.</summary>
    public const int MaxLength = 255;

    /// <summary>Reads the key and hashes the body, which is rewound for whoever binds it.</summary>
    internal async Task<Result<IdempotencyKey?>> Read(HttpContext http, Caller caller)
    {
        var values = http.Request.Headers[Name];
        if (values.Count == 0)
        {
            return Required
                ? Refusal.Malformed("idempotency.missing", $"Send the header {Name} with a value of your own for each new effect, and the same value when you repeat a request.")
                : (Result<IdempotencyKey?>)(IdempotencyKey?)null;
        }

        if (values is not [{ Length: > 0 and <= MaxLength } key] || !key.All(c => c is > ' ' and <= '~'))
        {
            return Refusal.Malformed("idempotency.malformed", $"{Name} is one value of 1 to {MaxLength} visible ASCII characters.");
        }

        http.Request.EnableBuffering(bufferThreshold: 1 << 20);
        var hash = await SHA256.HashDataAsync(http.Request.Body, http.RequestAborted);
        http.Request.Body.Position = 0;
        return new IdempotencyKey(caller.Actor, key, $"{http.Request.Method} {http.Request.Path}{http.Request.QueryString}", hash);
    }
}

/// <summary>Declares idempotency keys.</summary>
public static class IdempotencyEndpoints
{
    /// <summary>
    /// The operation takes an idempotency key: <see cref="Door"/> passes it on by itself, and a repeated request gets the first
    /// answer. For every POST that creates something or moves money.
    /// </summary>
    public static RouteHandlerBuilder TakesIdempotencyKey(this RouteHandlerBuilder endpoint, bool required = true) =>
        endpoint.WithMetadata(new IdempotencyHeader(required)).ProducesRefusals(409, 422);
}
