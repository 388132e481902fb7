using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RetailOps.Platform;

/// <summary>Sign-in, roles and keys, for the host.</summary>
public static class SecurityModule
{
    /// <summary>Registers who may sign in and how.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="posture">How strangers are treated.</param>
    /// <param name="root">The key of keys, asked for when it is first used.</param>
    public static IServiceCollection AddSecurity(this IServiceCollection services, SecurityPosture posture, Func<RootKey> root)
    {
        services.AddSingleton(posture);
        services.AddSingleton(_ => root());
        services.AddSingleton<Callers>();
        services.AddSingleton<KeyTable>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<SignInTrail>();
        services.AddSingleton(s => new PeopleNames(s.GetRequiredService<Database>()));
        services.AddSingleton(s => new DesignerTokens(s.GetRequiredService<IDataProtectionProvider>(), s.GetRequiredService<Sessions>()));
        services.AddDataProtection().SetApplicationName("RetailOps");
        services.AddOptions<KeyManagementOptions>().Configure<KeyTable, RootKey>((o, table, key) =>
        {
            o.XmlRepository = table;
            o.XmlEncryptor = new KeyEncryptor(key);
        });

        services.AddDbContext<PeopleDbContext>();
        services.AddIdentityCore<Person>(o =>
        {
            o.Password = new PasswordOptions { RequiredLength = PasswordLaw.Least, RequireDigit = false, RequireLowercase = false, RequireUppercase = false, RequireNonAlphanumeric = false };
            o.Lockout = new LockoutOptions { AllowedForNewUsers = true, MaxFailedAccessAttempts = 5, DefaultLockoutTimeSpan = TimeSpan.FromMinutes(15) };
        }).AddUserStore<UserOnlyStore<Person, PeopleDbContext, Guid>>().AddSignInManager();
        services.AddScoped<IUserClaimsPrincipalFactory<Person>, PersonClaims>();
        services.AddScoped<ISecurityStampValidator, SessionValidator>();
        services.Configure<PasswordHasherOptions>(o => o.IterationCount = 210_000);
        services.AddOptions<SecurityStampValidatorOptions>().Configure<TimeProvider>((o, clock) =>
        {
            o.TimeProvider = clock;
            o.ValidationInterval = TimeSpan.FromMinutes(1);
            o.OnRefreshingPrincipal = Sessions.Continue;
        });
        services.AddSingleton(s => new FirstAdministrator(s.GetRequiredService<Database>(), s.GetRequiredService<RequestRunner>()));
        services.AddScoped(s => new DemoPeople(s.GetRequiredService<UserManager<Person>>(), s.GetRequiredService<PeopleDbContext>(), s.GetRequiredService<Database>()));

        var authentication = services.AddAuthentication(IdentityConstants.ApplicationScheme).AddCookie(IdentityConstants.ApplicationScheme, o =>
        {
            o.Cookie.Name = NameOf("retailops", posture);
            o.Cookie.Path = "/";
            o.Cookie.HttpOnly = true;
            o.Cookie.SameSite = SameSiteMode.Lax;
            o.Cookie.SecurePolicy = posture.IsDemo ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
            o.ExpireTimeSpan = TimeSpan.FromHours(8);
            o.SlidingExpiration = true;
            o.Events.OnValidatePrincipal = async context =>
            {
                if (context.Principal is { } user && Sessions.IsOver(user, context.HttpContext.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()))
                {
                    context.RejectPrincipal();
                    await context.HttpContext.SignOutAsync(IdentityConstants.ApplicationScheme);
                    return;
                }

                await SecurityStampValidator.ValidatePrincipalAsync(context);
                context.ShouldRenew &= !OnlyLooks(context.HttpContext);
            };
            o.Events.OnCheckSlidingExpiration = context =>
            {
                context.ShouldRenew &= !OnlyLooks(context.HttpContext);
                return Task.CompletedTask;
            };
        })

        // Nobody gets this one. Identity signs out of it when a stamp has changed, and fails where it is not known.
        .AddCookie(IdentityConstants.TwoFactorRememberMeScheme);
        if (posture.External is { } provider)
        {
            ExternalSignIn.Add(authentication, provider, posture.IsDemo);
        }

        services.AddTokens(posture);
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = NameOf("retailops-form", posture);
            o.Cookie.Path = "/";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.SecurePolicy = posture.IsDemo ? CookieSecurePolicy.SameAsRequest : CookieSecurePolicy.Always;
            o.SuppressXFrameOptionsHeader = true;
        });
        return services;
    }

    /// <summary>The pages to sign in and out.</summary>
    public static void MapSecurity(this IEndpointRouteBuilder app)
    {
        SignInPage.Map(app);
        SignInAgainPage.Map(app);
        SignOutPage.Map(app);
        ChangePasswordPage.Map(app);
        TokenEndpoints.Map(app);
        ExternalSignIn.Map(app);
    }

    /// <summary>Lets through whoever signed in, and holds the permission; sends everyone else to sign in, or away. For pages, not for the API.</summary>
    /// <param name="endpoints">The pages.</param>
    /// <param name="permission">Null for everybody who signed in.</param>
    public static TBuilder ForPeople<TBuilder>(this TBuilder endpoints, string? permission = null)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            var inner = endpoint.RequestDelegate;
            endpoint.RequestDelegate = http => Callers.SignedIn(http.User) switch
            {
                null => FirstPassword.IsOf(http.User) ? FirstPassword.Show(http) : SendToSignIn(http),
                var person when permission is null || person.May(permission) => inner!(http),
                var person => Deny(http, person.Actor, permission),
            };
        });
        return endpoints;
    }

    /// <summary>Lets through whoever holds the permission, a person or a client with a token; tells everyone else why not. For what programs read outside the API.</summary>
    public static TBuilder ForCallers<TBuilder>(this TBuilder endpoints, string permission)
        where TBuilder : IEndpointConventionBuilder
    {
        endpoints.Finally(endpoint =>
        {
            var inner = endpoint.RequestDelegate;
            endpoint.RequestDelegate = http =>
            {
                switch (http.RequestServices.GetRequiredService<Callers>().Of(http))
                {
                    case null:
                        return Problems.Write(http, StatusCodes.Status401Unauthorized, "security.unauthenticated", "Send an access token from /connect/token, or sign in first: open /sign-in in a browser.");
                    case var caller when caller.May(permission):
                        return inner!(http);
                    case var caller:
                        http.RequestServices.GetRequiredService<Denials>().Right(caller.Actor, permission, http.Request.Path);
                        return Problems.Write(http, StatusCodes.Status403Forbidden, "security.forbidden", $"This needs the permission {permission}.");
                }
            };
        });
        return endpoints;
    }

    // Browsers take a name with this beginning over HTTPS only, for this very host and the whole of it (RFC 6265bis, 4.1.3).
    private static string NameOf(string cookie, SecurityPosture posture) => posture.IsDemo ? cookie : "__Host-" + cookie;

    private static Task Deny(HttpContext http, string actor, string permission)
    {
        http.RequestServices.GetRequiredService<Denials>().Right(actor, permission, http.Request.Path);
        return HtmlPage.Write(http, StatusCodes.Status403Forbidden, "Not for this account", "<p>Your roles do not open this page. <a href=\"/sign-out\">Sign in as somebody else</a></p>");
    }

    private static bool OnlyLooks(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<LooksAtSession>() is not null;

    private static Task SendToSignIn(HttpContext http)
    {
        http.Response.Redirect("/sign-in?returnTo=" + Uri.EscapeDataString(http.Request.Path + (HttpMethods.IsGet(http.Request.Method) ? http.Request.QueryString.Value : "")));
        return Task.CompletedTask;
    }
}

/// <summary>On an operation that a page calls by itself, again and again: being asked keeps no session alive.</summary>
public sealed record LooksAtSession;

/// <summary>What stands in the cookie: id, name, roles, the session, when its password was given, and the stamp by which it is revoked.</summary>
internal sealed class PersonClaims(IOptions<IdentityOptions> options, TimeProvider clock) : IUserClaimsPrincipalFactory<Person>
{
    public Task<ClaimsPrincipal> CreateAsync(Person user)
    {
        var identity = new ClaimsIdentity(IdentityConstants.ApplicationScheme);
        identity.AddClaim(new(ClaimTypes.NameIdentifier, user.Id.ToString()));
        identity.AddClaim(new(ClaimTypes.Name, user.UserName!));
        identity.AddClaim(new(options.Value.ClaimsIdentity.SecurityStampClaimType, user.SecurityStamp!));
        identity.AddClaims(Sessions.Begin(clock.GetUtcNow()));
        identity.AddClaims(FirstPassword.Claims(user));
        identity.AddClaims(Callers.Bindings(user));
        identity.AddClaims(user.Roles.Select(r => new Claim(ClaimTypes.Role, r)));
        return Task.FromResult(new ClaimsPrincipal(identity));
    }
}
