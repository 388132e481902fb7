using Npgsql;

namespace RetailOps.Workflows;

/// <summary>Due timers become stimuli, each once, whoever asks first.</summary>
internal static class TimerTable
{
    // A key that somebody writes for at this moment has its turn at the next round: the clock waits for nobody.
    private const string FireSql =
        $"""
        with ripe as materialized (select id, key from workflows.timers where due <= $1 order by due limit $2 for update skip locked),
        due as (
          delete from workflows.timers t
          where t.id = any (array(select id from ripe where pg_try_advisory_xact_lock({Turn.Lock}))) returning t.id, t.instance_id, t.key, t.kind, t.due)
        insert into workflows.stimuli (lane, key, kind, name, source_id, instance_id)
        select 1, key, case kind when 0 then 1 else 2 end, case kind when 0 then 'timer' else 'retry' end, id, instance_id from due order by due
        """;

    /// <summary>Fires what is due.</summary>
    /// <param name="source">Where.</param>
    /// <param name="now">Business time.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many fired.</returns>
    public static async Task<int> Fire(NpgsqlDataSource source, DateTimeOffset now, int most, CancellationToken ct)
    {
        await using var command = source.CreateCommand(FireSql);
        command.Parameters.Add(new() { Value = now.ToUniversalTime() });
        command.Parameters.Add(new() { Value = most });
        return await command.ExecuteNonQueryAsync(ct);
    }
}
