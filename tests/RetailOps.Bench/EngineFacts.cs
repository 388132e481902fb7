using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Bench;

/// <summary>Starts a run of the engine's suite.</summary>
[EventName("bench.began.v1")]
internal sealed record Began(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    public const string Name = "bench.began.v1";

    string IFact.Aggregate => $"began/{EventId}";

    string IFact.Key => Subject;
}

/// <summary>Lets a run that waits go on.</summary>
[EventName("bench.told.v1")]
internal sealed record Told(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    public const string Name = "bench.told.v1";

    string IFact.Aggregate => $"told/{EventId}";

    string IFact.Key => Subject;
}

/// <summary>Lets one of the two facts happen.</summary>
/// <param name="IsStart">Which.</param>
/// <param name="Subject">Whose.</param>
[Needs("bench.say")]
internal sealed record Say(bool IsStart, string Subject) : IRequest<Result<Guid>>;

internal sealed class SayHandler(UnitOfWork work) : IRequestHandler<Say, Result<Guid>>
{
    public Task<Result<Guid>> Handle(Say request, CancellationToken ct)
    {
        IFact fact = request.IsStart ? new Began(Guid.CreateVersion7(), work.Now, request.Subject) : new Told(Guid.CreateVersion7(), work.Now, request.Subject);
        work.Raise(fact);
        return Task.FromResult<Result<Guid>>(fact.EventId);
    }
}
