using System.Text.Json;

using MediatR;

using Npgsql;

using NpgsqlTypes;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Lets an event happen by hand: it wakes what waits for it and starts what is drawn to start with it. A fact of the product is said by its module and by nobody else, so by hand
/// its name reaches only definitions that are not under change control. With a correlation id it is kept for a wait that is still to come.
/// </summary>
/// <param name="Name">Compared exactly.</param>
/// <param name="CorrelationId">Only what has this key; null for all.</param>
/// <param name="InstanceId">Only this instance, and nothing is started; null for all.</param>
/// <param name="Input">What the event says; null for nothing. At most 256 KB.</param>
[Needs("workflows.run"), AsksDatabase]
internal sealed record TriggerEvent(string Name, string? CorrelationId, Guid? InstanceId, JsonElement? Input) : IRequest<Result<int>>;

internal sealed class TriggerEventHandler(UnitOfWork work, FactCatalogue facts, EngineBell bell) : IRequestHandler<TriggerEvent, Result<int>>
{
    private const int Most = 1_000;

    private const string WaitsSql =
        $"""
        select b.instance_id, b.key, coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = i.version_id), true)
        from workflows.bookmarks b join workflows.instances i on i.id = b.instance_id and i.finished is null
        where b.kind = 0 and b.name = $1 and ($2::text is null or b.key = $2) and ($3::uuid is null or b.instance_id = $3) order by b.id limit 1001
        """;

    private const string StartsSql = $"select t.version_id, t.activity_id, {Governance.IsGoverned} from workflows.triggers t join workflows.definitions d on d.version_id = t.version_id where t.name = $1";

    public async Task<Result<int>> Handle(TriggerEvent request, CancellationToken ct)
    {
        if (!Text.HasLength(request.Name, 200) || request.Input?.GetRawText() is { } text && (text.Length > StateLimits.Value || text.Contains("\\u0000", StringComparison.Ordinal)))
        {
            return Refusal.Malformed("workflows.event", "An event has a name of 1 to 200 characters, and says at most 256 KB, without the character U+0000.");
        }

        var correlation = string.IsNullOrEmpty(request.CorrelationId) ? null : request.CorrelationId;
        var connection = await work.Connection(ct);
        var waits = await Read(connection, WaitsSql, [request.Name, correlation, request.InstanceId], r => (Instance: r.GetGuid(0), Key: r.GetString(1), IsGoverned: r.GetBoolean(2)), ct);
        var starts = request.InstanceId is null
            ? await Read(connection, StartsSql, [request.Name], r => (Version: r.GetString(0), Activity: r.GetString(1), IsGoverned: r.GetBoolean(2)), ct) : [];
        if (waits.Count > Most)
        {
            return Refusal.Rule("workflows.too-many-waits", "More than 1,000 instances wait for this event; name a correlation id.");
        }

        var isFact = facts.Types.ContainsKey(request.Name);
        if (isFact && waits.RemoveAll(w => w.IsGoverned) + starts.RemoveAll(s => s.IsGoverned) > 0 && waits.Count + starts.Count == 0)
        {
            return NotByHand();
        }

        var (cause, data) = (Guid.CreateVersion7(), request.Input?.GetRawText());
        waits.ForEach(w => work.Write(new StimulusRow(Lane.People, w.Key, StimulusKind.Target, request.Name, cause, w.Instance, null, data, work.Trace)));
        foreach (var start in starts)
        {
            var id = Guid.CreateVersion7();
            var order = JsonSerializer.Serialize(new StartOrder(correlation, request.Input, start.Activity, work.Caller.Actor), JsonReading.Web);
            work.Write(new StimulusRow(Lane.People, correlation ?? id.ToString(), StimulusKind.Start, "start", id, null, $"{start.Version}|{start.Activity}", order, work.Trace));
        }

        if (waits.Count + starts.Count == 0 && correlation is not null && !isFact)
        {
            work.Write(new StimulusRow(Lane.People, correlation, StimulusKind.Event, request.Name, cause, null, null, data, work.Trace));
        }

        work.OnCommitted(() => bell.Ring());
        return waits.Count + starts.Count;
    }

    internal static Refusal NotByHand() =>
        Refusal.Rule("workflows.not-by-hand", "What waits for this is under change control, and hears it from the module whose fact or decision it is; make that happen there.");

    private static async Task<List<T>> Read<T>(NpgsqlConnection connection, string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(value is null ? new() { Value = DBNull.Value, NpgsqlDbType = command.Parameters.Count == 1 ? NpgsqlDbType.Text : NpgsqlDbType.Uuid } : new() { Value = value });
        }

        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
