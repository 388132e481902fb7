using System.Globalization;
using System.Security.Claims;

using Microsoft.AspNetCore;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.IdentityModel.Tokens;

using OpenIddict.Abstractions;
using OpenIddict.Server.AspNetCore;

using static OpenIddict.Abstractions.OpenIddictConstants;

namespace RetailOps.Platform;

/// <summary><c>/connect/…</c>: what is ours of it. Shape, clients, codes, proof keys and signatures are the library's.</summary>
internal static class TokenEndpoints
{
    private const string Scheme = OpenIddictServerAspNetCoreDefaults.AuthenticationScheme;

    private static readonly string[] Methods = ["GET", "POST"];

    public static void Map(IEndpointRouteBuilder app)
    {
        var connect = app.MapGroup("/connect").ExcludeFromDescription();
        connect.MapPost("/token", Exchange);
        connect.MapMethods("/authorize", Methods, Authorise);
        connect.MapGet("/continue", Continue);
        connect.MapMethods("/logout", Methods, SignOut);
        connect.MapMethods("/userinfo", Methods, TellWho);
    }

    private static async Task<IResult> Exchange(HttpContext http, Accounts accounts, TokenHolders holders)
    {
        var request = http.GetOpenIddictServerRequest()!;

        // Now, not as it was a few seconds ago.
        accounts.Forget(request.ClientId!);
        if (await accounts.Client(request.ClientId!, http.RequestAborted) is not { IsLive: true } client)
        {
            return Refuse(Errors.InvalidClient, "There is no such client, or it is disabled.");
        }

        if (request.IsClientCredentialsGrantType())
        {
            var asked = request.GetScopes();
            var identity = Identity(client).SetClaim(Claims.Subject, client.Name).SetClaim(TokenHolders.KindClaim, TokenHolders.Client);
            identity.SetScopes(asked.Length > 0 ? asked : [.. client.Permissions.Where(p => !Permissions.IsInPerson(p)).Order(StringComparer.Ordinal)]);
            return Grant(identity);
        }

        // A code or a refresh token, which the library has found genuine, unused and this client's.
        var before = (await http.AuthenticateAsync(Scheme)).Principal!;
        if (Guid.TryParse(before.GetClaim(Claims.Subject), out var id))
        {
            accounts.Forget(id);
            if (await holders.Live(id, before.GetClaim(TokenHolders.StampClaim), http.RequestAborted) is { } person && before.GetClaim(TokenHolders.GenerationClaim) == TokenHolders.Text(client.Generation))
            {
                return Grant(Of(person, client, before.GetClaim(Claims.AuthenticationTime)).SetScopes(before.GetScopes()).SetAuthorizationId(before.GetAuthorizationId()));
            }
        }

        return Refuse(Errors.InvalidGrant, "The person's account has changed since; ask for a new sign-in.");
    }

