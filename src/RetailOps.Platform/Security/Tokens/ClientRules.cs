using System.Collections.Immutable;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

using OpenIddict.Abstractions;
using OpenIddict.Core;

using static OpenIddict.Abstractions.OpenIddictConstants;

namespace RetailOps.Platform;

/// <summary>
/// What the OAuth server asks about a client, answered from our own table: which grants it has follows from its kind, and its secrets are
/// up to two slow hashes. A client that is disabled or deleted is not found.
/// </summary>
internal sealed class ClientRules(
    IOpenIddictApplicationCache<Client> cache, ILogger<OpenIddictApplicationManager<Client>> log, IOptionsMonitor<OpenIddictCoreOptions> options, IOpenIddictApplicationStore<Client> store,
    ClientSecrets secrets)
    : OpenIddictApplicationManager<Client>(cache, log, options, store)
{
    private static readonly string[] OfSystems = [OpenIddictConstants.Permissions.Endpoints.Token, OpenIddictConstants.Permissions.Endpoints.Revocation, OpenIddictConstants.Permissions.GrantTypes.ClientCredentials];

    private static readonly string[] OfApps =
    [
        OpenIddictConstants.Permissions.Endpoints.Authorization, OpenIddictConstants.Permissions.Endpoints.Token, OpenIddictConstants.Permissions.Endpoints.Revocation,
        OpenIddictConstants.Permissions.Endpoints.EndSession, OpenIddictConstants.Permissions.GrantTypes.AuthorizationCode, OpenIddictConstants.Permissions.GrantTypes.RefreshToken,
        OpenIddictConstants.Permissions.ResponseTypes.Code, OpenIddictConstants.Permissions.Prefixes.Scope + Scopes.Profile, OpenIddictConstants.Permissions.Prefixes.Scope + Scopes.Roles,
    ];

    public override async ValueTask<Client?> FindByClientIdAsync(string identifier, CancellationToken cancellationToken = default) => Live(await base.FindByClientIdAsync(identifier, cancellationToken));

    public override async ValueTask<Client?> FindByIdAsync(string identifier, CancellationToken cancellationToken = default) => Live(await base.FindByIdAsync(identifier, cancellationToken));

    // Who signs somebody out shows an identity token, and need not say its own name.
    public override IAsyncEnumerable<Client> FindByPostLogoutRedirectUriAsync(string uri, CancellationToken cancellationToken = default) =>
        Store.ListAsync(static (clients, address) => clients.Where(c => c.AfterSignOut.Contains(address) && c.Disabled == null && c.Deleted == null), uri, cancellationToken);

    // Who signs somebody in says its name; nobody looks for a client by this address.
    public override IAsyncEnumerable<Client> FindByRedirectUriAsync(string uri, CancellationToken cancellationToken = default) => AsyncEnumerable.Empty<Client>();

    public override ValueTask<string?> GetClientTypeAsync(Client application, CancellationToken cancellationToken = default) => new(application.IsPublic ? ClientTypes.Public : ClientTypes.Confidential);

    // An administrator of this house registered it: nobody is asked again.
    public override ValueTask<string?> GetConsentTypeAsync(Client application, CancellationToken cancellationToken = default) => new(ConsentTypes.Implicit);

    public override ValueTask<ImmutableArray<string>> GetPermissionsAsync(Client application, CancellationToken cancellationToken = default) =>
        new([.. application.Kind == ClientKind.System ? OfSystems : OfApps, .. application.MayAsk.Select(p => OpenIddictConstants.Permissions.Prefixes.Scope + p)]);

    public override ValueTask<ImmutableArray<string>> GetRequirementsAsync(Client application, CancellationToken cancellationToken = default) =>
        new(application.Kind == ClientKind.App ? [Requirements.Features.ProofKeyForCodeExchange] : []);

    public override ValueTask<ImmutableDictionary<string, string>> GetSettingsAsync(Client application, CancellationToken cancellationToken = default) => new(ImmutableDictionary<string, string>.Empty);

    public override ValueTask<ImmutableArray<string>> GetRedirectUrisAsync(Client application, CancellationToken cancellationToken = default) => new([.. application.ReturnTo]);

    public override ValueTask<ImmutableArray<string>> GetPostLogoutRedirectUrisAsync(Client application, CancellationToken cancellationToken = default) => new([.. application.AfterSignOut]);

    public override ValueTask<bool> ValidateRedirectUriAsync(Client application, string uri, CancellationToken cancellationToken = default) => new(IsAmong(application.ReturnTo, uri, application.IsPublic));

    public override ValueTask<bool> ValidatePostLogoutRedirectUriAsync(Client application, string uri, CancellationToken cancellationToken = default) =>
        new(IsAmong(application.AfterSignOut, uri, application.IsPublic));

    public override async ValueTask<bool> ValidateClientSecretAsync(Client application, string secret, CancellationToken cancellationToken = default) =>
        !application.IsPublic && await secrets.Open(application.Id, secret, cancellationToken);

    // Letter by letter. A program on somebody's own machine cannot choose its port beforehand (RFC 8252, section 7.3).
    private static bool IsAmong(List<string> addresses, string asked, bool anyPort) =>
        addresses.Contains(asked, StringComparer.Ordinal)
        || (anyPort && Uri.TryCreate(asked, UriKind.Absolute, out var uri) && uri.IsLoopback && addresses.Exists(a =>
            new Uri(a) is { IsLoopback: true } known && known.Scheme == uri.Scheme && known.Host == uri.Host && known.PathAndQuery == uri.PathAndQuery && uri.Fragment.Length == 0 && uri.UserInfo.Length == 0));

    private static Client? Live(Client? client) => client is { Disabled: null, Deleted: null } ? client : null;
}
