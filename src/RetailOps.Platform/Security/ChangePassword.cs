using System.Security.Claims;

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary>
/// <c>/account/password</c>: the own password, changed by whoever knows the old one. Wrong tries count as anywhere. Ends every other session and the
/// tokens of applications; this browser goes on with a session of its own.
/// </summary>
internal sealed partial class ChangePasswordPage
{
    internal const string Path = "/account/password";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, async (HttpContext http, IAntiforgery forgery, UserManager<Person> people, Sessions sessions) =>
        {
            if (await Owner(http, people, sessions) is { } person)
            {
                await Write(http, forgery, person, StatusCodes.Status200OK, null, http.Request.Query["returnTo"].ToString());
            }
        }).ExcludeFromDescription();
        app.MapPost(Path, Handle).ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task Handle(
        HttpContext http, SecurityPosture posture, IAntiforgery forgery, SignInManager<Person> signIn, UserManager<Person> people, Sessions sessions, Accounts accounts, SignInTrail trail,
        ILogger<ChangePasswordPage> log)
    {
        if (!posture.IsDemo && !http.Request.IsHttps)
        {
            await SignInPage.RefusePlain(http);
            return;
        }

        if (await Owner(http, people, sessions) is not { } person)
        {
            return;
        }

        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        var (old, chosen, returnTo) = (form["old"].ToString(), form["password"].ToString(), form["returnTo"].ToString());
        if (!await forgery.IsRequestValidAsync(http))
        {
            await Write(http, forgery, person, StatusCodes.Status400BadRequest, "The page was too old. Please try again.", returnTo);
            return;
        }

        if (person.PasswordHash is null)
        {
            await Write(http, forgery, person, StatusCodes.Status400BadRequest, null, returnTo);
            return;
        }

        var wasLocked = await people.IsLockedOutAsync(person);
        if (old.Length > PasswordLaw.Most || !(await signIn.CheckPasswordSignInAsync(person, old, lockoutOnFailure: true)).Succeeded)
        {
            if (!wasLocked)
            {
                var isLocked = await people.IsLockedOutAsync(person);
                await trail.Write(Callers.Known(http.User)!, (id, at) => new SignInRefused(id, at, person.Id, isLocked), CancellationToken.None);
            }

            LogRefused(log, person.Id);
            await Write(http, forgery, person, StatusCodes.Status401Unauthorized, SignInPage.Wrong, returnTo);
            return;
        }

        var fault = chosen == form["repeated"].ToString() ? PasswordLaw.Fault(person.UserName!, old, chosen) : "The new password was not typed the same twice.";
        if (fault is null)
        {
            person.ChoosesPassword();
            if (await people.ChangePasswordAsync(person, old, chosen) is { Succeeded: false } failed)
            {
                LogFailed(log, person.Id, string.Join(", ", failed.Errors.Select(e => e.Code)));
                fault = "Your account was changed at the same moment. Please try again.";
            }
        }

        if (fault is not null)
        {
            await Write(http, forgery, person, StatusCodes.Status400BadRequest, fault, returnTo);
            return;
        }

        accounts.Forget(person.Id);
        await trail.Write(Callers.Known(http.User)!, (id, at) => new PasswordChanged(id, at, person.Id), CancellationToken.None);
        await sessions.End(Sessions.Of(http.User)!.Value, CancellationToken.None);
        await http.SignInAsync(IdentityConstants.ApplicationScheme, await signIn.CreateUserPrincipalAsync(person));
        LogChanged(log, person.Id);
        http.Response.Redirect(SignInPage.IsOurs(returnTo) ? returnTo : "/");
    }

    /// <summary>Whose session it is, also with a first password; null when the request was sent to the sign-in.</summary>
    private static async Task<Person?> Owner(HttpContext http, UserManager<Person> people, Sessions sessions)
    {
        var person = Callers.Known(http.User) is { } caller ? await people.FindByIdAsync(caller.Id.ToString()) : null;
        if (person is not null && person.SecurityStamp == http.User.FindFirstValue(people.Options.ClaimsIdentity.SecurityStampClaimType)
            && Sessions.Of(http.User) is { } session && !await sessions.HasEnded(session, http.RequestAborted))
        {
            return person;
        }

        http.Response.Redirect("/sign-in?returnTo=" + Uri.EscapeDataString(Path));
        return null;
    }

    private static Task Write(HttpContext http, IAntiforgery forgery, Person person, int status, string? error, string? returnTo)
    {
        if (person.PasswordHash is null)
        {
            return HtmlPage.Write(http, status, "Change your password", "<p>You have none here: your password is at your company's sign-in service, and is changed there.</p>");
        }

        var token = forgery.GetAndStoreTokens(http);
        return HtmlPage.Write(
            http, status, "Change your password",
            $"""
            <form class="card narrow" method="post" action="{Path}">
            {(error is null ? "" : $"<p class=\"error\" role=\"alert\">{HtmlPage.Encode(error)}</p>")}
            <p>You are <strong>{HtmlPage.Encode(person.UserName)}</strong>.{(FirstPassword.IsOf(http.User) ? " Somebody else made your password and has seen it: choose one of your own before you go on." : "")}
            Every other session of yours ends within a minute.</p>
            <input type="hidden" name="{token.FormFieldName}" value="{HtmlPage.Encode(token.RequestToken)}">
            <input type="hidden" name="returnTo" value="{HtmlPage.Encode(returnTo)}">
            <input type="hidden" autocomplete="username" value="{HtmlPage.Encode(person.UserName)}">
            <label for="old">Password until now</label><input id="old" name="old" type="password" autocomplete="current-password" required maxlength="{PasswordLaw.Most}" autofocus>
            <label for="password">New password</label><input id="password" name="password" type="password" autocomplete="new-password" required minlength="{PasswordLaw.Least}" maxlength="{PasswordLaw.Most}" aria-describedby="law">
            <p class="soft" id="law">{PasswordLaw.Least} characters or more, whichever you like; several words that have nothing to do with each other are good.</p>
            <label for="repeated">The new password again</label><input id="repeated" name="repeated" type="password" autocomplete="new-password" required maxlength="{PasswordLaw.Most}">
            <button>Change it</button>
            </form>
            """);
    }

    [LoggerMessage(6306, LogLevel.Information, "Account {Account} changed its password")]
    private static partial void LogChanged(ILogger log, Guid account);

    [LoggerMessage(6307, LogLevel.Warning, "Account {Account} did not give its old password and keeps it")]
    private static partial void LogRefused(ILogger log, Guid account);

    [LoggerMessage(6308, LogLevel.Warning, "The password of account {Account} could not be changed: {Reason}")]
    private static partial void LogFailed(ILogger log, Guid account, string reason);
}
