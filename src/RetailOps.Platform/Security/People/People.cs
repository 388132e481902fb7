using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Somebody who signs in.</summary>
/// <param name="Id">Ours; stands in events as <c>person:…</c>.</param>
/// <param name="Name">What is typed at the sign-in.</param>
/// <param name="Roles">What the person is.</param>
/// <param name="Channels">The channels whose orders the person reaches; null for all.</param>
/// <param name="Nodes">The nodes where the person works; null for all.</param>
/// <param name="IsLocked">Whether nobody gets in with this account now.</param>
/// <param name="LockedUntil">When that ends by itself, after wrong passwords; null when it does not, or is not locked.</param>
/// <param name="HasPassword">False for somebody who comes from another sign-in service.</param>
/// <param name="CreatedAt">Machine time, UTC.</param>
/// <param name="Revision">The ETag.</param>
public sealed record PersonView(
    Guid Id,
    string Name,
    IReadOnlyList<string> Roles,
    IReadOnlyList<string>? Channels,
    IReadOnlyList<string>? Nodes,
    bool IsLocked,
    DateTimeOffset? LockedUntil,
    bool HasPassword,
    DateTimeOffset CreatedAt,
    int Revision);

/// <summary>What a person may, and where.</summary>
/// <param name="Roles">0 to 12 of <see cref="Platform.Roles.All"/> without <c>integrator</c>, which is for systems.</param>
/// <param name="Channels">At most 100; null for all.</param>
/// <param name="Nodes">At most 100; null for all.</param>
public sealed record PersonTerms(IReadOnlyList<string> Roles, IReadOnlyList<string>? Channels = null, IReadOnlyList<string>? Nodes = null)
{
    /// <summary>As it is stored: nodes are named in capitals.</summary>
    internal PersonTerms Normal() => this with { Nodes = Nodes?.Select(n => n.Trim().ToUpperInvariant()).Distinct().ToList() };
}

/// <summary>A password that was just made: the slow hash of it. The password itself goes to nobody but the answer.</summary>
/// <param name="Stamp">A new security stamp: every session and token from before ends.</param>
/// <param name="Hash">What is kept.</param>
public sealed record NewPassword(string Stamp, string Hash);

/// <summary>People by name.</summary>
/// <param name="After">The last name of the page before; null for the first page.</param>
/// <param name="Limit">1 to 501.</param>
[Needs("people.read"), AsksDatabase]
public sealed record ListPeople(string? After, int Limit) : IRequest<Result<IReadOnlyList<PersonView>>>;

/// <summary>One person.</summary>
/// <param name="Id">Which.</param>
/// <returns>The person, or <c>people.unknown</c> (NotFound).</returns>
[Needs("people.read"), AsksDatabase]
public sealed record GetPerson(Guid Id) : IRequest<Result<PersonView>>;

/// <summary>Makes an account.</summary>
/// <param name="Id">Chosen by the sender.</param>
/// <param name="Name">1 to 100 characters: letters, digits and <c>. _ @ + -</c>.</param>
/// <param name="Terms">What the person may, and where.</param>
/// <param name="Password">The first one, to be changed within a week.</param>
/// <returns>The person, <c>people.name-taken</c> (Conflict), <c>people.administrator-approves</c> (Rule).</returns>
[Needs("people.write"), AsksDatabase]
public sealed record CreatePerson(Guid Id, string Name, PersonTerms Terms, NewPassword Password) : IRequest<Result<PersonView>>;

/// <summary>Changes what a person may, and where. Sessions of the person end within a minute, tokens within seconds: the next sign-in has the new roles.</summary>
/// <param name="Id">Which. Never the own account.</param>
/// <param name="Revision">What was seen.</param>
/// <param name="Terms">What the person may from now on.</param>
/// <returns>The person, <c>people.unknown</c> (NotFound), <c>request.stale-revision</c> (Conflict), <c>people.own-account</c>, <c>people.administrator-approves</c> (Rule).</returns>
[Needs("people.write"), AsksDatabase]
public sealed record ChangePerson(Guid Id, int Revision, PersonTerms Terms) : IRequest<Result<PersonView>>;

/// <summary>Locks an account and ends its sessions, or unlocks it. A second call changes nothing.</summary>
/// <param name="Id">Which. Never the own account.</param>
/// <param name="IsLocked">False to unlock.</param>
/// <returns>The person, <c>people.unknown</c> (NotFound), <c>people.own-account</c> (Rule).</returns>
[Needs("people.write"), AsksDatabase]
public sealed record LockPerson(Guid Id, bool IsLocked = true) : IRequest<Result<PersonView>>;

/// <summary>Gives a person another password, which the person must change within a week, and ends the sessions from before.</summary>
/// <param name="Id">Which. Never the own account.</param>
/// <param name="Password">The new one.</param>
/// <returns>The person, <c>people.unknown</c> (NotFound), <c>people.own-account</c>, <c>people.external-account</c> (Rule).</returns>
[Needs("people.write"), AsksDatabase]
public sealed record ResetPassword(Guid Id, NewPassword Password) : IRequest<Result<PersonView>>;

/// <summary>Ends all sessions of a person, and the tokens of applications that act for it.</summary>
/// <param name="Id">Which; the own account too.</param>
/// <returns>The person, or <c>people.unknown</c> (NotFound).</returns>
[Needs("people.write"), AsksDatabase]
public sealed record EndSessions(Guid Id) : IRequest<Result<PersonView>>;
