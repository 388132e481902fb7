using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Platform.Tests;

/// <summary>A request that does what a test says.</summary>
[Needs("test.act")]
public sealed class Act(Func<Act.Stage, Task<Result<string>>> script) : IRequest<Result<string>>
{
    /// <summary>How often its handler was called.</summary>
    public int Attempts { get; private set; }

    internal Task<Result<string>> Play(UnitOfWork work, ISender sender)
    {
        Attempts++;
        return script(new(work, sender, Attempts));
    }

    /// <summary>What a handler has in its hands.</summary>
    public sealed record Stage(UnitOfWork Work, ISender Sender, int Attempt)
    {
        public void Raise(string subject) => Work.Raise(new Acted(Guid.CreateVersion7(), Work.Now, subject));
    }
}

internal sealed class ActHandler(UnitOfWork work, ISender sender) : IRequestHandler<Act, Result<string>>
{
    public Task<Result<string>> Handle(Act request, CancellationToken cancellationToken) => request.Play(work, sender);
}

/// <summary>Something happened to a subject, which can happen once.</summary>
[EventName("test.acted.v1")]
public sealed record Acted(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    string IFact.Aggregate => Subject;

    string IFact.Key => Subject;
}

/// <summary>A request whose author forgot the permission.</summary>
public sealed record Unguarded : IRequest<Result<string>>;

internal sealed class UnguardedHandler : IRequestHandler<Unguarded, Result<string>>
{
    public Task<Result<string>> Handle(Unguarded request, CancellationToken cancellationToken) => Task.FromResult<Result<string>>("done");
}
