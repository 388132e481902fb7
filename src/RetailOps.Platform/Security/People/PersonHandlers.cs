using System.Text.RegularExpressions;

using FluentValidation;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class PersonTermsValidator : AbstractValidator<PersonTerms>
{
    public PersonTermsValidator()
    {
        RuleFor(t => t.Roles).Must(r => r.Distinct().Count() == r.Count && r.All(x => x != Roles.Integrator && Roles.All.Contains(x)))
            .WithErrorCode("people.roles").WithMessage($"Each once, of {string.Join(", ", Roles.All.Where(r => r != Roles.Integrator))}.");
        RuleFor(t => t.Channels).Must(ClientTermsValidator.Bounded).WithErrorCode("people.channels").WithMessage("At most 100 channels, each once; null for all.");
        RuleFor(t => t.Nodes).Must(ClientTermsValidator.Bounded).WithErrorCode("people.nodes").WithMessage("At most 100 nodes, each once; null for all.");
    }
}

internal sealed partial class CreatePersonValidator : AbstractValidator<CreatePerson>
{
    public CreatePersonValidator()
    {
        RuleFor(r => r.Name).Must(n => Name().IsMatch(n)).WithErrorCode("people.name").WithMessage("1 to 100 characters: letters, digits and . _ @ + -");
        RuleFor(r => r.Terms).SetValidator(new PersonTermsValidator());
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$")]
    private static partial Regex Name();
}

internal sealed class ChangePersonValidator : AbstractValidator<ChangePerson>
{
    public ChangePersonValidator() => RuleFor(r => r.Terms).SetValidator(new PersonTermsValidator());
}

internal sealed class ListPeopleValidator : AbstractValidator<ListPeople>
{
    public ListPeopleValidator() => RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("people.limit");
}

internal sealed class ListPeopleHandler(UnitOfWork work) : IRequestHandler<ListPeople, Result<IReadOnlyList<PersonView>>>
{
    public async Task<Result<IReadOnlyList<PersonView>>> Handle(ListPeople request, CancellationToken ct) =>
        (await PersonTable.List(work, request.After, request.Limit, ct)).ConvertAll(p => p.View(work.Now));
}

internal sealed class GetPersonHandler(UnitOfWork work) : IRequestHandler<GetPerson, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(GetPerson request, CancellationToken ct) =>
        await PersonTable.Find(work, request.Id, forUpdate: false, ct) is { } person ? person.View(work.Now) : AccountLaw.Unknown();
}

internal sealed class CreatePersonHandler(UnitOfWork work) : IRequestHandler<CreatePerson, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(CreatePerson request, CancellationToken ct)
    {
        if (AccountLaw.Unlawful(request.Terms) is { } unlawful)
        {
            return unlawful;
        }

        if (await PersonTable.IsTaken(work, request.Name, ct))
        {
            return Refusal.Conflict("people.name-taken", "Somebody signs in with this name; choose another.");
        }

        var person = new StoredPerson(new(request.Id, request.Name, request.Terms.Normal(), request.Password.Hash, request.Password.Stamp, null, 0) { PasswordUntil = work.Now + FirstPassword.Life }, hasPassword: true, work.Now);
        work.Raise(person, new PersonCreated(Guid.CreateVersion7(), work.Now, request.Id, request.Terms.Roles, request.Terms.Channels, person.Row.Terms.Nodes));
        work.Write(person.Row);
        return person.View(work.Now);
    }
}

internal sealed class ChangePersonHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<ChangePerson, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(ChangePerson request, CancellationToken ct)
    {
        if (AccountLaw.IsOwn(work.Caller, request.Id))
        {
            return AccountLaw.Own();
        }

        if (await PersonTable.Find(work, request.Id, forUpdate: true, ct) is not { } person)
        {
            return AccountLaw.Unknown();
        }

        if (person.Revision != request.Revision)
        {
            return Revision.StaleRefusal();
        }

        if (AccountLaw.Unlawful(request.Terms) is { } unlawful)
        {
            return unlawful;
        }

        var before = person.Row.Terms.Roles;
        person.Become(person.Row with { Terms = request.Terms.Normal(), Stamp = AccountLaw.NewStamp() });
        work.Raise(person, new PersonChanged(Guid.CreateVersion7(), work.Now, request.Id, before, request.Terms.Roles, request.Terms.Channels, person.Row.Terms.Nodes));
        AccountLaw.Keep(work, accounts, person);
        return person.View(work.Now);
    }
}

