using System.Text.RegularExpressions;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class ClientTermsValidator : AbstractValidator<ClientTerms>
{
    private const int MostBindings = 100;
    private const int MostAddresses = 20;

    public ClientTermsValidator()
    {
        RuleFor(t => t.Title).Must(t => Text.HasLength(t, 200)).WithErrorCode("clients.title").WithMessage("For people, 1 to 200 characters.");
        RuleFor(t => t.Permissions).Must(p => p.Count is > 0 and <= 100 && p.Distinct().Count() == p.Count).WithErrorCode("clients.permissions").WithMessage("1 to 100 permissions, each once.");
        RuleFor(t => t.Channels).Must(Bounded).WithErrorCode("clients.channels").WithMessage("At most 100 channels, each once; null for all.");
        RuleFor(t => t.Nodes).Must(Bounded).WithErrorCode("clients.nodes").WithMessage("At most 100 nodes, each once; null for all.");
        RuleFor(t => t.RedirectUris).Must(Addresses).WithErrorCode("clients.redirect-uris").WithMessage("At most 20 absolute addresses without fragment, https, or http on this machine.");
        RuleFor(t => t.PostLogoutRedirectUris).Must(Addresses).WithErrorCode("clients.post-logout-redirect-uris").WithMessage("At most 20 absolute addresses without fragment, https, or http on this machine.");
    }

    public static bool Bounded(IReadOnlyList<string>? values) =>
        values is null || (values.Count <= MostBindings && values.Distinct().Count() == values.Count && values.All(v => Text.HasLength(v, 100)));

    private static bool Addresses(IReadOnlyList<string>? values) =>
        values is null || (values.Count <= MostAddresses && values.All(v => v.Length <= 500 && Uri.TryCreate(v, UriKind.Absolute, out var uri) && uri.Fragment.Length == 0
            && (uri.Scheme == Uri.UriSchemeHttps || (uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback))));
}

internal sealed partial class CreateClientValidator : AbstractValidator<CreateClient>
{
    public CreateClientValidator()
    {
        RuleFor(r => r.Name).Must(n => Name().IsMatch(n)).WithErrorCode("clients.name").WithMessage("3 to 63 characters: small letters, digits, hyphens; the first is a letter.");
        RuleFor(r => r.Kind).Must(k => k is ClientKind.System or ClientKind.App).WithErrorCode("clients.kind").WithMessage("system or app.");
        RuleFor(r => r.IsPublic).Must((r, isPublic) => !isPublic || r.Kind == ClientKind.App).WithErrorCode("clients.public").WithMessage("A system keeps a secret; only an app can be public.");
        RuleFor(r => r.Terms).SetValidator(new ClientTermsValidator());
        RuleFor(r => r.Terms).Must((r, t) => (r.Kind == ClientKind.App) == (t.RedirectUris?.Count > 0)).WithErrorCode("clients.redirect-uris-of-kind").WithMessage("An app has at least one redirect address, a system none.");
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{2,62}$")]
    private static partial Regex Name();
}

internal sealed class ChangeClientValidator : AbstractValidator<ChangeClient>
{
    public ChangeClientValidator() => RuleFor(r => r.Terms).SetValidator(new ClientTermsValidator());
}

internal sealed class ListClientsValidator : AbstractValidator<ListClients>
{
    public ListClientsValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("clients.limit");
}

internal sealed class ListClientsHandler(UnitOfWork work) : IRequestHandler<ListClients, Result<IReadOnlyList<ClientView>>>
{
    public async Task<Result<IReadOnlyList<ClientView>>> Handle(ListClients request, CancellationToken ct) =>
        (await ClientTable.List(work, request.After, request.Limit, ct)).ConvertAll(c => c.View());
}

internal sealed class GetClientHandler(UnitOfWork work) : IRequestHandler<GetClient, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(GetClient request, CancellationToken ct) =>
        await ClientTable.Find(work, request.Name, forUpdate: false, ct) is { } client ? client.View() : ClientLaw.Unknown();
}

internal sealed class CreateClientHandler(UnitOfWork work) : IRequestHandler<CreateClient, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(CreateClient request, CancellationToken ct)
    {
        if (ClientLaw.OutOfBounds(request.Kind, request.Terms) is { } beyond)
        {
            return beyond;
        }

        if (await ClientTable.IsTaken(work, request.Name, ct))
        {
            return Refusal.Conflict("clients.name-taken", "A client has, or had, this name; choose another.");
        }

        var client = new StoredClient(new(Guid.CreateVersion7(), request.Name, request.Kind, request.IsPublic, request.Terms.Normal(), 1, null, null, work.Now, work.Caller.Actor, 0), []);
        var fact = new ClientCreated(Guid.CreateVersion7(), work.Now, client.Row.Id, request.Name, request.Kind, request.Terms.Permissions, request.Terms.Channels, client.Row.Terms.Nodes);
        work.Raise(client, fact);
        work.Write(client.Row);
        if (request.IsPublic || request.Secret is not { } secret)
        {
            return client.View();
        }

        work.Write(new ClientSecretRow(secret.Id, client.Row.Id, secret.Hash, work.Now, EndOthers: false));
        return client.View([new(secret.Id, work.Now)]);
    }
}

