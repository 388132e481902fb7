using System.Security.Claims;

using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary><c>/sign-in/again</c>: the password once more, of the same person, for a session that takes the place of this one. Wrong ones count as anywhere.</summary>
internal sealed partial class SignInAgainPage
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(FreshSignIn.Page, async (HttpContext http, IAntiforgery forgery, UserManager<Person> people) =>
        {
            var returnTo = http.Request.Query["returnTo"].ToString();
            var person = await people.FindByIdAsync(http.User.FindFirstValue(ClaimTypes.NameIdentifier)!);
            await (person is { PasswordHash: null } ? ExternalSignIn.AskAgain(http, returnTo) : Write(http, forgery, StatusCodes.Status200OK, null, returnTo));
        }).ForPeople().ExcludeFromDescription();
        app.MapPost(FreshSignIn.Page, Handle).ForPeople().ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task Handle(HttpContext http, IAntiforgery forgery, SignInManager<Person> signIn, UserManager<Person> people, Sessions sessions, ILogger<SignInAgainPage> log)
    {
        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        var (password, returnTo) = (form["password"].ToString(), form["returnTo"].ToString());
        if (!await forgery.IsRequestValidAsync(http))
        {
            await Write(http, forgery, StatusCodes.Status400BadRequest, "The page was too old. Please try again.", returnTo);
            return;
        }

        var person = await people.FindByIdAsync(http.User.FindFirstValue(ClaimTypes.NameIdentifier)!);
        var session = Sessions.Of(http.User);
        if (person is null || session is null || await sessions.HasEnded(session.Value, http.RequestAborted))
        {
            http.Response.Redirect("/sign-in");
            return;
        }

        if (person.PasswordHash is null)
        {
            await ExternalSignIn.AskAgain(http, returnTo);
            return;
        }

        if (password.Length > 200 || !(await signIn.CheckPasswordSignInAsync(person, password, lockoutOnFailure: true)).Succeeded)
        {
            LogRefused(log, person.Id);
            await Write(http, forgery, StatusCodes.Status401Unauthorized, SignInPage.Wrong, returnTo);
            return;
        }

        await sessions.End(session.Value, CancellationToken.None);
        await http.SignInAsync(IdentityConstants.ApplicationScheme, await signIn.CreateUserPrincipalAsync(person));
        LogSignedIn(log, person.Id);
        http.Response.Redirect(SignInPage.IsOurs(returnTo) ? returnTo : "/");
    }

    private static Task Write(HttpContext http, IAntiforgery forgery, int status, string? error, string? returnTo)
    {
        var token = forgery.GetAndStoreTokens(http);
        return HtmlPage.Write(
            http, status, "Give your password again",
            $"""
            <form class="card narrow" method="post" action="{FreshSignIn.Page}">
            {(error is null ? "" : $"<p class=\"error\" role=\"alert\">{HtmlPage.Encode(error)}</p>")}
            <p>You are <strong>{HtmlPage.Encode(http.User.Identity?.Name)}</strong>. What you are about to do needs a sign-in less than five minutes old. What you typed is kept.</p>
            <input type="hidden" name="{token.FormFieldName}" value="{HtmlPage.Encode(token.RequestToken)}">
            <input type="hidden" name="returnTo" value="{HtmlPage.Encode(returnTo)}">
            <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200" autofocus>
            <button>Go on</button>
            </form>
            <p class="soft"><a href="{(returnTo is { } back && SignInPage.IsOurs(back) ? HtmlPage.Encode(back) : "/")}">Back without it</a></p>
            """);
    }

    [LoggerMessage(6304, LogLevel.Information, "Account {Account} gave its password again")]
    private static partial void LogSignedIn(ILogger log, Guid account);

    [LoggerMessage(6305, LogLevel.Warning, "Account {Account} did not give its password again")]
    private static partial void LogRefused(ILogger log, Guid account);
}
