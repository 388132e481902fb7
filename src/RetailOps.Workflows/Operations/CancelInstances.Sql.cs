using System.Reflection;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Something a step has done that stays done when its instance is cancelled.</summary>
/// <param name="Effect">Like <c>allocates</c>.</param>
/// <param name="UndoneBy">The kind of step that takes it back; null where nothing does.</param>
internal sealed record StandingEffect(string ActivityId, string ActivityType, string Effect, string? UndoneBy);

/// <summary>What cancelling an instance ends, and what it leaves behind.</summary>
/// <param name="Tasks">Titles of open tasks, which are cancelled.</param>
/// <param name="Children">Children that it waits for, which are cancelled, too.</param>
/// <param name="Leaves">Effects of its steps; cancelling takes none of them back.</param>
internal sealed record CancelledInstance(Guid Id, string Definition, string? CorrelationId, IReadOnlyList<string> Tasks, IReadOnlyList<Guid> Children, IReadOnlyList<StandingEffect> Leaves);

/// <summary>Ends living instances for good, at most 200 at once, all in one transaction.</summary>
/// <param name="Ids">Which; those that have ended are left out of the answer.</param>
/// <param name="DryRun">True says what would happen, and does nothing.</param>
[Needs("workflows.cancel"), AsksDatabase]
internal sealed record CancelInstances(IReadOnlyList<Guid> Ids, bool DryRun) : IRequest<Result<IReadOnlyList<CancelledInstance>>>;

internal sealed class CancelInstancesHandler(UnitOfWork work, ActivityCatalogue catalogue, EngineBell bell) : IRequestHandler<CancelInstances, Result<IReadOnlyList<CancelledInstance>>>
{
    private const int Most = 200;

    private const string Sql =
        """
        select i.id, i.definition_id, i.key,
               array(select t.title from workflows.tasks t where t.instance_id = i.id and t.status < 2 order by t.id),
               array(select b.id from workflows.bookmarks b where b.instance_id = i.id and b.kind = 2 order by b.id),
               array(select distinct j.activity_id || '|' || j.activity_type from workflows.journal j where j.instance_id = i.id and j.event = 'Completed')
        from workflows.instances i where i.id = any($1) and i.finished is null order by i.id
        """;

    public async Task<Result<IReadOnlyList<CancelledInstance>>> Handle(CancelInstances request, CancellationToken ct)
    {
        if (request.Ids.Count is 0 or > Most)
        {
            return Refusal.Malformed("workflows.too-many", "1 to 200 instances at once.");
        }

        var found = new List<(CancelledInstance Instance, string Key)>();
        await using (var command = new NpgsqlCommand(Sql, await work.Connection(ct)) { Parameters = { new() { Value = request.Ids.ToArray() } } })
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var (id, key) = (reader.GetGuid(0), reader.GetString(2));
                found.Add((
                    new(id, reader.GetString(1), key == id.ToString() ? null : key, reader.GetFieldValue<string[]>(3), reader.GetFieldValue<Guid[]>(4), Effects(reader.GetFieldValue<string[]>(5))), key));
            }
        }

        if (!request.DryRun)
        {
            found.ForEach(f => work.Write(new StimulusRow(Lane.People, f.Key, StimulusKind.Cancel, "cancel", f.Instance.Id, f.Instance.Id, null, null, work.Trace)));
            work.OnCommitted(() => bell.Ring());
        }

        return found.ConvertAll(f => f.Instance);
    }

    private List<StandingEffect> Effects(string[] steps) =>
        [.. from step in steps
            let bar = step.LastIndexOf('|')
            let effect = catalogue.Find(step[(bar + 1)..], 0)?.Class.GetCustomAttribute<EffectAttribute>()
            where effect is not null && effect.Effect is not (Effect.Waits or Effect.Releases)
            orderby step
            select new StandingEffect(step[..bar], step[(bar + 1)..], effect.Effect.ToString().ToLowerInvariant(), effect.UndoneBy)];
}
