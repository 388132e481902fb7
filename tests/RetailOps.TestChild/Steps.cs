using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.TestChild;

/// <summary>Ends the process in the middle of a burst, where it is armed.</summary>
[Activity("Test.EndTheProcess")]
public sealed class EndTheProcess : Activity
{
    /// <summary>Whether this process may be ended: only a child says so.</summary>
    public static bool IsArmed { get; set; }

    /// <summary>The orders' lines; one of the item <c>POISON</c> ends the process.</summary>
    [Input]
    public Input<string> Skus { get; init; } = new();

    /// <inheritdoc/>
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        if (IsArmed && context.Get(Skus)?.Contains("POISON", StringComparison.Ordinal) == true)
        {
            Environment.FailFast("Poison.");
        }

        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Counts an order's events in the database, which a group must not do: its bursts are run alone.</summary>
/// <param name="Key">The business key.</param>
[Needs("test.look"), AsksDatabase]
public sealed record Look(string Key) : IRequest<Result<long>>;

internal sealed class LookHandler(UnitOfWork work) : IRequestHandler<Look, Result<long>>
{
    public async Task<Result<long>> Handle(Look request, CancellationToken cancellationToken)
    {
        await using var command = new Npgsql.NpgsqlCommand("select count(*) from platform.events where key = $1", await work.Connection(cancellationToken))
        {
            Parameters = { new() { Value = request.Key } },
        };
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

/// <summary>Sends <see cref="Look"/>.</summary>
[Activity("Test.Look")]
[Sends(typeof(Look))]
public sealed class LookActivity : Activity
{
    /// <inheritdoc/>
    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        await context.Send(new Look(context.CorrelationId!));
        context.Complete();
    }
}
