using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace RetailOps.Platform;

/// <summary><c>/sign-in</c>: a name, a password, one answer for every kind of no.</summary>
internal sealed partial class SignInPage
{
    internal const string Wrong = "This name and password do not open an account, or it is locked for a quarter of an hour after five wrong tries.";

    private static readonly Person Nobody = new("nobody", []);

    private static string? nobodysHash;

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in", (HttpContext http, IAntiforgery forgery, string? returnTo) => Write(http, forgery, StatusCodes.Status200OK, null, null, returnTo)).ExcludeFromDescription();
        app.MapPost("/sign-in", Handle).ExcludeFromDescription().DisableAntiforgery();
    }

    private static async Task Handle(
        HttpContext http, IAntiforgery forgery, SecurityPosture posture, SignInManager<Person> signIn, UserManager<Person> people, Sessions sessions, SignInTrail trail, TimeProvider clock,
        ILogger<SignInPage> log)
    {
        if (!posture.IsDemo && !http.Request.IsHttps)
        {
            await RefusePlain(http);
            return;
        }

        var form = http.Request.HasFormContentType ? await http.Request.ReadFormAsync(http.RequestAborted) : FormCollection.Empty;
        var (name, password, returnTo) = (form["name"].ToString().Trim(), form["password"].ToString(), form["returnTo"].ToString());

        // Checked by hand: the token belongs to a page that may be older than the host's keys, which is worth a sentence.
        if (!await forgery.IsRequestValidAsync(http))
        {
            await Write(http, forgery, StatusCodes.Status400BadRequest, "The page was too old. Please try again.", name, returnTo);
            return;
        }

        var person = name.Length is > 0 and <= 100 && password.Length <= 200 ? await people.FindByNameAsync(name) : null;
        if (person?.PasswordHash is null)
        {
            // An answer for no account takes as long as one for a wrong password. Who comes from another service has none here that could be guessed:
            // tries at it neither count nor lock.
            nobodysHash ??= people.PasswordHasher.HashPassword(Nobody, "nobody's password");
            people.PasswordHasher.VerifyHashedPassword(Nobody, nobodysHash, password.Length <= 200 ? password : "");
            LogRefused(log, "no account with a password");
            await Write(http, forgery, StatusCodes.Status401Unauthorized, Wrong, name, returnTo);
            return;
        }

        var wasLocked = await people.IsLockedOutAsync(person);
        var result = await signIn.CheckPasswordSignInAsync(person, password, lockoutOnFailure: true);
        if (!result.Succeeded)
        {
            if (!wasLocked)
            {
                await trail.Write(new Kernel.Caller.System("sign-in"), (id, at) => new SignInRefused(id, at, person.Id, result.IsLockedOut), http.RequestAborted);
            }

            LogRefused(log, result.IsLockedOut ? $"account {person.Id} is locked" : $"wrong password for account {person.Id}");
            await Write(http, forgery, StatusCodes.Status401Unauthorized, Wrong, name, returnTo);
            return;
        }

        if (person.PasswordUntil is { } until && until <= clock.GetUtcNow())
        {
            await trail.Write(new Kernel.Caller.System("sign-in"), (id, at) => new SignInRefused(id, at, person.Id, IsLocked: false), http.RequestAborted);
            LogRefused(log, $"the first password of account {person.Id} was not changed in time");
            await Write(http, forgery, StatusCodes.Status401Unauthorized, "The time in which you could change your first password is over; ask an administrator for another one.", name, returnTo);
            return;
        }

        // Whoever was signed in with this browser is not any more.
        await sessions.EndOf(http.User, CancellationToken.None);
        await signIn.SignInAsync(person, isPersistent: false);
        await trail.Write(new Kernel.Caller.Person(person.Id, new HashSet<string>()), (id, at) => new SignedIn(id, at, person.Id), CancellationToken.None);
        LogSignedIn(log, person.Id);
        var next = IsOurs(returnTo) ? returnTo : "/";
        http.Response.Redirect(person.PasswordUntil is null ? next : $"{ChangePasswordPage.Path}?returnTo={Uri.EscapeDataString(next)}");
    }

    internal static Task RefusePlain(HttpContext http) =>
        HtmlPage.Write(http, StatusCodes.Status400BadRequest, "Not over this connection", "<p>Passwords are taken over HTTPS only. Open the same page with https.</p>");

    internal static bool IsOurs(string path) => path is ['/', ..] and not (['/', '/' or '\\', ..]) && !path.Any(char.IsControl);

    private static Task Write(HttpContext http, IAntiforgery forgery, int status, string? error, string? name, string? returnTo)
    {
        var token = forgery.GetAndStoreTokens(http);
        return HtmlPage.Write(
            http, status, "Sign in",
            $"""
            <form class="card narrow" method="post" action="/sign-in">
            {(error is null ? "" : $"<p class=\"error\" role=\"alert\">{HtmlPage.Encode(error)}</p>")}
            <input type="hidden" name="{token.FormFieldName}" value="{HtmlPage.Encode(token.RequestToken)}">
            <input type="hidden" name="returnTo" value="{HtmlPage.Encode(returnTo)}">
            <label for="name">Name</label><input id="name" name="name" autocomplete="username" required maxlength="100" autofocus value="{HtmlPage.Encode(name)}">
            <label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required maxlength="200">
            <button>Sign in</button>
            </form>
            {ExternalSignIn.Link(http, returnTo)}
            """);
    }

    [LoggerMessage(6301, LogLevel.Information, "Account {Account} signed in")]
    private static partial void LogSignedIn(ILogger log, Guid account);

    [LoggerMessage(6302, LogLevel.Warning, "A sign-in was refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string reason);
}

/// <summary><c>/sign-out</c>: asks first, because a link must not change anything.</summary>
internal static class SignOutPage
{
    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-out", (HttpContext http, IAntiforgery forgery) =>
        {
            var token = forgery.GetAndStoreTokens(http);
            return HtmlPage.Write(
                http, StatusCodes.Status200OK, "Sign out",
                $"""
                <form class="card narrow" method="post" action="/sign-out">
                <input type="hidden" name="{token.FormFieldName}" value="{HtmlPage.Encode(token.RequestToken)}">
                <p>You are signed in as {HtmlPage.Encode(http.User.Identity?.Name ?? "nobody")}.</p><button>Sign out</button>
                <p class="soft">On every device: whoever has a cookie of yours is out within a minute.</p><button name="everywhere" value="yes">Sign out everywhere</button>
                </form>
                <p><a href="{ChangePasswordPage.Path}">Change your password</a></p>
                """);
        }).ExcludeFromDescription();
        app.MapPost("/sign-out", async (HttpContext http, IAntiforgery forgery, SignInManager<Person> signIn, UserManager<Person> people, Sessions sessions, SignInTrail trail) =>
        {
            if (await forgery.IsRequestValidAsync(http))
            {
                await sessions.EndOf(http.User, http.RequestAborted);
                if (Callers.Known(http.User) is { } caller)
                {
                    await trail.Write(caller, (id, at) => new SignedOut(id, at, caller.Id), CancellationToken.None);
                }

                // The stamp is what every cookie of the account is looked at by.
                if ((await http.Request.ReadFormAsync(http.RequestAborted))["everywhere"] == "yes" && await people.GetUserAsync(http.User) is { } person
                    && await people.UpdateSecurityStampAsync(person) is { Succeeded: false } failed)
                {
                    throw new InvalidOperationException("Somebody's cookies could not be made void: " + string.Join(", ", failed.Errors.Select(e => e.Code)));
                }

                await signIn.SignOutAsync();
                Clear(http.Response);
            }

            http.Response.Redirect("/sign-in");
        }).ExcludeFromDescription().DisableAntiforgery();
    }

    /// <summary>Whoever sits at this browser next finds nothing of the one who left. Cookies are ended one by one: the form for the next sign-in needs its own.</summary>
    internal static void Clear(HttpResponse response) => response.Headers["Clear-Site-Data"] = "\"cache\", \"storage\"";
}
