using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>An administrator made an account. Its name stands in the account.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
/// <param name="Roles">What the person may.</param>
/// <param name="Channels">What the person is bound to; null for all.</param>
/// <param name="Nodes">What the person is bound to; null for all.</param>
[EventName("platform.person-created.v1")]
public sealed record PersonCreated(
    Guid EventId, DateTimeOffset OccurredAt, Guid PersonId, IReadOnlyList<string> Roles, IReadOnlyList<string>? Channels, IReadOnlyList<string>? Nodes) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}

/// <summary>An administrator changed what a person may, or where.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
/// <param name="Before">The roles until now.</param>
/// <param name="Roles">The roles from now on.</param>
/// <param name="Channels">What the person is bound to; null for all.</param>
/// <param name="Nodes">What the person is bound to; null for all.</param>
[EventName("platform.person-changed.v1")]
public sealed record PersonChanged(
    Guid EventId, DateTimeOffset OccurredAt, Guid PersonId, IReadOnlyList<string> Before, IReadOnlyList<string> Roles, IReadOnlyList<string>? Channels, IReadOnlyList<string>? Nodes) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}

/// <summary>An account was locked.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
[EventName("platform.person-locked.v1")]
public sealed record PersonLocked(Guid EventId, DateTimeOffset OccurredAt, Guid PersonId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}

/// <summary>A locked account was opened again.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
[EventName("platform.person-unlocked.v1")]
public sealed record PersonUnlocked(Guid EventId, DateTimeOffset OccurredAt, Guid PersonId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}

/// <summary>An account got another password.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
[EventName("platform.person-password-reset.v1")]
public sealed record PersonPasswordReset(Guid EventId, DateTimeOffset OccurredAt, Guid PersonId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}

/// <summary>All sessions of a person were ended.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="PersonId">The account.</param>
[EventName("platform.person-sessions-ended.v1")]
public sealed record PersonSessionsEnded(Guid EventId, DateTimeOffset OccurredAt, Guid PersonId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("person", PersonId);

    string IFact.Key => BusinessKey.Of("person", PersonId);
}