internal sealed class LockPersonHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<LockPerson, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(LockPerson request, CancellationToken ct)
    {
        if (AccountLaw.IsOwn(work.Caller, request.Id))
        {
            return AccountLaw.Own();
        }

        if (await PersonTable.Find(work, request.Id, forUpdate: true, ct) is not { } person)
        {
            return AccountLaw.Unknown();
        }

        // A quarter of an hour after wrong passwords is not the lock of an administrator.
        var row = person.Row;
        if (request.IsLocked ? row.LockedUntil >= StoredPerson.ForEver : !(row.LockedUntil > work.Now))
        {
            return person.View(work.Now);
        }

        person.Become(row with { LockedUntil = request.IsLocked ? StoredPerson.ForEver : null, Stamp = AccountLaw.NewStamp() });
        work.Raise(person, request.IsLocked ? new PersonLocked(Guid.CreateVersion7(), work.Now, row.Id) : new PersonUnlocked(Guid.CreateVersion7(), work.Now, row.Id));
        AccountLaw.Keep(work, accounts, person);
        return person.View(work.Now);
    }
}

internal sealed class ResetPasswordHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<ResetPassword, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(ResetPassword request, CancellationToken ct)
    {
        if (AccountLaw.IsOwn(work.Caller, request.Id))
        {
            return AccountLaw.Own();
        }

        if (await PersonTable.Find(work, request.Id, forUpdate: true, ct) is not { } person)
        {
            return AccountLaw.Unknown();
        }

        if (person.Row.External is not null)
        {
            return Refusal.Rule("people.external-account", "This account is opened by another sign-in service, which has its password; ask who runs that.");
        }

        person.Become(person.Row with { Hash = request.Password.Hash, Stamp = request.Password.Stamp, PasswordUntil = work.Now + FirstPassword.Life });
        work.Raise(person, new PersonPasswordReset(Guid.CreateVersion7(), work.Now, request.Id));
        AccountLaw.Keep(work, accounts, person);
        return person.View(work.Now);
    }
}

internal sealed class EndSessionsHandler(UnitOfWork work, Accounts accounts) : IRequestHandler<EndSessions, Result<PersonView>>
{
    public async Task<Result<PersonView>> Handle(EndSessions request, CancellationToken ct)
    {
        if (await PersonTable.Find(work, request.Id, forUpdate: true, ct) is not { } person)
        {
            return AccountLaw.Unknown();
        }

        person.Become(person.Row with { Stamp = AccountLaw.NewStamp() });
        work.Raise(person, new PersonSessionsEnded(Guid.CreateVersion7(), work.Now, request.Id));
        AccountLaw.Keep(work, accounts, person);
        return person.View(work.Now);
    }
}

/// <summary>What holds of every account.</summary>
internal static class AccountLaw
{
    public static Refusal Unknown() => Refusal.NotFound("people.unknown", "There is no such account.");

    public static Refusal Own() => Refusal.Rule("people.own-account", "Nobody changes the own roles, lock or password here; ask another administrator.");

    public static bool IsOwn(Caller caller, Guid id) => caller is Caller.Person person && person.Id == id;

    /// <summary>Who gives roles does not decide what needs two people.</summary>
    public static Refusal? Unlawful(PersonTerms terms) =>
        terms.Roles.Contains(Roles.Administrator) && terms.Roles.FirstOrDefault(r => Permissions.Of([r]).Any(p => p.EndsWith(".approve", StringComparison.Ordinal) || p == "tasks.settle")) is { } approving
            ? Refusal.Rule("people.administrator-approves", $"An administrator decides nothing that needs two people: give administrator or {approving}, not both.")
            : null;

    public static string NewStamp() => Guid.NewGuid().ToString("N");

    public static void Keep(UnitOfWork work, Accounts accounts, StoredPerson person)
    {
        work.Write(person.Row);
        work.OnCommitted(() => accounts.Forget(person.Row.Id));
    }
}
