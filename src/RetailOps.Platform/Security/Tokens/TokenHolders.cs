using System.Collections.Concurrent;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

using OpenIddict.Abstractions;
using OpenIddict.Validation.AspNetCore;

using RetailOps.Kernel;

using static OpenIddict.Abstractions.OpenIddictConstants;

namespace RetailOps.Platform;

/// <summary>What came of the bearer token of a request.</summary>
/// <param name="Caller">Null when it opens nothing.</param>
internal sealed record TokenAnswer(Caller? Caller);

/// <summary>Makes callers of access tokens: what the token says, within what its holder may now.</summary>
internal sealed class TokenHolders(Accounts accounts, TimeProvider clock)
{
    /// <summary>Who accepts our tokens.</summary>
    public const string Audience = "retailops";

    /// <summary><c>client</c> or <c>person</c>: what the subject is.</summary>
    public const string KindClaim = "holder";

    /// <summary>The generation of the client's tokens; a later one makes earlier tokens void.</summary>
    public const string GenerationClaim = "generation";

    /// <summary>A print of the person's security stamp.</summary>
    public const string StampClaim = "stamp";

    public const string Client = "client";

    public const string Person = "person";

    /// <summary>The caller behind a token that was found genuine; null when its client or person may not use it any more.</summary>
    public async ValueTask<Caller?> Of(ClaimsPrincipal token, CancellationToken ct)
    {
        var name = token.GetClaim(KindClaim) == Client ? token.GetClaim(Claims.Subject) : token.GetClaim(Claims.ClientId) ?? token.GetPresenters().FirstOrDefault();
        if (name is null || await accounts.Client(name, ct) is not { IsLive: true } client || token.GetClaim(GenerationClaim) != Text(client.Generation))
        {
            return null;
        }

        var asked = token.GetScopes().Where(s => client.Permissions.Contains(s) && !Permissions.IsInPerson(s));
        if (token.GetClaim(KindClaim) == Client)
        {
            return new Caller.Client(client.Name, asked.ToHashSet(StringComparer.Ordinal)) { Channels = client.Channels, Nodes = client.Nodes };
        }

        if (!Guid.TryParse(token.GetClaim(Claims.Subject), out var id) || await Live(id, token.GetClaim(StampClaim), ct) is not { } person)
        {
            return null;
        }

        var may = Permissions.Of(person.Roles);
        return new Caller.Person(id, asked.Where(may.Contains).ToHashSet(StringComparer.Ordinal))
        {
            Roles = person.Roles,
            Through = client.Name,
            Channels = Both(person.Channels, client.Channels),
            Nodes = Both(person.Nodes, client.Nodes),
        };
    }

    /// <summary>The person, if nothing has happened to the account since the token was made.</summary>
    public async ValueTask<PersonAccount?> Live(Guid id, string? print, CancellationToken ct) =>
        await accounts.Person(id, ct) is { } person && person.Stamp == print && !(person.LockedUntil > clock.GetUtcNow()) ? person : null;

    public static string Text(int generation) => generation.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static IReadOnlySet<string>? Both(IReadOnlySet<string>? one, IReadOnlySet<string>? other) =>
        one is null ? other : other is null ? one : one.Intersect(other).ToHashSet(StringComparer.Ordinal);
}

/// <summary>
/// Reads the token of a request, before anybody asks who is calling. A request with a token is what the token says, or nobody: a cookie
/// beside it does not count.
/// </summary>
internal sealed class BearerTokens(RequestDelegate next, TokenHolders holders, KnownTokens known)
{
    private const string Scheme = "Bearer ";

    public async Task InvokeAsync(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && http.GetEndpoint() is { } endpoint && !http.Request.Path.StartsWithSegments("/connect")
            && (endpoint.Metadata.GetMetadata<DesignerOperation>() is null || IsOurs(header)))
        {
            var token = known.Find(header);
            if (token is null && (await http.AuthenticateAsync(OpenIddictValidationAspNetCoreDefaults.AuthenticationScheme)).Principal is { } genuine)
            {
                token = known.Keep(header, genuine);
            }

            http.Features.Set(new TokenAnswer(token is null ? null : await holders.Of(token, http.RequestAborted)));
        }

        await next(http);
    }

    // The designer sends a token of its own in the same header; ours are three parts with dots between them.
    private static bool IsOurs(string header) => header.Count(c => c == '.') == 2;
}

/// <summary>
/// Tokens whose signature was found genuine, until they end: a client sends the same one for minutes. Who may use it still is asked with each
/// call, see <see cref="TokenHolders"/>.
/// </summary>
internal sealed class KnownTokens(TimeProvider clock)
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, (ClaimsPrincipal Token, DateTimeOffset Ends)> known = new(StringComparer.Ordinal);

    public ClaimsPrincipal? Find(string header) => known.TryGetValue(header, out var found) && clock.GetUtcNow() < found.Ends ? found.Token : null;

    public ClaimsPrincipal Keep(string header, ClaimsPrincipal token)
    {
        if (known.Count >= Most)
        {
            known.Clear();
        }

        if (token.GetExpirationDate() is { } ends)
        {
            known[header] = (token, ends);
        }

        return token;
    }
}
