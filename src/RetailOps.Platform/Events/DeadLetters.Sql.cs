using MediatR;

using Npgsql;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A delivery that nobody could make, and the ones of its key that wait behind it.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="EventId">The event.</param>
/// <param name="EventName">Its stored name.</param>
/// <param name="Subscriber">Who was to hear it.</param>
/// <param name="Key">The business key that waits.</param>
/// <param name="Attempts">Tries so far.</param>
/// <param name="Error">What went wrong last.</param>
/// <param name="Waiting">How many later deliveries of the key wait behind it.</param>
public sealed record DeadLetter(
    [property: System.Text.Json.Serialization.JsonNumberHandling(System.Text.Json.Serialization.JsonNumberHandling.WriteAsString | System.Text.Json.Serialization.JsonNumberHandling.AllowReadingFromString)] long Id,
    Guid EventId, string EventName, string Subscriber, string Key, int Attempts, string? Error, long Waiting);

/// <summary>Lists dead letters, oldest first.</summary>
/// <param name="After">The last id of the page before; 0 for the first page.</param>
/// <param name="Limit">How many at most.</param>
[Needs("integration.read"), AsksDatabase]
public sealed record ListDeadLetters(long After, int Limit) : IRequest<Result<IReadOnlyList<DeadLetter>>>;

/// <summary>What to do with a dead letter.</summary>
public enum DeadLetterDecision
{
    /// <summary>Try it again from the first attempt.</summary>
    Replay,

    /// <summary>Give it up, so that its key goes on. It stays listed as discarded.</summary>
    Discard,
}

/// <summary>Decides about a dead letter. A second decision finds no dead letter and is refused.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="Decision">Replay or discard.</param>
[Needs("integration.replay"), AsksDatabase]
public sealed record DecideDeadLetter(long Id, DeadLetterDecision Decision) : IRequest<Result<long>>;

/// <summary>Replays or discards all dead letters that fit, the oldest first, at most 500 a call.</summary>
/// <param name="Decision">Replay or discard.</param>
/// <param name="Subscriber">Only of this subscriber; null for all.</param>
/// <param name="From">Only those whose event was recorded at this instant or later; null for all.</param>
/// <param name="To">Only those whose event was recorded before this instant; null for all.</param>
/// <returns>How many were decided, and whether more fit.</returns>
[Needs("integration.replay"), AsksDatabase]
public sealed record DecideDeadLetters(DeadLetterDecision Decision, string? Subscriber = null, DateTimeOffset? From = null, DateTimeOffset? To = null) : IRequest<Result<DecidedDeadLetters>>;

/// <summary>What a decision over a range came to.</summary>
/// <param name="Count">Dead letters that it decided.</param>
/// <param name="More">Whether more fit; call again.</param>
public sealed record DecidedDeadLetters(int Count, bool More);

internal sealed class DecideDeadLettersHandler(UnitOfWork work) : IRequestHandler<DecideDeadLetters, Result<DecidedDeadLetters>>
{
    private const int Most = 500;

    public async Task<Result<DecidedDeadLetters>> Handle(DecideDeadLetters request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select d.id from platform.deliveries d join platform.events e on e.id = d.event_id
            where d.state = 2 and ($1::text is null or d.subscriber = $1) and ($2::timestamptz is null or e.recorded >= $2) and ($3::timestamptz is null or e.recorded < $3)
            order by d.id limit $4 for update of d
            """, await work.Connection(ct))
        {
            Parameters =
            {
                new() { Value = (object?)request.Subscriber ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text },
                new() { Value = (object?)request.From?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
                new() { Value = (object?)request.To?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz },
                new() { Value = Most + 1 },
            },
        };
        var ids = new List<long>();
        await using (var reader = await command.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct))
            {
                ids.Add(reader.GetInt64(0));
            }
        }

        foreach (var id in ids.Take(Most))
        {
            work.Write(new DeadLetterRow(id, request.Decision));
        }

        return new DecidedDeadLetters(Math.Min(ids.Count, Most), ids.Count > Most);
    }
}

internal sealed class ListDeadLettersHandler(UnitOfWork work) : IRequestHandler<ListDeadLetters, Result<IReadOnlyList<DeadLetter>>>
{
    public async Task<Result<IReadOnlyList<DeadLetter>>> Handle(ListDeadLetters request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select d.id, d.event_id, e.type, d.subscriber, d.key, d.attempts, d.error,
                   (select count(*) from platform.deliveries w where w.subscriber = d.subscriber and w.key = d.key and w.id > d.id and w.state = 0)
            from platform.deliveries d join platform.events e on e.id = d.event_id
            where d.state = 2 and d.id > $1 order by d.id limit $2
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = request.After }, new() { Value = request.Limit } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(ct))
        {
            letters.Add(new(
                reader.GetInt64(0), reader.GetGuid(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5),
                await reader.IsDBNullAsync(6, ct) ? null : reader.GetString(6), reader.GetInt64(7)));
        }

        return letters;
    }
}

internal sealed class DecideDeadLetterHandler(UnitOfWork work) : IRequestHandler<DecideDeadLetter, Result<long>>
{
    public async Task<Result<long>> Handle(DecideDeadLetter request, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand("select 1 from platform.deliveries where id = $1 and state = 2 for update", await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Id } },
        };
        if (await look.ExecuteScalarAsync(ct) is null)
        {
            return Refusal.Conflict("integration.no-dead-letter", "This is no dead letter, or no longer one.");
        }

        work.Write(new DeadLetterRow(request.Id, request.Decision));
        return request.Id;
    }
}

internal sealed record DeadLetterRow(long Id, DeadLetterDecision Decision) : IRow<DeadLetterRow>
{
    public static RowTable<DeadLetterRow> Table { get; } = new(
        FlushOrder.Queues,
        """
        update platform.deliveries d set state = u.state, attempts = case u.state when 0 then 0 else d.attempts end, due = clock_timestamp(),
               done = case u.state when 3 then clock_timestamp() end
        from unnest($1, $2) as u (id, state) where d.id = any($1) and d.id = u.id and d.state = 2
        """,
        everyRow: true,
        Column.Int8<DeadLetterRow>(d => d.Id),
        Column.Int2<DeadLetterRow>(d => (short)(d.Decision is DeadLetterDecision.Replay ? 0 : 3)))
    {
        Affected = static (work, _, _) => work.OnCommitted(work.Deliveries.Ring),
    };
}
