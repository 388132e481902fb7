using System.Net;
using System.Security.Claims;

using Microsoft.AspNetCore.Http;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>How this host treats strangers.</summary>
/// <param name="IsDemo">
/// The Demo and test set-up on loopback: its command line needs no credentials. Never true for a host that others can reach.
/// </param>
public sealed record SecurityPosture(bool IsDemo);

/// <summary>Who is behind an HTTP request.</summary>
public sealed class Callers(SecurityPosture posture)
{
    /// <summary>The name of the Demo's command line, which is a client of the API like any other.</summary>
    public const string CommandLine = "cli";

    private static readonly Caller.Client Cli = new(CommandLine, Permissions.Operational);

    /// <summary>The person who signed in; in Demo, without a sign-in, the command line when the request comes from this machine; else null.</summary>
    public Caller? Of(HttpContext http) => SignedIn(http.User) is { } person ? person : posture.IsDemo && IsFromThisMachine(http) ? Cli : null;

    /// <summary>The person who signed in, or null: a page or dashboard for people never counts being on this machine as a credential.</summary>
    public static Caller.Person? SignedIn(ClaimsPrincipal user)
    {
        if (user.Identity is not { IsAuthenticated: true } || !Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
        {
            return null;
        }

        var roles = user.FindAll(ClaimTypes.Role).Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        return new(id, Permissions.Of(roles)) { Roles = roles, SignedInAt = Sessions.SignedInAt(user) };
    }

    private static bool IsFromThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
}
