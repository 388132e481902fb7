using System.Net;
using System.Security.Claims;

using Microsoft.AspNetCore.Http;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>How this host treats strangers.</summary>
/// <param name="IsDemo">
/// The Demo and test set-up on loopback: its command line needs no credentials. Never true for a host that others can reach.
/// </param>
public sealed record SecurityPosture(bool IsDemo)
{
    /// <summary>
    /// Whether a request from this machine without any credential is the Demo's command line. Only tests say so, by their environment; a
    /// Demo asks for a credential like every other host.
    /// </summary>
    public bool TrustsThisMachine { get; init; }

    /// <summary>Where people sign in besides here; null for nowhere.</summary>
    public ExternalProvider? External { get; init; }

    /// <summary>The public address under which tokens are issued; null for the one that was asked.</summary>
    public Uri? Issuer { get; init; }
}

/// <summary>Who is behind an HTTP request.</summary>
public sealed class Callers(SecurityPosture posture)
{
    /// <summary>The name of the Demo's command line, which is a client of the API like any other.</summary>
    public const string CommandLine = "cli";

    private const string ChannelClaim = "channel";
    private const string NodeClaim = "node";

    private static readonly Caller.Client Cli = new(CommandLine, Permissions.Operational);

    /// <summary>Who shows a token, else the person who signed in, else null. A token that opens nothing is nobody, whatever else the request carries.</summary>
    public Caller? Of(HttpContext http) =>
        http.Features.Get<TokenAnswer>() is { } token ? token.Caller
        : SignedIn(http.User) is { } person ? person
        : posture is { IsDemo: true, TrustsThisMachine: true } && !FirstPassword.IsOf(http.User) && IsFromThisMachine(http) ? Cli
        : null;

    /// <summary>
    /// The person who signed in, or null: a page or dashboard for people never counts being on this machine as a credential. Nobody is whoever has
    /// to change the first password before anything else.
    /// </summary>
    public static Caller.Person? SignedIn(ClaimsPrincipal user) => FirstPassword.IsOf(user) ? null : Known(user);

    /// <summary>Whose cookie it is, whatever the person may do with it now.</summary>
    internal static Caller.Person? Known(ClaimsPrincipal user)
    {
        if (user.Identity is not { IsAuthenticated: true } || !Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
        {
            return null;
        }

        var roles = user.FindAll(ClaimTypes.Role).Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        return new(id, Permissions.Of(roles)) { Roles = roles, SignedInAt = Sessions.SignedInAt(user), Channels = Bound(user, ChannelClaim), Nodes = Bound(user, NodeClaim) };
    }

    /// <summary>Where a person works, for the cookie: a claim each, or none for everywhere.</summary>
    internal static IEnumerable<Claim> Bindings(Person person) =>
        Claims(ChannelClaim, person.Channels).Concat(Claims(NodeClaim, person.Nodes));

    // Bound to nothing is not the same as not bound: then there is one claim without a name.
    private static IEnumerable<Claim> Claims(string type, List<string>? values) =>
        values is null ? [] : values.DefaultIfEmpty("").Select(v => new Claim(type, v));

    private static HashSet<string>? Bound(ClaimsPrincipal user, string type)
    {
        var values = user.FindAll(type).Select(c => c.Value).ToHashSet(StringComparer.Ordinal);
        return values.Count == 0 ? null : values;
    }

    private static bool IsFromThisMachine(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
}
