using Npgsql;

using NpgsqlTypes;

namespace RetailOps.Bench;

/// <summary>The engine's suite commit-equal: the fact, the burst, and where a run waits both once more, each a commit of one batch with the rows that the engine writes; no reads, no grouping.</summary>
internal sealed class EngineBaseline(NpgsqlDataSource source) : IAsyncDisposable
{
    private static readonly byte[] State = new byte[400];
    private const string Fact = """{"eventId":"01a2097a-19e4-7d7b-8115-74eeb42ee8a9","occurredAt":"2026-11-23T17:35:26.530551+00:00","subject":"bench/1"}""";

    /// <summary>One run.</summary>
    /// <param name="waits">Whether it waits for a second fact.</param>
    /// <param name="journal">How many rows of the journal the engine writes for it.</param>
    public async Task Run(bool waits, int journal)
    {
        var (instance, bookmark, now) = (Guid.CreateVersion7(), Guid.CreateVersion7(), TimeProvider.System.GetUtcNow());
        var key = $"bench/{instance}";
        await Say(key, now, "bench.began.v1");
        if (!waits)
        {
            await Commit(
                P("insert into workflows.instances values ($1, 'd', 'd-1', $2, $2, null, null, 1, 1, 1, $3, $4, $4, $4)", instance, key, State, now),
                Journal(instance, 0, journal, now),
                P("delete from workflows.stimuli where key = $1", key));
            return;
        }

        var before = journal / 2;
        await Commit(
            P("insert into workflows.instances values ($1, 'd', 'd-1', $2, $2, null, null, 0, 1, 1, $3, $4, $4)", instance, key, State, now),
            P("insert into workflows.bookmarks values ($1, $2, $3, 0, 'bench.told.v1', 'told', 'h', $4)", bookmark, instance, key, now),
            Journal(instance, 0, before, now),
            P("delete from workflows.stimuli where key = $1", key));
        await Say(key, now, "bench.told.v1");
        await Commit(
            P("update workflows.instances set status = 1, revision = 2, bursts = 2, state = $2, finished = $3, updated = $3 where id = $1 and revision = 1", instance, State, now),
            P("delete from workflows.bookmarks where id = $1", bookmark),
            Journal(instance, before, journal - before, now),
            P("delete from workflows.stimuli where key = $1", key));
    }

    public ValueTask DisposeAsync() => source.DisposeAsync();

    private Task Say(string key, DateTimeOffset now, string type)
    {
        var id = Guid.CreateVersion7();
        return Commit(
            P("insert into platform.events (id, type, occurred, actor, aggregate, revision, key, data) values ($1, $2, $3, 'client:bench', $4 || '/' || $2, 1, $4, $5)", id, type, now, key, J(Fact)),
            P("insert into workflows.stimuli (lane, key, kind, name, source_id, data) values (0, $1, 0, $2, $3, $4)", key, type, id, J(Fact)));
    }

    private static NpgsqlBatchCommand Journal(Guid instance, int from, int count, DateTimeOffset now) => P(
        "insert into workflows.journal (instance_id, sequence, activity_id, activity_type, execution_id, event, message, occurred) select $1, n, 'activity', 'Elsa.Activity', $1, 'Completed', 'Done', $4 from generate_series($2, $2 + $3 - 1) n",
        instance, from, count, now);

    private static NpgsqlParameter J(string json) => new() { Value = json, NpgsqlDbType = NpgsqlDbType.Jsonb };

    private static NpgsqlBatchCommand P(string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value });
        }

        return command;
    }

    private async Task Commit(params NpgsqlBatchCommand[] commands)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
    }
}