    private static async Task<IResult> Authorise(HttpContext http, Accounts accounts, TimeProvider clock)
    {
        var request = http.GetOpenIddictServerRequest()!;
        var here = await http.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        if (here.Principal is null || Callers.SignedIn(here.Principal) is not { } signedIn)
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "Nobody is signed in.")
                : TypedResults.Redirect("/sign-in?returnTo=" + Uri.EscapeDataString("/connect/continue" + QueryOf(http, request)));
        }

        if (request.MaxAge is { } most && !(signedIn.SignedInAt is { } at && clock.GetUtcNow() - at <= TimeSpan.FromSeconds(Math.Min(most, int.MaxValue))))
        {
            return request.HasPromptValue(PromptValues.None)
                ? Refuse(Errors.LoginRequired, "The sign-in is too old.")
                : TypedResults.Redirect($"{FreshSignIn.Page}?returnTo=" + Uri.EscapeDataString("/connect/continue" + QueryOf(http, request)));
        }

        accounts.Forget(signedIn.Id);
        if (await accounts.Person(signedIn.Id, http.RequestAborted) is not { } person || await accounts.Client(request.ClientId!, http.RequestAborted) is not { IsLive: true } client)
        {
            return Refuse(Errors.AccessDenied, "The account or the application is not there any more.");
        }

        // What the person may not do is not asked for in vain: the answer says what was granted.
        var may = Permissions.Of(person.Roles);
        return Grant(Of(person, client, signedIn.SignedInAt?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)).SetScopes(request.GetScopes().Where(s => may.Contains(s) || !s.Contains('.', StringComparison.Ordinal))));
    }

    /// <summary>A step between our form and another site: browsers stop a form that leads away from its site, and a link or a reload they do not.</summary>
    private static Task Continue(HttpContext http)
    {
        var to = "/connect/authorize" + http.Request.QueryString.ToUriComponent();
        http.Response.Headers["Refresh"] = "0; url=" + to;
        return HtmlPage.Write(http, StatusCodes.Status200OK, "Signed in", $"<p><a href=\"{HtmlPage.Encode(to)}\">Continue to the application</a></p>");
    }

    private static async Task<IResult> SignOut(HttpContext http, SignInManager<Person> signIn, Sessions sessions)
    {
        // Only who shows the identity token of this very person may end the session without being asked.
        var hint = (await http.AuthenticateAsync(Scheme)).Principal;
        var here = (await http.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Principal;
        var mine = here is null ? null : Callers.SignedIn(here);
        if (mine is not null)
        {
            if (hint?.GetClaim(Claims.Subject) != mine.Id.ToString())
            {
                return TypedResults.Redirect("/sign-out");
            }

            await sessions.EndOf(here!, http.RequestAborted);
            await signIn.SignOutAsync();
            SignOutPage.Clear(http.Response);
        }

        return TypedResults.SignOut(new AuthenticationProperties { RedirectUri = "/sign-in" }, [Scheme]);
    }

    private static async Task<IResult> TellWho(HttpContext http, TokenHolders holders, Accounts accounts)
    {
        var token = (await http.AuthenticateAsync(Scheme)).Principal!;
        if (await holders.Of(token, http.RequestAborted) is not Kernel.Caller.Person caller || await accounts.Person(caller.Id, http.RequestAborted) is not { } person)
        {
            return TypedResults.Challenge(Problem(Errors.InvalidToken, "The token is nobody's any more."), [Scheme]);
        }

        var claims = new Dictionary<string, object> { [Claims.Subject] = caller.Id.ToString() };
        if (token.HasScope(Scopes.Profile))
        {
            claims[Claims.Name] = claims[Claims.PreferredUsername] = person.Name;
        }

        if (token.HasScope(Scopes.Roles))
        {
            claims["roles"] = person.Roles.Order(StringComparer.Ordinal).ToArray();
        }

        return TypedResults.Ok(claims);
    }

    private static ClaimsIdentity Of(PersonAccount person, ClientAccount client, string? signedInAt)
    {
        var identity = Identity(client);
        if (signedInAt is not null)
        {
            identity.AddClaim(new(Claims.AuthenticationTime, signedInAt, ClaimValueTypes.Integer64));
        }

        return identity
            .SetClaim(Claims.Subject, person.Id.ToString())
            .SetClaim(TokenHolders.KindClaim, TokenHolders.Person)
            .SetClaim(TokenHolders.StampClaim, person.Stamp)
            .SetClaim(Claims.Name, person.Name)
            .SetClaim(Claims.PreferredUsername, person.Name)
            .SetClaims("roles", [.. person.Roles.Order(StringComparer.Ordinal)]);
    }

    private static ClaimsIdentity Identity(ClientAccount client) =>
        new ClaimsIdentity(TokenValidationParameters.DefaultAuthenticationType, Claims.Name, "roles").SetClaim(TokenHolders.GenerationClaim, TokenHolders.Text(client.Generation));

    private static Microsoft.AspNetCore.Http.HttpResults.SignInHttpResult Grant(ClaimsIdentity identity)
    {
        identity.SetResources(TokenHolders.Audience);
        identity.SetDestinations(claim => claim.Type switch
        {
            Claims.Name or Claims.PreferredUsername => identity.HasScope(Scopes.Profile) ? [Destinations.IdentityToken] : [],
            Claims.AuthenticationTime => [Destinations.IdentityToken],
            "roles" => identity.HasScope(Scopes.Roles) ? [Destinations.IdentityToken] : [],
            _ => [Destinations.AccessToken],
        });
        return TypedResults.SignIn(new ClaimsPrincipal(identity), authenticationScheme: Scheme);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.ForbidHttpResult Refuse(string error, string description) => TypedResults.Forbid(Problem(error, description), [Scheme]);

    private static AuthenticationProperties Problem(string error, string description) => new(new Dictionary<string, string?>
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = description,
    });

    private static string QueryOf(HttpContext http, OpenIddictRequest request) =>
        HttpMethods.IsGet(http.Request.Method)
            ? http.Request.QueryString.ToUriComponent()
            : QueryString.Create(request.GetParameters().Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))).ToUriComponent();
}
