using System.Security.Cryptography;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal static class PersonEndpoints
{
    public static void Map(IEndpointRouteBuilder api)
    {
        var people = api.MapGroup("/people").WithTags("People");
        people.MapGet("/", List).WithName("ListPeople").WithSummary("Who may sign in, and as what").ProducesRefusals();
        people.MapGet("/{id:guid}", Read).WithName("GetPerson").WithSummary("One account").ProducesRefusals(404);
        people.MapPost("/", Create).WithName("CreatePerson").WithSummary("Make an account; its first password is in this answer and nowhere else").TakesIdempotencyKey();
        people.MapPut("/{id:guid}", Change).WithName("ChangePerson").WithSummary("Say what somebody may, and where; never of oneself").TakesIfMatch().ProducesRefusals(404, 422);
        people.MapPost("/{id:guid}:lock", Lock).WithName("LockPerson").WithSummary("Lock an account and end its sessions").ProducesRefusals(404, 422);
        people.MapPost("/{id:guid}:unlock", Unlock).WithName("UnlockPerson").WithSummary("Open a locked account").ProducesRefusals(404, 422);
        people.MapPost("/{id:guid}:reset-password", Reset).WithName("ResetPassword").WithSummary("Another password; it is in this answer and nowhere else").TakesIdempotencyKey().ProducesRefusals(404);
        people.MapPost("/{id:guid}:end-sessions", End).WithName("EndSessions").WithSummary("End all sessions of somebody").ProducesRefusals(404);
    }

    private static async Task<Results<Ok<Page<PersonView>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListPeople(paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, p => p.Name)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<PersonView>, ProblemHttpResult>> Read(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new GetPerson(id), ct)).ToOk(response, p => p.Revision);

    private static async Task<Results<Created<PersonWithPassword>, ProblemHttpResult>> Create(NewPerson body, Door door, HttpResponse response, CancellationToken ct)
    {
        var password = new FreshPassword();
        var id = Guid.CreateVersion7();
        var made = await door.Run(new CreatePerson(id, body.Name, new(body.Roles, body.Channels, body.Nodes), password.ToKeep()), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);

        // A repeated request gets the first answer, and nobody knows its password any more.
        return TypedResults.Created($"/api/v1/people/{made.Value.Id}", new PersonWithPassword(made.Value, made.Value.Id == id ? password.Text : null));
    }

    private static async Task<Results<Ok<PersonView>, ProblemHttpResult>> Change(Guid id, PersonTerms body, Door door, HttpRequest request, HttpResponse response, CancellationToken ct) =>
        Revision.TryReadIfMatch(request, out var revision, out var problem)
            ? (await door.Run(new ChangePerson(id, revision, body), ct)).ToOk(response, p => p.Revision)
            : problem;

    private static async Task<Results<Ok<PersonView>, ProblemHttpResult>> Lock(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new LockPerson(id), ct)).ToOk(response, p => p.Revision);

    private static async Task<Results<Ok<PersonView>, ProblemHttpResult>> Unlock(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new LockPerson(id, IsLocked: false), ct)).ToOk(response, p => p.Revision);

    private static async Task<Results<Ok<PersonWithPassword>, ProblemHttpResult>> Reset(Guid id, Door door, Accounts accounts, HttpResponse response, CancellationToken ct)
    {
        var password = new FreshPassword();
        var made = await door.Run(new ResetPassword(id, password.ToKeep()), ct);
        if (!made.IsSuccess)
        {
            return Problems.Of(made.Refusal);
        }

        response.Headers.ETag = Revision.ToETag(made.Value.Revision);
        accounts.Forget(id);
        var isMine = await accounts.Person(id, ct) is { } now && now.Stamp == Accounts.Print(password.Stamp);
        return TypedResults.Ok(new PersonWithPassword(made.Value, isMine ? password.Text : null));
    }

    private static async Task<Results<Ok<PersonView>, ProblemHttpResult>> End(Guid id, Door door, HttpResponse response, CancellationToken ct) =>
        (await door.Run(new EndSessions(id), ct)).ToOk(response, p => p.Revision);

    /// <summary>A password on its way to the one answer that shows it.</summary>
    private sealed class FreshPassword
    {
        private const string Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

        public string Text { get; } = RandomNumberGenerator.GetString(Alphabet, 20);

        public string Stamp { get; } = AccountLaw.NewStamp();

        public NewPassword ToKeep() => new(Stamp, ClientSecrets.Hash(Text));
    }
}

/// <summary>An account to be made.</summary>
/// <param name="Name">What is typed at the sign-in.</param>
/// <param name="Roles">What the person may.</param>
/// <param name="Channels">Null for all.</param>
/// <param name="Nodes">Null for all.</param>
internal sealed record NewPerson(string Name, IReadOnlyList<string> Roles, IReadOnlyList<string>? Channels = null, IReadOnlyList<string>? Nodes = null);

/// <summary>An account, and once its password.</summary>
/// <param name="Person">The account.</param>
/// <param name="Password">Shown here only; null when the request is a repetition.</param>
internal sealed record PersonWithPassword(PersonView Person, string? Password);
