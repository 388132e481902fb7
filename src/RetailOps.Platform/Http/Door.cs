using System.Reflection;

using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// What an endpoint needs to reach the modules: the caller of this HTTP request, its idempotency key, and the request door.
/// Scoped; inject it into the endpoint's method.
/// </summary>
public sealed class Door
{
    private readonly RequestRunner runner;
    private readonly Denials denials;
    private Caller? caller;
    private IdempotencyKey? key;
    private bool keyIsSpent;

    internal Door(RequestRunner runner, Denials denials)
    {
        this.runner = runner;
        this.denials = denials;
    }

    /// <summary>Who asks.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not part of the API group, so nobody was asked who they are.</exception>
    public Caller Caller => caller ?? throw new InvalidOperationException("This endpoint is not mapped into the API group: nobody asked who is calling.");

    /// <summary>The permission for want of which the last request was refused; null when it was not.</summary>
    internal string? Lacks { get; private set; }

    /// <summary>Runs a request for the caller in a transaction of its own, under the idempotency key where the operation takes one.</summary>
    /// <exception cref="InvalidOperationException">A second request under the same key: it would get the first one's answer.</exception>
    public async Task<Result<T>> Run<T>(IRequest<Result<T>> request, CancellationToken ct)
    {
        if (keyIsSpent)
        {
            throw new InvalidOperationException("An operation that takes an idempotency key sends one request.");
        }

        keyIsSpent = key is not null;
        var result = await runner.Run(Caller, request, key, ct);
        Lacks = result.Refusal is { Kind: RefusalKind.Forbidden } ? request.GetType().GetCustomAttribute<NeedsAttribute>()?.Permission : null;
        if (Lacks is not null)
        {
            denials.Right(Caller.Actor, Lacks, request.GetType().Name);
        }

        return result;
    }

    internal void Open(Caller by, IdempotencyKey? under)
    {
        caller = by;
        key = under;
    }
}
