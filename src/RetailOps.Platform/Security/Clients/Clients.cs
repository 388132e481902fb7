using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>What a client is. Names are stored.</summary>
public static class ClientKind
{
    /// <summary>Acts in its own name: client credentials.</summary>
    public const string System = "system";

    /// <summary>Acts for people who signed in: authorization code with a proof key, refresh tokens.</summary>
    public const string App = "app";
}

/// <summary>A system or application that calls the API.</summary>
/// <param name="Name">Its <c>client_id</c>, for ever: a deleted client's name is not given again.</param>
/// <param name="Title">For people.</param>
/// <param name="Kind"><c>system</c> or <c>app</c>.</param>
/// <param name="IsPublic">Whether it is an app that can keep no secret (a phone, a command line).</param>
/// <param name="Permissions">The scopes it may ask for.</param>
/// <param name="Channels">The channels whose orders it reaches; null for all.</param>
/// <param name="Nodes">The nodes whose work and stock it reaches; null for all.</param>
/// <param name="RedirectUris">Of an app: where people come back to, compared as a whole.</param>
/// <param name="PostLogoutRedirectUris">Of an app: where people go after they signed out.</param>
/// <param name="IsDisabled">Whether it gets no token, and those it has open nothing.</param>
/// <param name="Secrets">Those that are live, newest first; themselves they are shown once only.</param>
/// <param name="CreatedAt">Business time, UTC.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="Revision">The ETag.</param>
public sealed record ClientView(
    string Name,
    string Title,
    string Kind,
    bool IsPublic,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Channels,
    IReadOnlyList<string>? Nodes,
    IReadOnlyList<string> RedirectUris,
    IReadOnlyList<string> PostLogoutRedirectUris,
    bool IsDisabled,
    IReadOnlyList<ClientSecretView> Secrets,
    DateTimeOffset CreatedAt,
    string CreatedBy,
    int Revision);

/// <summary>That there is a secret, and since when.</summary>
/// <param name="Id">Ours.</param>
/// <param name="CreatedAt">Business time, UTC.</param>
public sealed record ClientSecretView(Guid Id, DateTimeOffset CreatedAt);

/// <summary>A secret that was just made: the slow hash of it. The secret itself goes to nobody but the answer.</summary>
/// <param name="Id">Ours.</param>
/// <param name="Hash">What is kept.</param>
public sealed record NewSecret(Guid Id, string Hash);

/// <summary>What an administrator decides of a client.</summary>
/// <param name="Title">For people, 1 to 200 characters.</param>
/// <param name="Permissions">At most what the role of integrators holds for a system; for an app everything but what is decided in person.</param>
/// <param name="Channels">At most 100; null for all.</param>
/// <param name="Nodes">At most 100; null for all.</param>
/// <param name="RedirectUris">Of an app: 1 to 20 absolute addresses, https or this machine's; of a system none.</param>
/// <param name="PostLogoutRedirectUris">As <paramref name="RedirectUris"/>, 0 to 20.</param>
public sealed record ClientTerms(
    string Title,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Channels = null,
    IReadOnlyList<string>? Nodes = null,
    IReadOnlyList<string>? RedirectUris = null,
    IReadOnlyList<string>? PostLogoutRedirectUris = null)
{
    /// <summary>As it is stored: nodes are named in capitals.</summary>
    internal ClientTerms Normal() => this with { Nodes = Nodes?.Select(n => n.Trim().ToUpperInvariant()).Distinct().ToList() };
}

/// <summary>Clients by name, without the deleted ones.</summary>
/// <param name="After">The last name of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("clients.read"), AsksDatabase]
public sealed record ListClients(string? After, int Limit) : IRequest<Result<IReadOnlyList<ClientView>>>;

/// <summary>One client.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <returns>The client, or <c>clients.unknown</c> (NotFound).</returns>
[Needs("clients.read"), AsksDatabase]
public sealed record GetClient(string Name) : IRequest<Result<ClientView>>;

/// <summary>Makes a client.</summary>
/// <param name="Name">3 to 63 characters: small letters, digits, hyphens; the first is a letter.</param>
/// <param name="Kind"><c>system</c> or <c>app</c>.</param>
/// <param name="IsPublic">Only for an app; then there is no secret.</param>
/// <param name="Terms">What it may.</param>
/// <param name="Secret">Null for a public one.</param>
/// <returns>The client, <c>clients.name-taken</c> (Conflict), <c>clients.permission-out-of-bounds</c> (Rule).</returns>
[Needs("clients.write"), AsksDatabase]
public sealed record CreateClient(string Name, string Kind, bool IsPublic, ClientTerms Terms, NewSecret? Secret) : IRequest<Result<ClientView>>;

/// <summary>Changes what a client may; tokens it has follow within seconds.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <param name="Revision">What was seen.</param>
/// <param name="Terms">What it may from now on.</param>
/// <returns>The client, <c>clients.unknown</c> (NotFound), <c>request.stale-revision</c> (Conflict), <c>clients.permission-out-of-bounds</c> (Rule).</returns>
[Needs("clients.write"), AsksDatabase]
public sealed record ChangeClient(string Name, int Revision, ClientTerms Terms) : IRequest<Result<ClientView>>;

/// <summary>Gives a client another secret. The newest of those before stays live, so that it can be exchanged without a pause.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <param name="Secret">The new one.</param>
/// <param name="EndOthers">Whether the others, and all tokens made with them, end at once: for a secret that became known.</param>
/// <returns>The client, <c>clients.unknown</c> (NotFound), <c>clients.keeps-no-secret</c> (Rule).</returns>
[Needs("clients.write"), AsksDatabase]
public sealed record RotateClientSecret(string Name, NewSecret Secret, bool EndOthers = false) : IRequest<Result<ClientView>>;

/// <summary>Ends a client's tokens at once and gives it no more, or lets it go on. A second call changes nothing.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <param name="IsDisabled">False to let it go on; it needs new tokens.</param>
/// <returns>The client, or <c>clients.unknown</c> (NotFound).</returns>
[Needs("clients.write"), AsksDatabase]
public sealed record DisableClient(string Name, bool IsDisabled = true) : IRequest<Result<ClientView>>;

/// <summary>Deletes a client, its secrets and tokens. What it did stays under its name.</summary>
/// <param name="Name">Its <c>client_id</c>.</param>
/// <returns>The client as it was, or <c>clients.unknown</c> (NotFound).</returns>
[Needs("clients.write"), AsksDatabase]
public sealed record DeleteClient(string Name) : IRequest<Result<ClientView>>;
