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
/// <param name="Undoes">Steps that are taken back first, newest first; none unless that is asked for and the definition compensates.</param>
/// <param name="Leaves">Effects of its other steps, which stay.</param>
internal sealed record CancelledInstance(
    Guid Id, string Definition, string? CorrelationId, IReadOnlyList<string> Tasks, IReadOnlyList<Guid> Children, IReadOnlyList<UndoneStep> Undoes, IReadOnlyList<StandingEffect> Leaves);

/// <summary>A step that is taken back before its instance ends.</summary>
/// <param name="UndoneBy">The kind of step that does it.</param>
internal sealed record UndoneStep(string ActivityId, string ActivityType, string UndoneBy);

/// <summary>Ends living instances for good, at most 200 at once, all in one transaction.</summary>
/// <param name="Ids">Which; those that have ended are left out of the answer.</param>
/// <param name="DryRun">True says what would happen, and does nothing.</param>
/// <param name="Compensate">True takes back what their steps did, and those of the children they wait for, as far as the definitions compensate.</param>
[Needs("workflows.cancel"), AsksDatabase]
internal sealed record CancelInstances(IReadOnlyList<Guid> Ids, bool DryRun, bool Compensate = false) : IRequest<Result<IReadOnlyList<CancelledInstance>>>;

internal sealed class CancelInstancesHandler(UnitOfWork work, DefinitionStore definitions, ActivityCatalogue catalogue, EngineBell bell) : IRequestHandler<CancelInstances, Result<IReadOnlyList<CancelledInstance>>>
{
    private const int Most = 200;

    private const string Sql =
        """
        select i.id, i.definition_id, i.key,
               array(select t.title from workflows.tasks t where t.instance_id = i.id and t.status < 2 order by t.id),
               array(select b.id from workflows.bookmarks b where b.instance_id = i.id and b.kind = 2 order by b.id),
               array(select distinct j.activity_id || '|' || j.activity_type from workflows.journal j where j.instance_id = i.id and j.event = 'Completed'),
               case when $2 then i.state end
        from workflows.instances i where i.id = any($1) and i.finished is null order by i.id
        """;

    public async Task<Result<IReadOnlyList<CancelledInstance>>> Handle(CancelInstances request, CancellationToken ct)
    {
        if (request.Ids.Count is 0 or > Most)
        {
            return Refusal.Malformed("workflows.too-many", "1 to 200 instances at once.");
        }

        var found = new List<(CancelledInstance Instance, string Key, InstanceState? State)>();
        await using (var command = new NpgsqlCommand(Sql, await work.Connection(ct)) { Parameters = { new() { Value = request.Ids.ToArray() }, new() { Value = request.Compensate } } })
        {
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct))
            {
                var (id, key) = (reader.GetGuid(0), reader.GetString(2));
                found.Add((
                    new(id, reader.GetString(1), key == id.ToString() ? null : key, reader.GetFieldValue<string[]>(3), reader.GetFieldValue<Guid[]>(4), [], Effects(reader.GetFieldValue<string[]>(5))), key,
                    await reader.IsDBNullAsync(6, ct) ? null : StateSerializer.Read(reader.GetFieldValue<byte[]>(6))));
            }
        }

        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].State is { Done.Count: > 0 } state)
            {
                found[i] = found[i] with { Instance = Undone(found[i].Instance, state, (await definitions.Compiled(state.VersionId, ct)).Workflow) };
            }
        }

        if (!request.DryRun)
        {
            found.ForEach(f => work.Write(new StimulusRow(Lane.People, f.Key, StimulusKind.Cancel, "cancel", f.Instance.Id, f.Instance.Id, null, CancelInstanceHandler.Order(request.Compensate), work.Trace)));
            work.OnCommitted(() => bell.Ring());
        }

        return found.ConvertAll(f => f.Instance);
    }

    private static CancelledInstance Undone(CancelledInstance instance, InstanceState state, CompiledWorkflow workflow)
    {
        // As a burst takes them: the last one first.
        var undoes = Enumerable.Reverse(state.Done).Select(d => (Done: workflow.NodesById[d.Step], Undo: workflow.NodesById[CompiledNode.UndoPrefix + d.Step]))
            .Select(s => new UndoneStep(s.Done.Id, s.Done.Type, s.Undo.Type)).ToList();
        return instance with { Undoes = undoes, Leaves = [.. instance.Leaves.Where(l => !undoes.Exists(u => u.ActivityId == l.ActivityId && u.ActivityType == l.ActivityType))] };
    }

    private List<StandingEffect> Effects(string[] steps) =>
        [.. from step in steps
            let bar = step.LastIndexOf('|')
            let effect = catalogue.Find(step[(bar + 1)..], 0)?.Class.GetCustomAttribute<EffectAttribute>()
            where effect is not null && effect.Effect is not (Effect.Waits or Effect.Releases)
            orderby step
            select new StandingEffect(step[..bar], step[(bar + 1)..], effect.Effect.ToString().ToLowerInvariant(), effect.UndoneBy)];
}
