using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal static class ClientEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var clients = api.MapGroup("/clients").WithTags("Clients");
        clients.MapGet("/", List).WithName("ListClients").WithSummary("Systems and applications that call the API").ProducesRefusals();
        clients.MapGet("/{name}", Read).WithName("GetClient").WithSummary("One client, and since when its secrets are live").ProducesRefusals(404);
        clients.MapPost("/", Create).WithName("CreateClient").WithSummary("Make a client; its secret is in this answer and nowhere else").TakesIdempotencyKey();
        clients.MapPut("/{name}", Change).WithName("ChangeClient").WithSummary("Say what it may ask for and what it is bound to").TakesIfMatch().ProducesRefusals(404, 422);
        clients.MapPost("/{name}:rotate-secret", Rotate).WithName("RotateClientSecret").WithSummary("Another secret, beside the one before or instead of it").TakesIdempotencyKey().ProducesRefusals(404);
        clients.MapPost("/{name}:disable", Disable).WithName("DisableClient").WithSummary("End its tokens at once and give it no more").ProducesRefusals(404);
        clients.MapPost("/{name}:enable", Enable).WithName("EnableClient").WithSummary("Let a disabled client go on, with new tokens").ProducesRefusals(404);
        clients.MapDelete("/{name}", Delete).WithName("DeleteClient").WithSummary("Delete it; its name is not given again").ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<ClientView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListClients(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, c => c.Name)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> Read(string name, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetClient(name), ct)).ToOk(response, c => c.Revision);

    private static async Task<Results<Created<ClientWithSecret>, ProblemHttpResult>> Create(NewClient body, Door door, HttpResponse response, CancellationToken ct)
    {
        var secret = body.Public ? null : new FreshSecret();
        var made = await door.Run(new CreateClient(body.Name, body.Kind, body.Public, body.Terms(), secret?.ToKeep()), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        return TypedResults.Created($"/api/v1/clients/{made.Value.Name}", new ClientWithSecret(made.Value, secret?.For(made.Value)));
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> Change(string name, ClientChange body, Door door, HttpRequest request, HttpResponse response, CancellationToken ct) =>
        Revision.TryReadIfMatch(request, out var revision, out var problem)
            ? (await door.Run(new ChangeClient(name, revision, body.Terms()), ct)).ToOk(response, c => c.Revision)
            : problem;

    private static async Task<Results<Ok<ClientWithSecret>, ProblemHttpResult>> Rotate(string name, SecretRotation body, Door door, HttpResponse response, CancellationToken ct)
    {
        var secret = new FreshSecret();
        var made = await door.Run(new RotateClientSecret(name, secret.ToKeep(), body.EndOthers), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        return TypedResults.Ok(new ClientWithSecret(made.Value, secret.For(made.Value)));
    }

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> Disable(string name, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new DisableClient(name), ct)).ToOk(response, c => c.Revision);

    private static async Task<Results<Ok<ClientView>, ProblemHttpResult>> Enable(string name, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new DisableClient(name, IsDisabled: false), ct)).ToOk(response, c => c.Revision);

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(string name, Door door, CancellationToken ct) => (await door.Run(new DeleteClient(name), ct)).ToNoContent();

    /// <summary>A secret on its way to the one answer that shows it. What is kept, and what a repeated request reads, has its hash only.</summary>
    private sealed class FreshSecret
    {
        private readonly Guid id = Guid.CreateVersion7();
        private readonly string secret = ClientSecrets.Make();

        public NewSecret ToKeep() => new(id, ClientSecrets.Hash(secret));

        /// <summary>Null when the answer is the repetition of an earlier one, whose secret nobody knows any more.</summary>
        public string? For(ClientView made) => made.Secrets.Any(s => s.Id == id) ? secret : null;
    }
}

/// <summary>A client to be made.</summary>
/// <param name="Name">Its <c>client_id</c> for ever.</param>
/// <param name="Title">For people.</param>
/// <param name="Kind"><c>system</c> or <c>app</c>.</param>
/// <param name="Permissions">The scopes it may ask for.</param>
/// <param name="Public">Whether it is an app that can keep no secret.</param>
/// <param name="Channels">Null for all.</param>
/// <param name="Nodes">Null for all.</param>
/// <param name="RedirectUris">Of an app.</param>
/// <param name="PostLogoutRedirectUris">Of an app.</param>
internal sealed record NewClient(
    string Name,
    string Title,
    string Kind,
    IReadOnlyList<string> Permissions,
    bool Public = false,
    IReadOnlyList<string>? Channels = null,
    IReadOnlyList<string>? Nodes = null,
    IReadOnlyList<string>? RedirectUris = null,
    IReadOnlyList<string>? PostLogoutRedirectUris = null)
{
    public ClientTerms Terms() => new(Title, Permissions, Channels, Nodes, RedirectUris, PostLogoutRedirectUris);
}

/// <summary>What a client may from now on; all of it is replaced.</summary>
/// <param name="Title">For people.</param>
/// <param name="Permissions">The scopes it may ask for.</param>
/// <param name="Channels">Null for all.</param>
/// <param name="Nodes">Null for all.</param>
/// <param name="RedirectUris">Of an app.</param>
/// <param name="PostLogoutRedirectUris">Of an app.</param>
internal sealed record ClientChange(
    string Title,
    IReadOnlyList<string> Permissions,
    IReadOnlyList<string>? Channels = null,
    IReadOnlyList<string>? Nodes = null,
    IReadOnlyList<string>? RedirectUris = null,
    IReadOnlyList<string>? PostLogoutRedirectUris = null)
{
    public ClientTerms Terms() => new(Title, Permissions, Channels, Nodes, RedirectUris, PostLogoutRedirectUris);
}

/// <summary>How a secret is exchanged.</summary>
/// <param name="EndOthers">True ends the others and all tokens at once; false leaves the newest of them live until the next rotation.</param>
internal sealed record SecretRotation(bool EndOthers = false);

/// <summary>A client, and once its secret.</summary>
/// <param name="Client">The client.</param>
/// <param name="Secret">Shown here only; null for a public client, and when the request is a repetition.</param>
internal sealed record ClientWithSecret(ClientView Client, string? Secret);
