using System.Globalization;
using System.Security.Claims;

using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace RetailOps.Platform;

/// <summary>Sign-ins, each from its password to its sign-out: the id stands in the cookie and survives the cookie's renewals.</summary>
internal sealed class Sessions(Database database)
{
    private const string ClaimName = "session";

    // As OpenID Connect calls it: seconds since 1970.
    private const string SignedInClaim = "auth_time";

    // The same for the session, which may be younger than the sign-in at another service.
    private const string BeganClaim = "session_began";

    private static readonly string[] Kept = [ClaimName, SignedInClaim, BeganClaim];

    /// <summary>How long a session lasts at most, however much it is used.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromHours(12);

    /// <summary>The session of who is signed in; null without one.</summary>
    public static Guid? Of(ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(ClaimName), out var id) ? id : null;

    /// <summary>When the password was given; null for a cookie that does not say.</summary>
    public static DateTimeOffset? SignedInAt(ClaimsPrincipal user) => Read(user, SignedInClaim);

    /// <summary>Whether a session has lasted as long as any may; so has one that does not say when it began.</summary>
    public static bool IsOver(ClaimsPrincipal user, DateTimeOffset now) => !(LatestEnd(user) > now);

    /// <summary>When a session ends at the latest; null for one that does not say when it began.</summary>
    public static DateTimeOffset? LatestEnd(ClaimsPrincipal user) => Read(user, BeganClaim) + Longest;

    /// <summary>A session that begins now, with a password that was given now.</summary>
    public static IEnumerable<Claim> Begin(DateTimeOffset now) => [new(ClaimName, Guid.NewGuid().ToString()), new(SignedInClaim, Text(now)), new(BeganClaim, Text(now))];

    /// <summary>Somebody signed in elsewhere, at that time; null when nobody said when, which is never fresh enough for anything.</summary>
    public static void SignedInElsewhere(ClaimsPrincipal user, DateTimeOffset? at)
    {
        var identity = (ClaimsIdentity)user.Identity!;
        identity.TryRemoveClaim(identity.FindFirst(SignedInClaim));
        if (at is { } known)
        {
            identity.AddClaim(new(SignedInClaim, Text(known)));
        }
    }

    private static DateTimeOffset? Read(ClaimsPrincipal user, string claim) =>
        long.TryParse(user.FindFirstValue(claim), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    private static string Text(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>A renewed cookie is the same session from the same sign-in, with the roles of now.</summary>
    public static Task Continue(SecurityStampRefreshingPrincipalContext context)
    {
        if (context.NewPrincipal?.Identity is ClaimsIdentity renewed)
        {
            foreach (var name in Kept)
            {
                renewed.TryRemoveClaim(renewed.FindFirst(name));
                if (context.CurrentPrincipal?.FindFirst(name) is { } kept)
                {
                    renewed.AddClaim(kept);
                }
            }
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends the session of who is signed in, if somebody is.</summary>
    public Task EndOf(ClaimsPrincipal user, CancellationToken ct) => Of(user) is { } session ? End(session, ct) : Task.CompletedTask;

    /// <summary>Ends a session on every host; a second time changes nothing.</summary>
    public async Task End(Guid session, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("insert into platform.ended_sessions (id) values ($1) on conflict do nothing");
        command.Parameters.Add(new() { Value = session });
        await command.ExecuteNonQueryAsync(ct);
    }

    public async Task<bool> HasEnded(Guid session, CancellationToken ct)
    {
        await using var command = database.Requests.CreateCommand("select exists (select from platform.ended_sessions s where s.id = $1)");
        command.Parameters.Add(new() { Value = session });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }
}

/// <summary>Asked once a minute for each cookie: a copy of one whose session was ended opens nothing any more.</summary>
internal sealed class SessionValidator(IOptions<SecurityStampValidatorOptions> options, SignInManager<Person> signIn, ILoggerFactory log, Sessions sessions)
    : SecurityStampValidator<Person>(options, signIn, log)
{
    protected override async Task<Person?> VerifySecurityStamp(ClaimsPrincipal? principal) =>
        principal is not null && Sessions.Of(principal) is { } session && await sessions.HasEnded(session, CancellationToken.None) ? null : await base.VerifySecurityStamp(principal);
}
