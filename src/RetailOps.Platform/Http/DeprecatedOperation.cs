using System.Globalization;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>On an operation that integrators should leave.</summary>
/// <param name="Since">From when on it is deprecated: the <c>Deprecation</c> header of RFC 9745, which may lie ahead.</param>
/// <param name="Sunset">From when on it answers 410: the <c>Sunset</c> header of RFC 8594; null while that is not decided.</param>
/// <param name="Guide">Where it is written what to use instead: a <c>Link</c> with the relation <c>deprecation</c>, and <c>sunset</c> when there is one.</param>
public sealed record DeprecatedOperation(DateTimeOffset Since, DateTimeOffset? Sunset, string Guide)
{
    /// <summary>Whether it is over.</summary>
    internal bool IsGone(DateTimeOffset now) => now >= Sunset;

    internal void Announce(IHeaderDictionary headers)
    {
        headers["Deprecation"] = string.Create(CultureInfo.InvariantCulture, $"@{Since.ToUnixTimeSeconds()}");
        headers.Append("Link", $"<{Guide}>; rel=\"deprecation\"; type=\"text/html\"");
        if (Sunset is { } end)
        {
            headers["Sunset"] = end.ToUniversalTime().ToString("R", CultureInfo.InvariantCulture);
            headers.Append("Link", $"<{Guide}>; rel=\"sunset\"; type=\"text/html\"");
        }
    }
}

/// <summary>Declares that operations come to an end.</summary>
public static class DeprecatedOperations
{
    /// <summary>Every answer says from now on that it is deprecated; after its sunset it is 410.</summary>
    /// <param name="endpoint">The operation, or a group of them.</param>
    /// <param name="since">See <see cref="DeprecatedOperation.Since"/>.</param>
    /// <param name="sunset">See <see cref="DeprecatedOperation.Sunset"/>.</param>
    /// <param name="guide">See <see cref="DeprecatedOperation.Guide"/>.</param>
    public static TBuilder IsDeprecated<TBuilder>(this TBuilder endpoint, DateTimeOffset since, DateTimeOffset? sunset, string guide)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new DeprecatedOperation(since, sunset, guide));
}
