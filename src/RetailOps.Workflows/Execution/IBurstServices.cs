using MediatR;

namespace RetailOps.Workflows;

/// <summary>What a burst asks of the world. One implementation has a database behind it, tests have another.</summary>
internal interface IBurstServices
{
    /// <summary>Business time, UTC; the same through a burst.</summary>
    DateTimeOffset Now { get; }

    Guid NewId();

    /// <summary>Sends a request for one execution of an activity; what it writes is undone when that execution fails.</summary>
    Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId);

    /// <summary>Asked when an activity threw.</summary>
    /// <returns>True: what it wrote is undone, make it an incident. False: the exception leaves the runner, and the caller runs the burst again alone.</returns>
    bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId);

    /// <summary>The published version of a definition, by its version id; null when there is none.</summary>
    ValueTask<string?> PublishedVersion(string definitionId);

    /// <summary>Whether an event may be published under a name for others to hear.</summary>
    bool MaySay(string eventName);

    /// <summary>Where <c>WriteLine</c> writes.</summary>
    void Log(CompiledNode activity, string line);
}
