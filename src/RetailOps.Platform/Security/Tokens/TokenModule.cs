using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

using OpenIddict.Server;
using OpenIddict.Validation;

using static OpenIddict.Abstractions.OpenIddictConstants;

namespace RetailOps.Platform;

/// <summary>The OAuth 2.0 and OpenID Connect server of the house, and the check of its tokens.</summary>
internal static class TokenModule
{
    /// <summary>How long an access token lives.</summary>
    public static readonly TimeSpan AccessLife = TimeSpan.FromMinutes(10);

    /// <summary>How long a person's application may go on without a new sign-in: each refresh token lives so long, and is good once.</summary>
    public static readonly TimeSpan RefreshLife = TimeSpan.FromHours(12);

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
                o.SetRefreshTokenReuseLeeway(TimeSpan.FromSeconds(10));
                o.DisableAccessTokenEncryption();
                o.RegisterScopes([Scopes.Profile, Scopes.Roles, .. Permissions.All.Where(p => !Permissions.IsInPerson(p))]);
                if (posture.Issuer is { } issuer)
                {
                    o.SetIssuer(issuer);
                }

                var web = o.UseAspNetCore().EnableTokenEndpointPassthrough().EnableAuthorizationEndpointPassthrough().EnableEndSessionEndpointPassthrough().EnableUserInfoEndpointPassthrough();
                if (posture.IsDemo)
                {
                    web.DisableTransportSecurityRequirement();
                }

                // Hosts of one database may be reached by several names; what they sign they all know by its key.
                o.Configure(c => c.TokenValidationParameters.ValidateIssuer = false);
            })
            .AddValidation(o =>
            {
                o.UseLocalServer();
                o.UseAspNetCore();
                o.AddAudiences(TokenHolders.Audience);
                o.Configure(c => c.TokenValidationParameters.ValidateIssuer = false);
            });
        return services;
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