internal sealed class ChangeClientHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<ChangeClient, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(ChangeClient request, CancellationToken ct)
    {
        if (await ClientTable.Find(work, request.Name, forUpdate: true, ct) is not { } client)
        {
            return ClientLaw.Unknown();
        }

        if (client.Revision != request.Revision)
        {
            return Revision.StaleRefusal();
        }

        if (ClientLaw.OutOfBounds(client.Row.Kind, request.Terms) is { } beyond)
        {
            return beyond;
        }

        if ((client.Row.Kind == ClientKind.App) != (request.Terms.RedirectUris?.Count > 0))
        {
            return Refusal.Rule("clients.redirect-uris-and-kind", "An app has at least one redirect address, a system none.");
        }

        client.Become(client.Row with { Terms = request.Terms.Normal() });
        work.Raise(client, new ClientChanged(Guid.CreateVersion7(), work.Now, client.Row.Id, request.Terms.Permissions, request.Terms.Channels, client.Row.Terms.Nodes));
        ClientLaw.Keep(work, accounts, client);
        return client.View();
    }
}

internal sealed class RotateClientSecretHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<RotateClientSecret, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(RotateClientSecret request, CancellationToken ct)
    {
        if (await ClientTable.Find(work, request.Name, forUpdate: true, ct) is not { } client)
        {
            return ClientLaw.Unknown();
        }

        if (client.Row.IsPublic)
        {
            return Refusal.Rule("clients.keeps-no-secret", "A public app has no secret to change.");
        }

        var row = client.Row;
        client.Become(row with { Generation = row.Generation + (request.EndOthers ? 1 : 0) });
        work.Raise(client, new ClientSecretRotated(Guid.CreateVersion7(), work.Now, row.Id, request.Secret.Id, request.EndOthers));
        ClientLaw.Keep(work, accounts, client);
        work.Write(new ClientSecretRow(request.Secret.Id, row.Id, request.Secret.Hash, work.Now, request.EndOthers));
        return client.View([new(request.Secret.Id, work.Now), .. request.EndOthers ? [] : client.Secrets.Take(ClientSecrets.Most - 1)]);
    }
}

internal sealed class DisableClientHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<DisableClient, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(DisableClient request, CancellationToken ct)
    {
        if (await ClientTable.Find(work, request.Name, forUpdate: true, ct) is not { } client)
        {
            return ClientLaw.Unknown();
        }

        var row = client.Row;
        if (row.Disabled is not null == request.IsDisabled)
        {
            return client.View();
        }

        client.Become(row with { Disabled = request.IsDisabled ? work.Now : null, Generation = row.Generation + 1 });
        work.Raise(client, request.IsDisabled ? new ClientDisabled(Guid.CreateVersion7(), work.Now, row.Id) : new ClientEnabled(Guid.CreateVersion7(), work.Now, row.Id));
        ClientLaw.Keep(work, accounts, client);
        return client.View();
    }
}

internal sealed class DeleteClientHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<DeleteClient, Result<ClientView>>
{
    public async Task<Result<ClientView>> Handle(DeleteClient request, CancellationToken ct)
    {
        if (await ClientTable.Find(work, request.Name, forUpdate: true, ct) is not { } client)
        {
            return ClientLaw.Unknown();
        }

        client.Become(client.Row with { Deleted = work.Now });
        work.Raise(client, new ClientDeleted(Guid.CreateVersion7(), work.Now, client.Row.Id));
        ClientLaw.Keep(work, accounts, client);
        work.Write(new ClientLeftoversRow(client.Row.Id));
        return client.View([]);
    }
}

/// <summary>What holds of every client.</summary>
internal static class ClientLaw
{
    public static Refusal Unknown() => Refusal.NotFound("clients.unknown", "There is no such client.");

    public static Refusal? OutOfBounds(string kind, ClientTerms terms)
    {
        var bounds = kind == ClientKind.System ? Permissions.OfSystems : Permissions.OfApps;
        var beyond = terms.Permissions.Where(p => !bounds.Contains(p)).ToList();
        return beyond.Count == 0 ? null : Refusal.Rule(
            "clients.permission-out-of-bounds",
            kind == ClientKind.System
                ? "A system holds at most what the role integrator holds; leave these out."
                : "No application holds these: they are decided in person, or do not exist.",
            new { Permissions = beyond });
    }

    /// <summary>Writes the client; when that is committed its tokens are looked at anew, here at once.</summary>
    public static void Keep(UnitOfWork work, Accounts accounts, StoredClient client)
    {
        work.Write(client.Row);
        work.OnCommitted(() => accounts.Forget(client.Row.Name));
    }
}
