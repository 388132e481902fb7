using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// What bursts ask of the world, with a unit of work behind it. In a group a fault leaves the group; alone it is undone to the
/// savepoint before the activity's first request and becomes an incident.
/// </summary>
internal sealed partial class BurstWork(IServiceProvider scope, WorkMode mode, CancellationToken ct) : IBurstServices
{
    private const string Step = "step";
    private const string Request = "request";

    private readonly ISender sender = scope.GetRequiredService<ISender>();
    private readonly WorkExecution work = scope.GetRequiredService<WorkExecution>();
    private readonly FactCatalogue facts = scope.GetRequiredService<FactCatalogue>();
    private readonly ILogger log = scope.GetRequiredService<ILogger<BurstWork>>();
    private readonly Dictionary<(string DefinitionId, bool ByGoverned), string?> published = [];
    private bool isGoverned;
    private Guid marked;
    private bool undo;

    public DateTimeOffset Now { get; private set; }

    /// <summary>From here on it is this version's burst.</summary>
    public void Act(CompiledVersion version, ClaimedStimulus stimulus, DateTimeOffset now)
    {
        Now = now;
        isGoverned = version.IsGoverned;
        work.Act(version.Caller, stimulus.SourceId, stimulus.Trace, now);
    }

    public Guid NewId() => TimeOrderedId.New();

    public async Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId)
    {
        if (mode is WorkMode.Group)
        {
            var answer = await sender.Send(request, ct);
            FaultPoints.Reach(FaultPoint.AfterSend);
            return answer;
        }

        await UndoWhatFailed();
        await work.Flush(ct);
        var before = marked == executionId ? Request : Step;
        await work.Savepoint(before, ct);
        marked = executionId;

        var response = await sender.Send(request, ct);
        if (response is IResult { Refusal: not null } && work.HasWrites)
        {
            // Only this request: what the step was granted before stays granted.
            await work.RollbackToSavepoint(before, ct);
        }
        else if (work.IsTainted)
        {
            throw new InvalidOperationException($"{request.GetType().Name} went on after a request it sent had written and was refused.");
        }

        // Sent at once, so that what the database says no to is this activity's fault and no other's.
        await work.Flush(ct);
        FaultPoints.Reach(FaultPoint.AfterSend);
        return response;
    }

    public bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId)
    {
        if (mode is WorkMode.Group || Transient.IsRace(error) || DatabaseTrouble.IsUnavailable(error))
        {
            return false;
        }

        undo = marked == executionId;
        marked = Guid.Empty;
        LogFault(log, error, activity.Type, activity.Id, attempt);
        return true;
    }

    /// <summary>A fact of the product is said by its module: what two have approved may say it all the same, what one person let go live may not.</summary>
    public bool MaySay(string eventName) => isGoverned || !facts.Types.ContainsKey(eventName);

    /// <summary>
    /// Asked once for a whole group. What goes live by two people starts only what does so too: else one could change what two have approved. And what one person let go live starts
    /// nothing of theirs: else one could do with it what takes two.
    /// </summary>
    public async ValueTask<string?> PublishedVersion(string definitionId)
    {
        if (!published.TryGetValue((definitionId, isGoverned), out var version))
        {
            await UndoWhatFailed();
            published[(definitionId, isGoverned)] = version = await DefinitionStore.Published(await work.Connection(ct), definitionId, isGoverned, ct);
        }

        return version;
    }

    /// <summary>Whether a living instance has what a definition permits to one.</summary>
    public async Task<bool> IsTaken(string singletonKey)
    {
        await UndoWhatFailed();
        return await SingletonTable.IsTaken(await work.Connection(ct), singletonKey, ct);
    }

    /// <summary>Who waits for an event or is started by it, whatever the key.</summary>
    public async Task<Listeners> Listeners(string eventName)
    {
        await UndoWhatFailed();
        return await SingletonTable.Listeners(await work.Connection(ct), eventName, ct);
    }

    /// <summary>Those of some tasks that are still open, locked.</summary>
    public async Task<List<HumanTask>> LockOpenTasks(List<Guid> ids)
    {
        await UndoWhatFailed();
        return await TaskTable.LockOpen(await work.Connection(ct), [.. ids], ct);
    }

    void IBurstServices.Log(CompiledNode activity, string line) => LogLine(log, activity.Id, line);

    /// <summary>Undoes what a failed activity wrote, before anything else is written.</summary>
    public async Task UndoWhatFailed()
    {
        if (undo)
        {
            undo = false;
            await work.RollbackToSavepoint(Step, ct);
        }
    }

    [LoggerMessage(4101, LogLevel.Warning, "{ActivityType} ({ActivityId}) failed at try {Attempt} and is an incident")]
    private static partial void LogFault(ILogger log, Exception e, string activityType, string activityId, int attempt);

    [LoggerMessage(4102, LogLevel.Information, "{ActivityId} writes: {Line}")]
    private static partial void LogLine(ILogger log, string activityId, string line);
}
