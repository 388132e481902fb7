using System.Collections.Concurrent;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows.Tests;

[EventName("test.began.v1")]
internal sealed record Began(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    public const string Name = "test.began.v1";

    string IFact.Aggregate => $"began/{EventId}";

    string IFact.Key => Subject;
}

[EventName("test.told.v1")]
internal sealed record Told(Guid EventId, DateTimeOffset OccurredAt, string Subject) : IFact
{
    public const string Name = "test.told.v1";

    string IFact.Aggregate => $"told/{EventId}";

    string IFact.Key => Subject;
}

/// <summary>Lets a fact happen.</summary>
[Needs("test.say")]
internal sealed record Say(string Fact, string Subject) : IRequest<Result<Guid>>;

internal sealed class SayHandler(UnitOfWork work) : IRequestHandler<Say, Result<Guid>>
{
    public Task<Result<Guid>> Handle(Say request, CancellationToken ct)
    {
        IFact fact = request.Fact == Began.Name
            ? new Began(Guid.CreateVersion7(), work.Now, request.Subject)
            : new Told(Guid.CreateVersion7(), work.Now, request.Subject);
        work.Raise(fact);
        return Task.FromResult<Result<Guid>>(fact.EventId);
    }
}

/// <summary>Fails for the keys that a test has named, until it takes the name back.</summary>
[Activity("Test.Fragile")]
internal sealed class FragileActivity : Activity
{
    public static ConcurrentDictionary<string, Exception> Failing { get; } = [];

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        if (context.CorrelationId is { } key && Failing.TryGetValue(key, out var error))
        {
            throw error;
        }

        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Keeps its worker busy for the keys that a test has named, until the test lets go.</summary>
[Activity("Test.Hold")]
internal sealed class HoldActivity : Activity
{
    public static ConcurrentDictionary<string, (TaskCompletionSource Reached, TaskCompletionSource Release)> Held { get; } = [];

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        if (context.CorrelationId is { } key && Held.TryGetValue(key, out var held))
        {
            held.Reached.TrySetResult();
            await held.Release.Task;
        }

        context.Complete();
    }
}
