using System.Text.Json;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>An instance among others.</summary>
/// <param name="Definition">Whose it is.</param>
/// <param name="Status">running or finished.</param>
/// <param name="SubStatus">executing, suspended; finished, cancelled, faulted.</param>
/// <param name="CorrelationId">Null for none.</param>
/// <param name="Incidents">Open ones.</param>
/// <param name="IsDry">It was a dry run: nothing of it has happened.</param>
internal sealed record InstanceSummary(
    Guid Id, string Definition, int Version, string Status, string SubStatus, string? CorrelationId, string? Name, int Incidents, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? FinishedAt, bool IsDry)
{
    public static InstanceSummary Of(InstanceLine line) => new(
        line.Id, line.DefinitionId, line.Version, line.Status.ToLowerInvariant(), line.SubStatus.ToLowerInvariant(), line.CorrelationId, line.Name, line.IncidentCount, line.CreatedAt,
        line.UpdatedAt, line.FinishedAt, line.IsDry == true);
}

/// <summary>Something an instance waits for.</summary>
/// <param name="Kind">event, timer, child or task.</param>
/// <param name="Due">Of a timer.</param>
internal sealed record InstanceWait(Guid Id, string Kind, string Name, string ActivityId, DateTimeOffset? Due, DateTimeOffset Since);

/// <summary>One line of an instance's journal.</summary>
internal sealed record InstanceEntry(int Sequence, string ActivityId, string ActivityType, string Event, string? Message, DateTimeOffset At);

/// <summary>An instance with its waits, incidents and the end of its journal (200 lines).</summary>
/// <param name="DryRun">What a dry run would have done; null for a real instance.</param>
internal sealed record InstanceView(
    InstanceSummary Instance, Guid? ParentId, IReadOnlyList<InstanceWait> Waits, IReadOnlyList<IncidentView> Incidents, IReadOnlyList<InstanceEntry> Journal, JsonElement? DryRun);

/// <summary>Lists instances, newest first.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record ListInstances(InstanceFilter Filter, Guid? After, int Limit) : IRequest<Result<IReadOnlyList<InstanceSummary>>>;

/// <summary>Reads one instance.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record GetInstance(Guid Id) : IRequest<Result<InstanceView>>;

internal sealed class ListInstancesHandler(UnitOfWork work) : IRequestHandler<ListInstances, Result<IReadOnlyList<InstanceSummary>>>
{
    public async Task<Result<IReadOnlyList<InstanceSummary>>> Handle(ListInstances request, CancellationToken ct) =>
        (await InstanceList.Behind(await work.Connection(ct), request.Filter, request.After, request.Limit, ct)).ConvertAll(InstanceSummary.Of);
}

internal sealed class GetInstanceHandler(UnitOfWork work, DefinitionStore definitions) : IRequestHandler<GetInstance, Result<InstanceView>>
{
    private const int MostEntries = 200;

    public async Task<Result<InstanceView>> Handle(GetInstance request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        if (await InstanceList.One(connection, request.Id, ct) is not { } line || await InstanceTable.State(connection, request.Id, ct) is not var (state, dry))
        {
            return InstanceRefusals.Unknown();
        }

        var workflow = (await definitions.Compiled(state.VersionId, ct)).Workflow;
        var journal = await JournalTable.End(connection, request.Id, workflow, ct);
        return new InstanceView(
            InstanceSummary.Of(line),
            ParentLink.Of(state)?.Id,
            [.. state.Bookmarks.Select(b => new InstanceWait(b.Id, b.Kind.ToString().ToLowerInvariant(), b.Name, b.ActivityId, b.Due, b.CreatedAt))],
            [.. journal.Incidents.Select(i => IncidentView.Of(i, request.Id, line.DefinitionId, line.CorrelationId))],
            [.. journal.Entries.TakeLast(MostEntries).Select(e => new InstanceEntry(e.Sequence, e.ActivityId, e.ActivityType, e.Event, e.Message, e.Occurred))],
            dry is null ? null : JsonElement.Parse(dry));
    }
}
