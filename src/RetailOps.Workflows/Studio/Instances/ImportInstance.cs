using System.Security.Cryptography;
using System.Text.Json;

using MediatR;

using Microsoft.AspNetCore.DataProtection;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Takes back an instance that was exported here and has gone since: with what it knows and waits for, without its journal, of which only the database is evidence. Only of a
/// definition that is not under change control and does nothing that the caller may not do himself; what waits for others than events and clocks cannot be taken back, as nobody would
/// answer it. A second call finds it there already.
/// </summary>
/// <param name="Sealed">The state, as <see cref="InstanceSeal"/> closed it.</param>
[Needs("workflows.run"), AsksDatabase]
internal sealed record ImportInstance(string Sealed) : IRequest<Result<Guid>>;

internal sealed class ImportInstanceHandler(UnitOfWork work, DefinitionStore definitions, Powers powers, InstanceSeal seal) : IRequestHandler<ImportInstance, Result<Guid>>
{
    public async Task<Result<Guid>> Handle(ImportInstance request, CancellationToken ct)
    {
        if (seal.Open(request.Sealed) is not { } state)
        {
            return Refusal.Malformed("workflows.instance-unreadable", "This file was not exported by this system, or was changed since; nothing of it is taken over.");
        }

        var connection = await work.Connection(ct);
        if (await InstanceTable.State(connection, state.Id, ct) is not null)
        {
            return Refusal.Conflict("workflows.instance-exists", "The instance is here already.");
        }

        if (await ChosenVersion.Of(connection, state.VersionId, ct) is not { } chosen)
        {
            return Refusal.NotFound("workflows.unknown-definition", "There is no such version of a workflow definition.");
        }

        var version = await definitions.Compiled(chosen.VersionId, ct);
        if (chosen.IsGoverned || await powers.Beyond(work, version.Workflow, ct) is { Count: > 0 })
        {
            return InstanceRefusals.Governed();
        }

        if (state.NeedsContinue || state.Undoing is not null || state.Bookmarks.Exists(b => b.Kind is not (BookmarkKind.Event or BookmarkKind.Timer)))
        {
            return Refusal.Rule("workflows.instance-waits-for-others", "It waits for a child, a task, an answer or a request, or is in the middle of its work: what it waits for is not in the file.");
        }

        var key = state.CorrelationId ?? state.Id.ToString();
        var singleton = state.IsFinished ? null : version.SingletonKey(key);
        if (singleton is not null && await SingletonTable.IsTaken(connection, singleton, ct))
        {
            return InstanceRefusals.Lives();
        }

        Write(state, key, version.IsSingleton ? singleton : null);
        version.Workflow.EventNames.ToList().ForEach(name => work.Write(new EventNameRow(name, chosen.VersionId)));
        return state.Id;
    }

    private void Write(InstanceState state, string key, string? singleton)
    {
        // Nobody waits for it any more.
        state.Properties.Remove(ParentLink.Property);
        var status = state.IsFinished ? InstanceStatus.Finished : InstanceStatus.Running;
        work.Write(new InstanceRow(
            state.Id, state.DefinitionId, state.VersionId, key, $"import:{state.Id}", singleton, null, status, StateSerializer.Write(state), work.Now, state.SubStatus, state.Name));
        foreach (var bookmark in state.Bookmarks)
        {
            work.Write(new BookmarkRow(state.Id, key, bookmark));
            if (bookmark.Due is { } due)
            {
                work.Write(new TimerRow(bookmark.Id, state.Id, key, 0, due));
            }
        }

        foreach (var incident in state.Incidents)
        {
            work.Write(new IncidentRow(state.Id, key, incident, state.IsFinished ? work.Now : null));
            if (!state.IsFinished && incident.RetryAt is { } again)
            {
                work.Write(new TimerRow(incident.Id, state.Id, key, 1, again));
            }
        }
    }
}

/// <summary>Closes the state of an exported instance with the host's keys, so that what comes back is what went out: a state that anybody could write would be anybody's workflow.</summary>
internal sealed class InstanceSeal(IDataProtectionProvider keys)
{
    private readonly Lazy<IDataProtector> seal = new(() => keys.CreateProtector("RetailOps.ExportedInstances.v1"));

    public string Close(InstanceState state) => Convert.ToBase64String(seal.Value.Protect(StateSerializer.Write(state)));

    /// <summary>Null when it is not ours, was changed, or is of a release that this one does not know.</summary>
    public InstanceState? Open(string text)
    {
        try
        {
            return StateSerializer.Read(seal.Value.Unprotect(Convert.FromBase64String(text)));
        }
        catch (Exception e) when (e is FormatException or CryptographicException or StateUnreadableException or JsonException)
        {
            return null;
        }
    }
}
