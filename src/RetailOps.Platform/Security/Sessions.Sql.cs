using System.Globalization;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
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

    private static readonly string[] Kept = [ClaimName, SignedInClaim];

    /// <summary>The session of who is signed in; null without one.</summary>
    public static Guid? Of(ClaimsPrincipal user) => Guid.TryParse(user.FindFirstValue(ClaimName), out var id) ? id : null;

    /// <summary>When the password was given; null for a cookie that does not say.</summary>
    public static DateTimeOffset? SignedInAt(ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue(SignedInClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    public static IEnumerable<Claim> Begin(DateTimeOffset now) =>
        [new(ClaimName, Guid.NewGuid().ToString()), new(SignedInClaim, now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))];

    /// <summary>A renewed cookie is the same session from the same sign-in, with the roles of now.</summary>
    public static Task Continue(SecurityStampRefreshingPrincipalContext context)
    {
        Keep(context.CurrentPrincipal, context.NewPrincipal, Kept);
        return Task.CompletedTask;
    }

    /// <summary>The same session after its password was given again.</summary>
    public static void ContinueFreshly(ClaimsPrincipal before, ClaimsPrincipal after) => Keep(before, after, [ClaimName]);

    private static void Keep(ClaimsPrincipal? before, ClaimsPrincipal? after, string[] names)
    {
        if (after?.Identity is not ClaimsIdentity renewed)
        {
            return;
        }

        foreach (var name in names)
        {
            renewed.TryRemoveClaim(renewed.FindFirst(name));
            if (before?.FindFirst(name) is { } kept)
            {
                renewed.AddClaim(kept);
            }
        }
    }

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
    /// <summary>As the base does it, but for the end: that one ends a second factor's cookie as well, which there is none of here, and fails.</summary>
    public override async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (context.Properties.IssuedUtc is { } issued && TimeProvider.GetUtcNow() - issued <= Options.ValidationInterval)
        {
            return;
        }

        if (await VerifySecurityStamp(context.Principal) is { } person)
        {
            await SecurityStampVerified(person, context);
            return;
        }

        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
    }

    protected override async Task<Person?> VerifySecurityStamp(ClaimsPrincipal? principal) =>
        principal is not null && Sessions.Of(principal) is { } session && await sessions.HasEnded(session, CancellationToken.None) ? null : await base.VerifySecurityStamp(principal);
}
