using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.TestChild;

/// <summary>Starts a flow.</summary>
[EventName("test.engine-began.v1")]
public sealed record EngineBegan(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    string IFact.Aggregate => $"began/{EventId}";

    string IFact.Key => Subject;
}

/// <summary>Is what a flow waits for at its end; it may come long before that.</summary>
[EventName("test.engine-told.v1")]
public sealed record EngineTold(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    string IFact.Aggregate => $"told/{EventId}";

    string IFact.Key => Subject;
}

/// <summary>A step was done: each row of it is an effect.</summary>
[EventName("test.engine-counted.v1")]
public sealed record EngineCounted(Guid EventId, DateTimeOffset OccurredAt, string Root, string What) : IFact
{
    string IFact.Aggregate => $"counted/{EventId}";

    string IFact.Key => Root;
}

/// <summary>Lets both facts happen about some subjects.</summary>
[Needs("test.begin-engine")]
public sealed record BeginEngine(IReadOnlyList<string> Subjects) : IRequest<Result<int>>;

internal sealed class BeginEngineHandler(UnitOfWork work) : IRequestHandler<BeginEngine, Result<int>>
{
    public Task<Result<int>> Handle(BeginEngine request, CancellationToken cancellationToken)
    {
        foreach (var subject in request.Subjects)
        {
            work.Raise(new EngineBegan(Guid.CreateVersion7(), work.Now, subject));
            work.Raise(new EngineTold(Guid.CreateVersion7(), work.Now, subject));
        }

        return Task.FromResult<Result<int>>(request.Subjects.Count);
    }
}

/// <summary>Has an effect.</summary>
[Needs("test.count")]
public sealed record CountStep(string Root, string What) : IRequest<Result<bool>>;

internal sealed class CountStepHandler(UnitOfWork work) : IRequestHandler<CountStep, Result<bool>>
{
    public Task<Result<bool>> Handle(CountStep request, CancellationToken cancellationToken)
    {
        work.Raise(new EngineCounted(Guid.CreateVersion7(), work.Now, request.Root, request.What));
        return Task.FromResult<Result<bool>>(true);
    }
}

/// <summary>Sends <see cref="CountStep"/>.</summary>
[Activity("Test.Count")]
[Sends(typeof(CountStep))]
public sealed class CountActivity : Activity
{
    /// <summary>What is counted.</summary>
    [Input]
    public Input<string> What { get; init; } = new();

    /// <summary>The correlation id of the flow that it belongs to.</summary>
    [Input]
    public Input<string> Root { get; init; } = new();

    /// <inheritdoc/>
    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        await context.Send(new CountStep(context.Get(Root)!, context.Get(What)!));
        context.Complete();
    }
}
