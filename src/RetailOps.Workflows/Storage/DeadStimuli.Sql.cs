using System.Globalization;

using MediatR;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>A stimulus that nobody could run; later ones of its key wait behind it.</summary>
internal sealed record DeadStimulus(
    [property: System.Text.Json.Serialization.JsonNumberHandling(System.Text.Json.Serialization.JsonNumberHandling.WriteAsString | System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString)] long Id,
    string Name, string Key, int Attempts, string? Error, DateTimeOffset Dead, long Waiting);

/// <summary>Lists dead stimuli, oldest first.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ListDeadStimuli(long After, int Limit) : IRequest<Result<IReadOnlyList<DeadStimulus>>>;

/// <summary>Tries a dead stimulus again from its first attempt, or gives it up: then it is kept as late, and its key goes on.</summary>
[Needs("workflows.retry"), AsksDatabase]
internal sealed record DecideDeadStimulus(long Id, DeadLetterDecision Decision) : IRequest<Result<long>>;

internal sealed class ListDeadStimuliHandler(UnitOfWork work) : IRequestHandler<ListDeadStimuli, Result<IReadOnlyList<DeadStimulus>>>
{
    public async Task<Result<IReadOnlyList<DeadStimulus>>> Handle(ListDeadStimuli request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select s.id, s.name, s.key, s.attempts, s.error, s.dead, (select count(*) from workflows.stimuli w where w.key = s.key and w.id > s.id)
            from workflows.stimuli s where s.dead is not null and s.id > $1 order by s.id limit $2
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = request.After }, new() { Value = request.Limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var stimuli = new List<DeadStimulus>();
        while (await reader.ReadAsync(ct))
        {
            stimuli.Add(new(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), await reader.IsDBNullAsync(4, ct) ? null : reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5), reader.GetInt64(6)));
        }

        return stimuli;
    }
}

internal sealed class DecideDeadStimulusHandler(UnitOfWork work, EngineBell bell) : IRequestHandler<DecideDeadStimulus, Result<long>>
{
    public async Task<Result<long>> Handle(DecideDeadStimulus request, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand("select 1 from workflows.stimuli where id = $1 and dead is not null for update", await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Id } },
        };
        if (await look.ExecuteScalarAsync(ct) is null)
        {
            return Refusal.Conflict("workflows.no-dead-stimulus", "This is no dead stimulus, or no longer one.");
        }

        if (request.Decision is DeadLetterDecision.Replay)
        {
            work.Write(new StimulusRevivedRow(request.Id));
        }
        else
        {
            work.Write(new StimulusDiscardedRow(request.Id));
        }

        work.OnCommitted(() => bell.Ring());
        return request.Id;
    }
}

internal sealed record StimulusRevivedRow(long Id) : IRow<StimulusRevivedRow>
{
    public static RowTable<StimulusRevivedRow> Table { get; } = new(
        FlushOrder.Queues,
        "update workflows.stimuli set dead = null, attempts = 0, error = null, not_before = '-infinity' where id = any($1) and dead is not null",
        everyRow: true,
        Column.Int8<StimulusRevivedRow>(s => s.Id));
}

internal sealed record StimulusDiscardedRow(long Id) : IRow<StimulusDiscardedRow>
{
    public static RowTable<StimulusDiscardedRow> Table { get; } = new(
        FlushOrder.Queues,
        """
        with gone as (delete from workflows.stimuli where id = any($1) and dead is not null returning id, key, kind, name, source_id, data, trace)
        insert into workflows.kept (id, key, kind, name, source_id, data, trace, late) select id, key, kind, name, source_id, data, trace, true from gone
        """,
        everyRow: true,
        Column.Int8<StimulusDiscardedRow>(s => s.Id));
}

/// <summary>The engine's operations.</summary>
public static class WorkflowEndpoints
{
    /// <summary>Maps <c>/workflows/…</c> and <c>/tasks</c> into the API.</summary>
    public static void MapWorkflows(this IEndpointRouteBuilder api)
    {
        DecisionEndpoints.Map(api);
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");
        workflows.MapGet("/dead-stimuli", List).WithName("ListDeadStimuli").WithSummary("Stimuli that nobody could run, oldest first").ProducesRefusals();
        workflows.MapPost("/dead-stimuli/{id:long}:replay", Replay).WithName("ReplayDeadStimulus").WithSummary("Try it again").ProducesRefusals(409);
        workflows.MapPost("/dead-stimuli/{id:long}:discard", Discard).WithName("DiscardDeadStimulus").WithSummary("Give it up, so that its key goes on").ProducesRefusals(409);
        OperationEndpoints.Map(workflows);
        ChangeControlEndpoints.Map(api, workflows);
        TaskEndpoints.Map(api);
    }

    private static async Task<Results<Ok<Page<DeadStimulus>>, ProblemHttpResult>> List([AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        if (!paging.TryReadAfter<long>(out var after, out var problem))
        {
            return problem;
        }

        var rows = await door.Run(new ListDeadStimuli(after ?? 0, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, d => d.Id.ToString(CultureInfo.InvariantCulture))) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Replay(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadStimulus(id, DeadLetterDecision.Replay), ct)).ToNoContent();

    private static async Task<Results<NoContent, ProblemHttpResult>> Discard(long id, Door door, CancellationToken ct) =>
        (await door.Run(new DecideDeadStimulus(id, DeadLetterDecision.Discard), ct)).ToNoContent();
}
