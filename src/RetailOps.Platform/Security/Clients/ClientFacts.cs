using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>An administrator made a client.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>system</c> or <c>app</c>.</param>
/// <param name="Permissions">What it may ask for.</param>
/// <param name="Channels">What it is bound to; null for all.</param>
/// <param name="Nodes">What it is bound to; null for all.</param>
[EventName("platform.client-created.v1")]
public sealed record ClientCreated(
    Guid EventId, DateTimeOffset OccurredAt, Guid ClientId, string Name, string Kind, IReadOnlyList<string> Permissions, IReadOnlyList<string>? Channels, IReadOnlyList<string>? Nodes) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}

/// <summary>An administrator changed what a client may.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
/// <param name="Permissions">What it may ask for from now on.</param>
/// <param name="Channels">What it is bound to; null for all.</param>
/// <param name="Nodes">What it is bound to; null for all.</param>
[EventName("platform.client-changed.v1")]
public sealed record ClientChanged(
    Guid EventId, DateTimeOffset OccurredAt, Guid ClientId, IReadOnlyList<string> Permissions, IReadOnlyList<string>? Channels, IReadOnlyList<string>? Nodes) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}

/// <summary>A client got another secret.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
/// <param name="SecretId">Which secret is new.</param>
/// <param name="EndedOthers">Whether the others and their tokens ended at once.</param>
[EventName("platform.client-secret-rotated.v1")]
public sealed record ClientSecretRotated(Guid EventId, DateTimeOffset OccurredAt, Guid ClientId, Guid SecretId, bool EndedOthers) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}

/// <summary>A client was disabled: its tokens open nothing any more.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
[EventName("platform.client-disabled.v1")]
public sealed record ClientDisabled(Guid EventId, DateTimeOffset OccurredAt, Guid ClientId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}

/// <summary>A disabled client may go on.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
[EventName("platform.client-enabled.v1")]
public sealed record ClientEnabled(Guid EventId, DateTimeOffset OccurredAt, Guid ClientId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}

/// <summary>A client was deleted; its name stays taken.</summary>
/// <param name="EventId">Deduplication key.</param>
/// <param name="OccurredAt">Business time, UTC.</param>
/// <param name="ClientId">The client.</param>
[EventName("platform.client-deleted.v1")]
public sealed record ClientDeleted(Guid EventId, DateTimeOffset OccurredAt, Guid ClientId) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("client", ClientId);

    string IFact.Key => BusinessKey.Of("client", ClientId);
}
