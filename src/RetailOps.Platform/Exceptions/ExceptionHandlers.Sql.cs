using System.Text.Json;

using FluentValidation;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;

namespace RetailOps.Platform;

internal sealed class ListExceptionsValidator : AbstractValidator<ListExceptions>
{
    public ListExceptionsValidator()
    {
        RuleFor(r => r.Status).Must(s => s is null or "open" or "taken" or "resolved" or "healed").WithErrorCode("exceptions.status").WithMessage("open, taken, resolved or healed.");
        RuleFor(r => r.Severity).Must(s => s is null or "low" or "medium" or "high").WithErrorCode("exceptions.severity").WithMessage("low, medium or high.");
        RuleFor(r => r.Limit).InclusiveBetween(1, 501).WithErrorCode("exceptions.limit");
    }
}

internal sealed class ResolveExceptionValidator : AbstractValidator<ResolveException>
{
    public ResolveExceptionValidator() =>
        RuleFor(r => r.Reason).Must(r => Text.HasLength(r, 500)).WithErrorCode("exceptions.reason").WithMessage("What was done, 1 to 500 characters.");
}

internal sealed class ListExceptionsHandler(UnitOfWork work) : IRequestHandler<ListExceptions, Result<IReadOnlyList<ExceptionView>>>
{
    public async Task<Result<IReadOnlyList<ExceptionView>>> Handle(ListExceptions request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            ExceptionTable.Select + """
             where case when $1 is null then e.status in ('open', 'taken') else e.status = $1 end
              and ($2 is null or e.cause = $2) and ($3 is null or e.severity = $3) and ($4 is null or e.key = $4) and ($5 is null or e.id > $5)
            order by e.id limit $6
            """, await work.Connection(ct))
        {
            Parameters =
            {
                ExceptionTable.TextOrNull(request.Status),
                ExceptionTable.TextOrNull(request.Cause),
                ExceptionTable.TextOrNull(request.Severity),
                ExceptionTable.TextOrNull(request.Key),
                new() { Value = (object?)request.After ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid },
                new() { Value = request.Limit },
            },
        };
        return await ExceptionTable.Read(command, work.Now, ct);
    }
}

internal sealed class GetExceptionHandler(UnitOfWork work) : IRequestHandler<GetException, Result<ExceptionView>>
{
    public async Task<Result<ExceptionView>> Handle(GetException request, CancellationToken ct) =>
        await ExceptionTable.Find(work, request.Id, forUpdate: false, ct) is { } found ? found : ExceptionTable.Unknown();
}

internal sealed class TakeExceptionHandler(UnitOfWork work) : IRequestHandler<TakeException, Result<ExceptionView>>
{
    public async Task<Result<ExceptionView>> Handle(TakeException request, CancellationToken ct)
    {
        if (await ExceptionTable.Find(work, request.Id, forUpdate: true, ct) is not { } found)
        {
            return ExceptionTable.Unknown();
        }

        if (found.ClosedAt is not null)
        {
            return ExceptionTable.Closed(found);
        }

        if (found.TakenBy == work.Caller.Actor)
        {
            return found;
        }

        if (found.TakenBy is not null && !request.TakeOver)
        {
            return ExceptionTable.Taken(found);
        }

        var now = found with { Status = "taken", TakenBy = work.Caller.Actor, Revision = found.Revision + 1 };
        work.Write(new ExceptionDecidedRow(now.Id, now.Revision, now.Status, work.Caller.Actor, work.Now, null));
        work.Raise(new ExceptionAggregate(found), new ExceptionTaken(Guid.CreateVersion7(), work.Now, found.Id, found.Key, found.Cause));
        return now;
    }
}

internal sealed class ResolveExceptionHandler(UnitOfWork work) : IRequestHandler<ResolveException, Result<ExceptionView>>
{
    public async Task<Result<ExceptionView>> Handle(ResolveException request, CancellationToken ct)
    {
        if (await ExceptionTable.Find(work, request.Id, forUpdate: true, ct) is not { } found)
        {
            return ExceptionTable.Unknown();
        }

        if (found.ClosedAt is not null)
        {
            return found.ClosedBy == work.Caller.Actor && found.Resolution == request.Reason ? found : ExceptionTable.Closed(found);
        }

        if (found.TakenBy is not null && found.TakenBy != work.Caller.Actor)
        {
            return ExceptionTable.Taken(found);
        }

        var now = found with
        {
            Status = "resolved",
            ClosedAt = work.Now,
            ClosedBy = work.Caller.Actor,
            Resolution = request.Reason,
            Revision = found.Revision + 1,
        };
        work.Write(new ExceptionDecidedRow(now.Id, now.Revision, now.Status, work.Caller.Actor, work.Now, request.Reason));
        work.Raise(new ExceptionAggregate(found), new ExceptionResolved(Guid.CreateVersion7(), work.Now, found.Id, found.Key, found.Cause));
        return now;
    }
}

/// <summary>Counts the facts of one case on from what was read.</summary>
internal sealed class ExceptionAggregate(ExceptionView read) : IAggregate
{
    public int Revision { get; private set; } = read.Revision;

    public int NextRevision() => ++Revision;
}

internal static class ExceptionTable
{
    public const string Select =
        """
        select e.id, e.key, e.cause, e.severity, e.message, e.at_stake_minor, e.currency, e.proposed::text, e.status, e.count, e.opened, e.last_found, e.taken_by, e.closed,
               e.closed_by, e.resolution, e.revision
        from platform.exceptions e
        """;

    public static async Task<ExceptionView?> Find(UnitOfWork work, Guid id, bool forUpdate, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{Select} where e.id = $1{(forUpdate ? " for update" : "")}", await work.Connection(ct)) { Parameters = { new() { Value = id } } };
        return (await Read(command, work.Now, ct)).SingleOrDefault();
    }

    public static async Task<List<ExceptionView>> Read(NpgsqlCommand command, DateTimeOffset now, CancellationToken ct)
    {
        await using var reader = await command.ExecuteReaderAsync(ct);
        var cases = new List<ExceptionView>();
        while (await reader.ReadAsync(ct))
        {
            var opened = reader.GetFieldValue<DateTimeOffset>(10);
            DateTimeOffset? closed = reader.IsDBNull(13) ? null : reader.GetFieldValue<DateTimeOffset>(13);
            cases.Add(new(
                reader.GetGuid(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetString(3),
                reader.GetString(4),
                reader.IsDBNull(5) ? null : new Money(reader.GetInt64(5), reader.GetString(6)),
                reader.IsDBNull(7) ? null : JsonElement.Parse(reader.GetString(7)),
                reader.GetString(8),
                reader.GetInt32(9),
                opened,
                reader.GetFieldValue<DateTimeOffset>(11),
                Math.Max(0, (long)((closed ?? now) - opened).TotalSeconds),
                reader.IsDBNull(12) ? null : reader.GetString(12),
                closed,
                reader.IsDBNull(14) ? null : reader.GetString(14),
                reader.IsDBNull(15) ? null : reader.GetString(15),
                reader.GetInt32(16)));
        }

        return cases;
    }

    public static NpgsqlParameter TextOrNull(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text };

    public static Refusal Unknown() => Refusal.NotFound("exceptions.unknown", "There is no such exception.");

    public static Refusal Taken(ExceptionView found) => Refusal.Conflict(
        "exceptions.taken", "Somebody else works on this exception; take it over first if you must.", new { found.TakenBy });

    public static Refusal Closed(ExceptionView found) => Refusal.Conflict(
        "exceptions.closed", "This exception is closed; found again it would be a new one.", new { found.Status, found.ClosedBy });
}
