using System.Globalization;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>One entry of an instance's journal as it is stored.</summary>
/// <param name="Parent">Where the entry says it: the number of the execution around the one that starts.</param>
/// <param name="Data">What the step was given and gave, as JSON; null where nobody asked for it.</param>
internal sealed record StoredEntry(int Sequence, string ActivityId, string ActivityType, Guid ExecutionId, string Event, string? Message, DateTimeOffset Occurred, int? Parent, string? Data);

/// <summary>Entries to be left out or asked for. Null or empty asks for all.</summary>
internal sealed record JournalFilter(
    IReadOnlyList<string>? ActivityIds = null, IReadOnlyList<string>? ActivityNodeIds = null, IReadOnlyList<string>? ExcludedActivityTypes = null, IReadOnlyList<string>? EventNames = null);

/// <summary>A piece of a journal with what its definition says of the steps.</summary>
internal sealed record JournalPage(Guid InstanceId, CompiledWorkflow Workflow, IReadOnlyList<StoredEntry> Entries, IReadOnlyList<StoredIncident> Incidents, long Total);

/// <summary>Reads a piece of a journal, in its order.</summary>
/// <param name="Take">At most <see cref="JournalTable.MostRead"/>.</param>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ReadJournal(Guid InstanceId, JournalFilter Filter, int Skip, int Take) : IRequest<Result<JournalPage>>;

/// <summary>Reads the end of a journal, to tell what became of each execution: the last <see cref="JournalTable.MostRead"/> entries.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ReadExecutions(Guid InstanceId) : IRequest<Result<JournalPage>>;

/// <summary>The same for the instance that an execution belongs to, found by the execution's id alone.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ReadExecutionsAround(Guid ExecutionId) : IRequest<Result<JournalPage>>;

internal sealed class ReadJournalHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<ReadJournal, Result<JournalPage>>
{
    public async Task<Result<JournalPage>> Handle(ReadJournal request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        return await JournalTable.VersionOf(connection, request.InstanceId, ct) is { } version
            ? await JournalTable.Page(connection, request.InstanceId, (await definitions.Compiled(version, ct)).Workflow, request.Filter, request.Skip, request.Take, ct)
            : InstanceRefusals.Unknown();
    }
}

internal sealed class ReadExecutionsHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<ReadExecutions, Result<JournalPage>>
{
    public async Task<Result<JournalPage>> Handle(ReadExecutions request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        return await JournalTable.VersionOf(connection, request.InstanceId, ct) is { } version
            ? await JournalTable.End(connection, request.InstanceId, (await definitions.Compiled(version, ct)).Workflow, ct)
            : InstanceRefusals.Unknown();
    }
}

internal sealed class ReadExecutionsAroundHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<ReadExecutionsAround, Result<JournalPage>>
{
    public async Task<Result<JournalPage>> Handle(ReadExecutionsAround request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        return await JournalTable.InstanceOf(connection, request.ExecutionId, ct) is var (id, version)
            ? await JournalTable.End(connection, id, (await definitions.Compiled(version, ct)).Workflow, ct)
            : InstanceRefusals.Unknown();
    }
}

/// <summary>Reads journals.</summary>
internal static class JournalTable
{
    /// <summary>Of an instance that loops for years its end is looked at.</summary>
    public const int MostRead = 20_000;

    private const string Columns =
        """
        j.sequence, j.activity_id, j.activity_type, j.execution_id, j.event, case when j.event <> 'Started' then j.message end as message, j.occurred,
        case when j.event = 'Started' then j.message end as parent, (select d.data::text from workflows.journal_data d where d.instance_id = j.instance_id and d.sequence = j.sequence) as data
        """;

    private const string Matches =
        """
        instance_id = $1 and ($2::text[] is null or activity_id = any($2)) and ($3::text[] is null or activity_type <> all($3)) and ($4::text[] is null or event = any($4))
        """;

    public static async Task<string?> VersionOf(NpgsqlConnection connection, Guid instance, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select version_id from workflows.instances where id = $1", connection) { Parameters = { new() { Value = instance } } };
        return await command.ExecuteScalarAsync(ct) as string;
    }

    /// <summary>An execution's id begins as its instance's does; which of the few that were born in that millisecond it is, its number says.</summary>
    public static async Task<(Guid Id, string VersionId)?> InstanceOf(NpgsqlConnection connection, Guid execution, CancellationToken ct)
    {
        var (from, to) = ExecutionId.InstancesOf(execution);
        await using var command = new NpgsqlCommand("select id, version_id from workflows.instances where id between $1 and $2", connection)
        {
            Parameters = { new() { Value = from }, new() { Value = to } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            if (ExecutionId.NumberOf(reader.GetGuid(0), execution) is not null)
            {
                return (reader.GetGuid(0), reader.GetString(1));
            }
        }

        return null;
    }

    public static async Task<JournalPage> Page(NpgsqlConnection connection, Guid instance, CompiledWorkflow workflow, JournalFilter filter, int skip, int take, CancellationToken ct)
    {
        var activities = filter.ActivityIds is { Count: > 0 } ? filter.ActivityIds : filter.ActivityNodeIds is { Count: > 0 } nodes ? [.. nodes.Select(ActivityOf)] : null;
        NpgsqlParameter[] Values() =>
        [
            new() { Value = instance }, Texts(activities), Texts(filter.ExcludedActivityTypes), Texts(filter.EventNames),
        ];
        await using var count = new NpgsqlCommand($"select count(*) from workflows.journal j where {Matches}", connection);
        count.Parameters.AddRange(Values());
        var total = (long)(await count.ExecuteScalarAsync(ct))!;
        await using var command = new NpgsqlCommand($"select {Columns} from workflows.journal j where {Matches} order by sequence limit $5 offset $6", connection);
        command.Parameters.AddRange(Values());
        command.Parameters.Add(new() { Value = Math.Clamp(take, 1, MostRead) });
        command.Parameters.Add(new() { Value = Math.Max(0, skip) });
        return new(instance, workflow, await Read(command, ct), [], total);
    }

    public static async Task<JournalPage> End(NpgsqlConnection connection, Guid instance, CompiledWorkflow workflow, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            $"select * from (select {Columns} from workflows.journal j where instance_id = $1 order by sequence desc limit {MostRead}) e order by sequence", connection)
        {
            Parameters = { new() { Value = instance } },
        };
        var entries = await Read(command, ct);
        return new(instance, workflow, entries, await InstanceTable.Incidents(connection, instance, ct), entries.Count);
    }

    /// <summary>The end of a node's path is its activity's id, which a definition has once.</summary>
    public static string ActivityOf(string nodeId) => nodeId[(nodeId.LastIndexOf(':') + 1)..];

    private static NpgsqlParameter Texts(IReadOnlyList<string>? words) => new()
    {
        Value = words is { Count: > 0 } ? words.ToArray() : DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
    };

    private static async Task<List<StoredEntry>> Read(NpgsqlCommand command, CancellationToken ct)
    {
        var entries = new List<StoredEntry>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            entries.Add(new(
                reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetGuid(3), reader.GetString(4), await reader.IsDBNullAsync(5, ct) ? null : reader.GetString(5),
                reader.GetFieldValue<DateTimeOffset>(6), await reader.IsDBNullAsync(7, ct) ? null : int.Parse(reader.GetString(7), CultureInfo.InvariantCulture), await reader.IsDBNullAsync(8, ct) ? null : reader.GetString(8)));
        }

        return entries;
    }
}
