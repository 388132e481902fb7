using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What became of instances that somebody wanted to be gone.</summary>
/// <param name="Deleted">Gone.</param>
/// <param name="Living">Have not ended; cancel them first.</param>
/// <param name="Governed">Under change control: their history is evidence and goes with retention only.</param>
/// <param name="Awaited">A parent has not heard of their end yet.</param>
internal sealed record DeletedInstances(IReadOnlyList<Guid> Deleted, IReadOnlyList<Guid> Living, IReadOnlyList<Guid> Governed, IReadOnlyList<Guid> Awaited);

/// <summary>Deletes instances with their journals: dry ones, and ended ones of definitions that are not under change control. Others stay and are named.</summary>
/// <param name="Ids">At most 1,000; those that do not exist are left out of the answer.</param>
[Needs("workflows.delete"), AsksDatabase]
internal sealed record DeleteInstances(IReadOnlyList<Guid> Ids) : IRequest<Result<DeletedInstances>>;

internal sealed class DeleteInstancesHandler(UnitOfWork work) : IRequestHandler<DeleteInstances, Result<DeletedInstances>>
{
    private const int Most = 1_000;

    private const string Sql =
        $"""
        select i.id, i.finished is not null, i.dry is not null,
               coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = i.version_id), true),
               exists (select from workflows.bookmarks b where b.id = i.id) or exists (select from workflows.stimuli s where s.source_id = i.id)
        from workflows.instances i where i.id = any($1) order by i.id for update of i
        """;

    public async Task<Result<DeletedInstances>> Handle(DeleteInstances request, CancellationToken ct)
    {
        if (request.Ids.Count > Most)
        {
            return Refusal.Malformed("workflows.too-many", "At most 1,000 instances at once.");
        }

        var (deleted, living, governed, awaited) = (new List<Guid>(), new List<Guid>(), new List<Guid>(), new List<Guid>());
        await using (var command = new NpgsqlCommand(Sql, await work.Connection(ct)) { Parameters = { new() { Value = request.Ids.ToArray() } } })
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var (isOver, isDry, isGoverned, isAwaited) = (reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3), reader.GetBoolean(4));
                (isGoverned && !isDry ? governed : !isOver ? living : isAwaited ? awaited : deleted).Add(reader.GetGuid(0));
            }
        }

        deleted.ForEach(id => work.Write(new InstanceDeletedRow(id)));
        return new DeletedInstances(deleted, living, governed, awaited);
    }
}

/// <summary>An ended instance that goes before its time. The event that started it stays accounted for.</summary>
internal sealed record InstanceDeletedRow(Guid Id) : IRow<InstanceDeletedRow>
{
    public static RowTable<InstanceDeletedRow> Table { get; } = new(
        FlushOrder.Instances,
        """
        with doomed as materialized (select id, key, start_key from workflows.instances where id = any($1) and finished is not null),
        journal as (delete from workflows.journal where instance_id in (select id from doomed)),
        data as (delete from workflows.journal_data where instance_id in (select id from doomed)),
        incidents as (delete from workflows.incidents where instance_id in (select id from doomed)),
        tasks as (delete from workflows.tasks where instance_id in (select id from doomed)),
        told as (
          insert into workflows.kept (id, key, kind, name, source_id, late)
          select nextval(pg_get_serial_sequence('workflows.stimuli', 'id')), key, 0, 'deleted', split_part(start_key, ':', -1)::uuid, true from doomed where start_key not like 'dry:%')
        delete from workflows.instances where id in (select id from doomed)
        """,
        everyRow: true,
        Column.Uuid<InstanceDeletedRow>(i => i.Id));
}
