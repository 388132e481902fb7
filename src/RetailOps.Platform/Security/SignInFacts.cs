using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Somebody signed in.</summary>
/// <param name="EventId">Of the fact.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Account">Whose account.</param>
[EventName("platform.signed-in.v1")]
public sealed record SignedIn(Guid EventId, DateTimeOffset OccurredAt, Guid Account) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("sign-in", EventId);

    string IFact.Key => BusinessKey.Of("person", Account);
}

/// <summary>A sign-in to an account was refused. Tries at names that nobody has, and at an account that is locked already, are only in the log: anybody can make any number of them.</summary>
/// <param name="EventId">Of the fact.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Account">Whose account.</param>
/// <param name="IsLocked">Whether the account is locked from now on.</param>
[EventName("platform.sign-in-refused.v1")]
public sealed record SignInRefused(Guid EventId, DateTimeOffset OccurredAt, Guid Account, bool IsLocked) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("sign-in", EventId);

    string IFact.Key => BusinessKey.Of("person", Account);
}

/// <summary>Somebody signed out, on every host.</summary>
/// <param name="EventId">Of the fact.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Account">Whose account.</param>
[EventName("platform.signed-out.v1")]
public sealed record SignedOut(Guid EventId, DateTimeOffset OccurredAt, Guid Account) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("sign-in", EventId);

    string IFact.Key => BusinessKey.Of("person", Account);
}

/// <summary>Somebody changed the own password; every other session has ended.</summary>
/// <param name="EventId">Of the fact.</param>
/// <param name="OccurredAt">When, UTC.</param>
/// <param name="Account">Whose account.</param>
[EventName("platform.password-changed.v1")]
public sealed record PasswordChanged(Guid EventId, DateTimeOffset OccurredAt, Guid Account) : IFact
{
    string IFact.Aggregate => BusinessKey.Of("sign-in", EventId);

    string IFact.Key => BusinessKey.Of("person", Account);
}

/// <summary>Writes what happens at the door of the house, which is no request that a module answers, into the log of events.</summary>
internal sealed class SignInTrail(IServiceScopeFactory scopes, Database database, TimeProvider clock)
{
    /// <summary>Writes one fact, in a transaction of its own.</summary>
    /// <param name="caller">Who did it.</param>
    /// <param name="fact">Made with an id and the time.</param>
    public async Task Write(Caller caller, Func<Guid, DateTimeOffset, IFact> fact, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        work.Begin(database.Requests, WorkMode.Request);
        work.Act(caller, null, null, clock.GetUtcNow());
        work.Raise(fact(Guid.CreateVersion7(), work.Now));
        await work.Flush(ct);
        await work.Commit();
    }
}
