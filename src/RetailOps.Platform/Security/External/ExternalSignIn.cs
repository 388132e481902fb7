using System.Globalization;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Another service where people sign in, and what its word for their groups means here.</summary>
/// <param name="Authority">The provider's address.</param>
/// <param name="ClientId">This system's name there.</param>
/// <param name="ClientSecret">Null where it is a public client.</param>
/// <param name="Claim">The claim that holds the groups.</param>
/// <param name="Roles">The role of each group; groups that are not named give nothing.</param>
public sealed record ExternalProvider(Uri Authority, string ClientId, string? ClientSecret, string Claim, IReadOnlyDictionary<string, string> Roles);

/// <summary>People from an OpenID Connect provider: a code with a proof key, and roles by their groups at each sign-in.</summary>
internal static partial class ExternalSignIn
{
    public const string Scheme = "external";

    private const string Start = "/sign-in/with";

    /// <summary>How old a sign-in there may be when it is asked for again: it must still be fresh here when the person comes back and decides.</summary>
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    private static readonly Caller Admitting = new Caller.System("external-sign-in");

    public static void Add(AuthenticationBuilder authentication, ExternalProvider provider, bool isDemo) => authentication.AddOpenIdConnect(Scheme, o =>
    {
        o.Authority = provider.Authority.ToString();
        o.ClientId = provider.ClientId;
        o.ClientSecret = provider.ClientSecret;
        o.ResponseType = OpenIdConnectResponseType.Code;

        // The answer comes back as an address, with which a cookie of the same site is sent.
        o.ResponseMode = OpenIdConnectResponseMode.Query;
        o.CorrelationCookie.SameSite = o.NonceCookie.SameSite = SameSiteMode.Lax;
        o.CorrelationCookie.SecurePolicy = o.NonceCookie.SecurePolicy = isDemo ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
        if (!isDemo)
        {
            o.CorrelationCookie.Name = "__Host-retailops-correlation.";
            o.NonceCookie.Name = "__Host-retailops-nonce.";
            o.CorrelationCookie.Path = o.NonceCookie.Path = "/";
        }

        o.RequireHttpsMetadata = !isDemo;
        o.CallbackPath = "/sign-in/external";
        o.SignInScheme = IdentityConstants.ApplicationScheme;
        o.MapInboundClaims = false;
        o.SaveTokens = false;
        o.Scope.Clear();
        o.Scope.Add("openid");
        o.Scope.Add("profile");
        if (provider.Claim == "roles")
        {
            o.Scope.Add("roles");
        }

        o.Events.OnTokenValidated = context => Admit(context, provider);
        o.Events.OnRemoteFailure = context =>
        {
            LogRefused(context.HttpContext.RequestServices.GetRequiredService<ILogger<ExternalProvider>>(), context.Failure?.Message ?? "no reason given");
            context.HandleResponse();
            return HtmlPage.Write(
                context.HttpContext, StatusCodes.Status403Forbidden, "Not for this account",
                "<p>The sign-in service did not let you in, or what you are there opens nothing here. <a href=\"/sign-in\">Sign in in another way</a></p>");
        };
    });

    public static void Map(IEndpointRouteBuilder app) => app.MapGet(Start, Send).ExcludeFromDescription();

    /// <summary>Instead of the password, which this person has not got here: the way to the service that has it.</summary>
    public static Task AskAgain(HttpContext http, string? returnTo) => HtmlPage.Write(
        http, StatusCodes.Status200OK, "Sign in once more",
        $"""
        <p>You are <strong>{HtmlPage.Encode(http.User.Identity?.Name)}</strong>. What you are about to do needs a sign-in less than five minutes old. What you typed is kept.</p>
        <p><a href="{Start}?again=true&amp;returnTo={Uri.EscapeDataString(returnTo ?? "")}">Sign in with your company's account</a></p>
        """);

    /// <summary>What the page for signing in offers beside a password; empty without a provider.</summary>
    public static string Link(HttpContext http, string? returnTo) => http.RequestServices.GetRequiredService<SecurityPosture>().External is null
        ? ""
        : $"<p><a href=\"{Start}?returnTo={Uri.EscapeDataString(returnTo ?? "")}\">Sign in with your company's account</a></p>";

    private static async Task Send(HttpContext http, SecurityPosture posture, string? returnTo, bool again = false)
    {
        if (posture.External is null)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (http.Request.Headers["Sec-Fetch-Site"] == "cross-site")
        {
            // The provider may know the browser and let it in unasked: nobody but the person says when.
            await HtmlPage.Write(http, StatusCodes.Status403Forbidden, "Another site sent you here", "<p>Nobody is signed in by another site's page. <a href=\"/sign-in\">Sign in</a> if you meant to.</p>");
            return;
        }

        var properties = new OpenIdConnectChallengeProperties { RedirectUri = SignInPage.IsOurs(returnTo ?? "") ? returnTo : "/" };
        if (again)
        {
            properties.MaxAge = Again;
        }

        await http.ChallengeAsync(Scheme, properties);
    }

    private static async Task Admit(TokenValidatedContext context, ExternalProvider provider)
    {
        var token = context.Principal!;
        var services = context.HttpContext.RequestServices;
        var (issuer, subject) = (context.SecurityToken.Issuer, token.FindFirst("sub")?.Value);
        if (subject is null)
        {
            context.Fail("the provider names nobody");
            return;
        }

        // OpenID Connect Discovery 1.0, section 4.3: a service that calls itself otherwise than the address that was set up is another one.
        if (issuer.TrimEnd('/') != provider.Authority.ToString().TrimEnd('/'))
        {
            context.Fail("the provider calls itself otherwise than the address that is set up");
            return;
        }

        var roles = token.FindAll(provider.Claim).Select(c => provider.Roles.GetValueOrDefault(c.Value)).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        var name = token.FindFirst("preferred_username")?.Value ?? token.FindFirst("name")?.Value ?? subject;
        var admitted = await services.GetRequiredService<RequestRunner>().Run(Admitting, new AdmitPerson($"{issuer} {subject}", name, roles), ct: context.HttpContext.RequestAborted);
        if (!admitted.IsSuccess)
        {
            context.Fail(admitted.Refusal.Code);
            return;
        }

        var person = (await services.GetRequiredService<UserManager<Person>>().FindByIdAsync(admitted.Value.Id.ToString()))!;
        context.Principal = await services.GetRequiredService<SignInManager<Person>>().CreateUserPrincipalAsync(person);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        Sessions.SignedInElsewhere(
            context.Principal,
            long.TryParse(token.FindFirst("auth_time")?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= now.ToUnixTimeSeconds() ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null);

        // Whoever was signed in with this browser is not any more.
        if ((await context.HttpContext.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Principal is { } before)
        {
            await services.GetRequiredService<Sessions>().EndOf(before, CancellationToken.None);
        }

        await services.GetRequiredService<SignInTrail>().Write(new Kernel.Caller.Person(person.Id, new HashSet<string>()), (id, at) => new SignedIn(id, at, person.Id), CancellationToken.None);
    }

    [LoggerMessage(6303, LogLevel.Warning, "A sign-in through the other service was refused: {Reason}")]
    private static partial void LogRefused(ILogger log, string reason);
}
