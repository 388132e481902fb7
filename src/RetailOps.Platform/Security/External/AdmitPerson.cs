using System.Text.RegularExpressions;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Takes in who signed in elsewhere: makes the account the first time, and gives it the roles of now.</summary>
/// <param name="External">The provider's word for the person: issuer, blank, subject.</param>
/// <param name="Name">What the person is called there; the account is called so when that is free.</param>
/// <param name="Roles">At least one.</param>
[Needs("people.write"), AsksDatabase]
internal sealed record AdmitPerson(string External, string Name, IReadOnlyList<string> Roles) : IRequest<Result<PersonView>>;

internal sealed partial class AdmitPersonHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<AdmitPerson, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(AdmitPerson request, CancellationToken ct)
    {
        if (request.Roles.Count == 0)
        {
            return Refusal.Rule("people.no-role", "Nothing that this person is at the sign-in service opens anything here.");
        }

        if (AccountLaw.Unlawful(new(request.Roles)) is { } unlawful)
        {
            return unlawful;
        }

        if (await PersonTable.FindExternal(work, request.External, ct) is not { } person)
        {
            return await Make(request, ct);
        }

        if (person.Row.LockedUntil > work.Now)
        {
            return Refusal.Rule("people.locked", "The account is locked.");
        }

        var before = person.Row.Terms;
        if (before.Roles.Order(StringComparer.Ordinal).SequenceEqual(request.Roles.Order(StringComparer.Ordinal)))
        {
            return person.View(work.Now);
        }

        person.Become(person.Row with { Terms = before with { Roles = request.Roles }, Stamp = AccountLaw.NewStamp() });
        work.Raise(person, new PersonChanged(Guid.CreateVersion7(), work.Now, person.Row.Id, before.Roles, request.Roles, before.Channels, before.Nodes));
        AccountLaw.Keep(work, accounts, person);
        return person.View(work.Now);
    }

    private async Task<Result<PersonView>> Make(AdmitPerson request, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        var wanted = NoName().Replace(request.Name, "-");

        // An account of the same name that was made here is somebody else's.
        var name = wanted.Length is > 0 and <= 60 && !await PersonTable.IsTaken(work, wanted, ct) ? wanted : $"external-{id:N}";
        var person = new StoredPerson(new(id, name, new(request.Roles), null, AccountLaw.NewStamp(), null, 0) { External = request.External }, hasPassword: false, work.Now);
        work.Raise(person, new PersonCreated(Guid.CreateVersion7(), work.Now, id, request.Roles, null, null));
        work.Write(person.Row);
        return person.View(work.Now);
    }

    [GeneratedRegex("[^A-Za-z0-9._@+-]+")]
    private static partial Regex NoName();
}
