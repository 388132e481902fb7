using Npgsql;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>What the first page shows of the shop: a few rows of each room, newest or oldest first, as they stand now.</summary>
/// <param name="Orders">The latest orders.</param>
/// <param name="Tasks">What waits for a person, oldest first.</param>
/// <param name="Exceptions">What is wrong and open, highest severity first.</param>
/// <param name="Stuck">Work that cannot go on by itself.</param>
internal sealed record HomeFacts(IReadOnlyList<string[]> Orders, IReadOnlyList<string[]> Tasks, IReadOnlyList<string[]> Exceptions, IReadOnlyList<string[]> Stuck)
{
    private const string OrdersSql =
        """
        select to_char(o.placed_at at time zone 'UTC', 'DD Mon HH24:MI:SS'), o.id::text, o.external_id, replace(o.status, '_', ' '), o.total_minor::text, o.currency
        from orders.orders o order by o.id desc limit 12
        """;

    private const string TasksSql =
        """
        select to_char(t.opened_at at time zone 'UTC', 'DD Mon HH24:MI'), t.id::text, t.kind, t.title, t.status
        from workflows.tasks t where t.status in ('open', 'claimed') order by t.id limit 12
        """;

    private const string ExceptionsSql =
        """
        select to_char(e.opened at time zone 'UTC', 'DD Mon HH24:MI'), e.id::text, e.severity, e.key, e.message
        from platform.exceptions e where e.status in ('open', 'taken') order by array_position(array['high', 'medium', 'low'], e.severity), e.opened limit 12
        """;

    private const string StuckSql =
        """
        (select 'incident', n.key, n.message from workflows.incidents n where n.status < 2 order by n.id limit 6)
        union all
        (select 'dead stimulus', s.key, coalesce(s.error, '') from workflows.stimuli s where s.dead is not null order by s.id limit 3)
        union all
        (select 'dead letter', d.key, coalesce(d.error, '') from platform.deliveries d where d.state = 2 order by d.id limit 3)
        """;

    /// <summary>Reads them, in one trip.</summary>
    public static async Task<HomeFacts> Read(Database database, CancellationToken ct)
    {
        await using var batch = database.Requests.CreateBatch();
        foreach (var sql in (string[])[OrdersSql, TasksSql, ExceptionsSql, StuckSql])
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql));
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        var answers = new List<List<string[]>>();
        do
        {
            var rows = new List<string[]>();
            while (await reader.ReadAsync(ct))
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
            }

            answers.Add(rows);
        }
        while (await reader.NextResultAsync(ct));

        return new(answers[0], answers[1], answers[2], answers[3]);
    }
}
