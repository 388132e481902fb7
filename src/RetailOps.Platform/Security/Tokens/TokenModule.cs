using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using OpenIddict.Abstractions;
using OpenIddict.Server;
using OpenIddict.Validation;

using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace RetailOps.Platform;

/// <summary>The OAuth 2.0 and OpenID Connect server of the house, and the check of its tokens.</summary>
internal static class TokenModule
{
    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan AccessLife = TimeSpan.FromMinutes(10);

    /// <summary>How long a person's application may go on without a new sign-in: so long live all refresh tokens of one sign-in together, each good once.</summary>
    public static readonly TimeSpan RefreshLife = TimeSpan.FromHours(12);

    // Before the library's own first step, which has the order int.MinValue + 100,000.
    private const int First = int.MinValue + 50_000;

    public static IServiceCollection AddTokens(this IServiceCollection services, SecurityPosture posture)
    {
        services.AddSingleton<TokenKeys>();
        services.AddHostedService(s => s.GetRequiredService<TokenKeys>());
        services.AddHostedService<TokenWarmUp>();
        services.AddSingleton<TokenKeyOptions>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(s => s.GetRequiredService<TokenKeyOptions>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(s => s.GetRequiredService<TokenKeyOptions>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictValidationOptions>>(s => s.GetRequiredService<TokenKeyOptions>());
        services.AddSingleton<TokenHolders>();
        services.AddSingleton<KnownTokens>();
        services.AddSingleton<ClientSecrets>();
        services.AddDbContext<TokenDbContext>();
        services.AddOpenIddict()
            .AddCore(o =>
            {
                o.UseEntityFrameworkCore().UseDbContext<TokenDbContext>().ReplaceDefaultEntities<Client, ClientAuthorization, ClientScope, ClientToken, Guid>();
                o.ReplaceApplicationManager<Client, ClientRules>();

                // Another host may have changed a client a moment ago.
                o.DisableEntityCaching();
            })
            .AddServer(o =>
            {
                o.SetTokenEndpointUris("connect/token").SetAuthorizationEndpointUris("connect/authorize").SetEndSessionEndpointUris("connect/logout")
                    .SetUserInfoEndpointUris("connect/userinfo").SetRevocationEndpointUris("connect/revoke");
                o.AllowClientCredentialsFlow().AllowAuthorizationCodeFlow().RequireProofKeyForCodeExchange().AllowRefreshTokenFlow();
                o.SetAccessTokenLifetime(AccessLife).SetIdentityTokenLifetime(AccessLife).SetRefreshTokenLifetime(RefreshLife).SetAuthorizationCodeLifetime(TimeSpan.FromMinutes(1));
                o.Configure(c => c.CodeChallengeMethods.Remove(CodeChallengeMethods.Plain));
                o.DisableSlidingRefreshTokenExpiration();
                o.SetRefreshTokenReuseLeeway(TimeSpan.FromSeconds(10));
                o.DisableAccessTokenEncryption();
                o.RegisterScopes([Scopes.Profile, Scopes.Roles, .. Permissions.All.Where(p => !Permissions.IsInPerson(p))]);
                if (posture.Issuer is { } issuer)
                {
                    o.SetIssuer(issuer);
                }

                var web = o.UseAspNetCore().SuppressJsonResponseIndentation().EnableTokenEndpointPassthrough().EnableAuthorizationEndpointPassthrough().EnableEndSessionEndpointPassthrough().EnableUserInfoEndpointPassthrough();
                if (posture.IsDemo)
                {
                    web.DisableTransportSecurityRequirement();
                }

                // Scopes are our permissions and stand in no table, where the library would look for one that it does not know.
                o.AddEventHandler<ValidateTokenRequestContext>(h => h.UseInlineHandler(c => RefuseUnknown(c, c.Request, c.Options)).SetOrder(First));
                o.AddEventHandler<ValidateAuthorizationRequestContext>(h => h.UseInlineHandler(c => RefuseUnknown(c, c.Request, c.Options)).SetOrder(First));

                // Hosts of one database may be reached by several names; what they sign they all know by its key.
                o.Configure(c => c.TokenValidationParameters.IssuerValidator = (issuer, _, _) => issuer);
            })
            .AddValidation(o =>
            {
                o.UseLocalServer();
                o.UseAspNetCore();
                o.AddAudiences(TokenHolders.Audience);
                o.Configure(c => c.TokenValidationParameters.IssuerValidator = (issuer, _, _) => issuer);
            });
        return services;
    }

    private static ValueTask RefuseUnknown(BaseValidatingContext context, OpenIddictRequest request, OpenIddictServerOptions options)
    {
        if (request.GetScopes().FirstOrDefault(s => !options.Scopes.Contains(s)) is { } unknown)
        {
            context.Reject(Errors.InvalidScope, $"No token is given for '{(unknown.Length > 60 ? unknown[..60] : unknown)}'.");
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>Reads tokens; see <see cref="BearerTokens"/>.</summary>
    public static IApplicationBuilder UseTokens(this IApplicationBuilder app) => app.UseMiddleware<BearerTokens>();

    /// <summary>What the first token would wait for: models and options are made before anybody asks.</summary>
    private sealed class TokenWarmUp(IServiceScopeFactory scopes, IOptionsMonitor<OpenIddictServerOptions> server, IOptionsMonitor<OpenIddictValidationOptions> validation) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            _ = server.CurrentValue;
            _ = validation.CurrentValue;
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<TokenDbContext>().Clients.AsNoTracking().FirstOrDefaultAsync(c => c.ClientId == "", cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
