using System.Security.Claims;
using System.Security.Cryptography;

using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// What the designer sends with each call. Its elements take a fixed token and nothing else, so this one opens nothing by itself: it is
/// good beside the cookie of the session for which it was made, for the designer's operations, until that session ends.
/// </summary>
/// <remarks>A host remembers none of them: the token is the session's id under the data-protection keys, which all hosts of a database share.</remarks>
public sealed class DesignerTokens
{
    private const string Scheme = "Bearer ";

    private readonly IDataProtector protector;
    private readonly Sessions sessions;

    internal DesignerTokens(IDataProtectionProvider protection, Sessions sessions)
    {
        protector = protection.CreateProtector("RetailOps.Designer.Token.v1");
        this.sessions = sessions;
    }

    /// <summary>A token for who is signed in, another one each time; null when nobody is, or when the session has ended.</summary>
    public async Task<string?> For(ClaimsPrincipal user, CancellationToken ct) =>
        Callers.SignedIn(user) is not null && Sessions.Of(user) is { } session && !await sessions.HasEnded(session, ct) ? protector.Protect(session.ToString()) : null;

    /// <summary>When the session of who is signed in ends, unless it is used.</summary>
    /// <param name="user">Who is signed in.</param>
    /// <param name="cookie">When the cookie ends.</param>
    public static DateTimeOffset EndOf(ClaimsPrincipal user, DateTimeOffset cookie) => Sessions.LatestEnd(user) is { } end && end < cookie ? end : cookie;

    /// <summary>
    /// Browsers cannot set a header on a web socket, so the designer writes its token into the address. It becomes the header that it is
    /// elsewhere, before anything can log the address.
    /// </summary>
    internal static Task TakeFromAddress(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        if (request.Path.StartsWithSegments("/elsa/hubs") && request.Query.TryGetValue("access_token", out var token))
        {
            request.QueryString = QueryString.Create(request.Query.Where(p => p.Key != "access_token"));
            if (http.Features.Get<IHttpRequestFeature>() is { } raw)
            {
                raw.RawTarget = request.PathBase.ToUriComponent() + request.Path.ToUriComponent() + request.QueryString.ToUriComponent();
            }

            if (request.Headers.Authorization.Count == 0)
            {
                request.Headers.Authorization = Scheme + token;
            }
        }

        return next(http);
    }

    /// <summary>Whether this caller may call the designer's operations now.</summary>
    /// <param name="http">The request.</param>
    /// <param name="caller">
    /// A person needs a valid token. The Demo's command line has none and needs none; with one it is a browser that has lost its cookie.
    /// </param>
    internal async Task<bool> Opens(HttpContext http, Caller caller)
    {
        if (http.Features.Get<TokenAnswer>() is not null)
        {
            // An access token is no cookie: no page sends it unless its own script was given it.
            return true;
        }

        var header = http.Request.Headers.Authorization.ToString();
        if (caller is not Caller.Person)
        {
            return header.Length == 0;
        }

        return header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && Sessions.Of(http.User) is { } session
            && SessionOf(header[Scheme.Length..].Trim()) == session && !await sessions.HasEnded(session, http.RequestAborted);
    }

    private Guid? SessionOf(string token)
    {
        try
        {
            return Guid.TryParse(protector.Unprotect(token), out var session) ? session : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
