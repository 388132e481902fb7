using System.Diagnostics;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>How the engine runs what waits.</summary>
public sealed record EngineOptions
{
    /// <summary>Groups under way at once in this process at most; 0 switches the engine off. The second and later ones run when the first has too much or is held up.</summary>
    public int Workers { get; init; } = 2;

    /// <summary>Most bursts that share a commit; 1 gives each its own.</summary>
    public int GroupSize { get; init; } = 32;

    /// <summary>So many that wait while a group is under way bring the other workers: fewer share a group sooner than they gain by a second one.</summary>
    public int HelpFrom { get; init; } = 12;

    /// <summary>How long a group may take before its bursts are run alone. Machine time.</summary>
    public TimeSpan GroupTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one burst may take alone. Machine time.</summary>
    public TimeSpan AloneTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a worker sleeps when nothing rings.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Whether what is in hand is noted, so that a stimulus that kills the process is found out.</summary>
    public bool Notes { get; init; } = true;

    /// <summary>Told the keys of bursts that were committed; for measurements. Must be quick.</summary>
    public Action<string>? Committed { get; init; }
}

/// <summary>
/// Claims what waits and runs it: a group in one transaction, or, when anything goes wrong in a group, each of its bursts in a
/// transaction of its own.
/// </summary>
internal sealed partial class BurstExecutor(
    IServiceScopeFactory scopes, Database database, DefinitionStore definitions, EngineOptions options, TimeProvider clock, EngineBell bell, ILogger<BurstExecutor> log)
{
    private const int AloneTries = 4;
    private const int SuspectEvery = 32;

    private static readonly ActivitySource Tracing = new("RetailOps.Engine");
    private static readonly Meter Meter = new("RetailOps.Engine");
    private static readonly Counter<long> Bursts = Meter.CreateCounter<long>("retailops.engine.bursts");
    private static readonly Counter<long> Groups = Meter.CreateCounter<long>("retailops.engine.groups");
    private static readonly Counter<long> AloneRuns = Meter.CreateCounter<long>("retailops.engine.alone");

    private readonly AloneHabit habit = new();
    private int suspectsInHand;
    private int rounds;

    /// <summary>Runs what waits, once.</summary>
    /// <param name="lane">Who is served first.</param>
    /// <param name="ct">Ends the work at the next commit.</param>
    /// <returns>How many stimuli were in hand; as many as a group holds mean that there may be more.</returns>
    public async Task<int> RunGroup(short lane, CancellationToken ct)
    {
        // Suspects come when nothing else does, and now and then all the same: under constant load they would wait for ever.
        if (Interlocked.Increment(ref rounds) % SuspectEvery == 0 && await RunSuspect(ct))
        {
            return options.GroupSize;
        }

        var claim = TimeOrderedId.New();
        List<ClaimedStimulus> claimed = [];
        List<long> alone;
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
            work.Begin(database.Engine, WorkMode.Group);
            claimed = await Claims.Group(await work.Connection(ct), lane, options.GroupSize, ct);
            if (claimed.Count == 0)
            {
                return await RunSuspect(ct) ? options.GroupSize : 0;
            }

            FaultPoints.Reach(FaultPoint.AfterClaim);
            if (claimed.Exists(s => s.IsNoted))
            {
                await CountDeaths(work, claimed, ct);
                return options.GroupSize;
            }

            using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
            limit.CancelAfter(options.GroupTime);
            var group = claimed.FindAll(s => !habit.IsAlone(s.Name));
            alone = [.. claimed.Except(group).Select(s => s.Id)];
            if (group.Count > 0)
            {
                await Run(scope.ServiceProvider, work, claim, group, WorkMode.Group, limit.Token);
                habit.Together(group);
                Groups.Add(1);
            }
        }
        catch (Exception e) when (claimed.Count > 0)
        {
            await Noted(() => Claims.Unnote(database.Notes, claim, claimed.Select(s => s.Id), CancellationToken.None));
            if (ct.IsCancellationRequested || DatabaseTrouble.IsUnavailable(e))
            {
                throw;
            }

            LogAlone(log, claimed.Count, e.Message);
            FaultPoints.Reach(FaultPoint.BeforeAlone);
            alone = claimed.ConvertAll(s => s.Id);
        }

        foreach (var id in alone)
        {
            await RunAlone(id, ct);
        }

        return alone.Count > 0 ? options.GroupSize : claimed.Count;
    }

    /// <summary>One at a time in this process: what ends it must not take another suspect along, which would die of its company.</summary>
    private async Task<bool> RunSuspect(CancellationToken ct)
    {
        if (Interlocked.Exchange(ref suspectsInHand, 1) == 1)
        {
            return false;
        }

        try
        {
            if (await Claims.Suspect(database.Engine, ct) is not { } suspect)
            {
                return false;
            }

            await RunAlone(suspect, ct);
            return true;
        }
        finally
        {
            Volatile.Write(ref suspectsInHand, 0);
        }
    }

    /// <summary>Runs one stimulus in a transaction of its own, again from fresh reads when it loses a race.</summary>
    private async Task RunAlone(long id, CancellationToken ct)
    {
        AloneRuns.Add(1);
        for (var attempt = 1; ; attempt++)
        {
            var claim = TimeOrderedId.New();
            ClaimedStimulus? stimulus = null;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
                work.Begin(database.Engine, WorkMode.Alone);
                stimulus = await Claims.One(await work.Connection(ct), id, ct);
                if (stimulus is null)
                {
                    return;
                }

                if (stimulus.IsNoted)
                {
                    await CountDeaths(work, [stimulus], ct);
                    return;
                }

                using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
                limit.CancelAfter(options.AloneTime);
                await Run(scope.ServiceProvider, work, claim, [stimulus], WorkMode.Alone, limit.Token);
                habit.Alone(stimulus, atOnce: attempt == 1);
                return;
            }
            catch (Exception e) when (stimulus is not null)
            {
                await Noted(() => Claims.Unnote(database.Notes, claim, [stimulus.Id], CancellationToken.None));
                if (ct.IsCancellationRequested || DatabaseTrouble.IsUnavailable(e))
                {
                    throw;
                }

                if (attempt == AloneTries && e is CommitNotDoneException)
                {
                    // The stimulus did nothing wrong and is free: it is claimed again, without an attempt counted.
                    throw;
                }

                if (!Transient.IsRace(e) || attempt == AloneTries)
                {
                    await CountFailure(stimulus, e, ct);
                    return;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(1, 10 << attempt)), ct);
        }
    }

    private async Task Run(IServiceProvider scope, WorkExecution work, Guid claim, List<ClaimedStimulus> stimuli, WorkMode mode, CancellationToken ct)
    {
        try
        {
            await NoteAndRun(scope, work, claim, stimuli, mode, ct);
        }
        catch
        {
            await Noted(() => Claims.GiveBack(database.Notes, claim, CancellationToken.None));
            throw;
        }
    }

    private async Task NoteAndRun(IServiceProvider scope, WorkExecution work, Guid claim, List<ClaimedStimulus> stimuli, WorkMode mode, CancellationToken ct)
    {
        var note = options.Notes ? Claims.Note(database.Notes, claim, stimuli.Select(s => s.Id), ct) : Task.CompletedTask;
        try
        {
            await Preload(scope, stimuli, ct);
        }
        finally
        {
            // No activity runs before the note stands: from here on it may end the process.
            await note;
        }

        FaultPoints.Reach(FaultPoint.AfterPreload);
        var unit = scope.GetRequiredService<UnitOfWork>();
        var services = new BurstWork(scope, mode, ct);
        var run = new StimulusRun(unit, definitions, services, clock.GetUtcNow(), leads: mode is WorkMode.Group);
        var done = new List<ClaimedStimulus>(stimuli);
        await RunAll(run, services, stimuli, ct);
        foreach (var stimulus in stimuli)
        {
            unit.Write(new StimulusDoneRow(stimulus.Id));
            if (options.Notes)
            {
                unit.Write(new ClaimDoneRow(claim, stimulus.Id));
            }
        }

        await RunFollowers(scope, work, run, services, done, ct);
        FaultPoints.Reach(FaultPoint.AfterRun);
        await work.Flush(ct);
        await work.Commit();
        Bursts.Add(done.Count);
        if (options.Committed is { } committed)
        {
            done.ForEach(s => committed(s.Key));
        }

        if (run.WroteStimuli)
        {
            bell.Ring();
        }
    }

    private static async Task RunAll(StimulusRun run, BurstWork services, List<ClaimedStimulus> stimuli, CancellationToken ct)
    {
        foreach (var stimulus in stimuli)
        {
            using var span = Tracing.StartActivity("burst", System.Diagnostics.ActivityKind.Consumer, stimulus.Trace);
            span?.SetTag("retailops.key", stimulus.Key).SetTag("retailops.stimulus", stimulus.Name);
            await run.Run(stimulus, ct);
            await services.UndoWhatFailed();
        }

        run.WriteAll();
    }

    /// <summary>Children that were asked for begin, and parents hear of their children's end, in the same commit where nobody comes before them; else in bursts of their own.</summary>
    private async Task RunFollowers(IServiceProvider scope, WorkExecution work, StimulusRun run, BurstWork services, List<ClaimedStimulus> done, CancellationToken ct)
    {
        var waiting = run.TakeFollowers();
        for (var round = 1; waiting.Count > 0 && round <= Followers.MostRounds; round++)
        {
            // Two of one key are two rounds: the second looks at what the first has made of it.
            var first = waiting.DistinctBy(f => f.Key).Take(options.GroupSize).ToList();
            waiting.RemoveAll(first.Contains);
            await work.FlushRows(ct);
            var taken = await Followers.Take(await work.Connection(ct), first, ct);
            run.Queue(first.Except(taken.Select(t => t.Follower!)));
            await Preload(scope, taken, ct);
            await RunAll(run, services, taken, ct);
            done.AddRange(taken);
            waiting.AddRange(run.TakeFollowers());
        }

        run.Queue(waiting);
        run.WriteAll();
    }

    private static async Task Preload(IServiceProvider scope, List<ClaimedStimulus> stimuli, CancellationToken ct)
    {
        foreach (var preload in scope.GetServices<IPreload>())
        {
            var items = stimuli.Where(s => preload.EventNames.Contains(s.Name)).Select(s => new PreloadItem(s.Name, s.Key, s.Data)).ToList();
            if (items.Count > 0)
            {
                await preload.Load(items, ct);
            }
        }
    }

    private async Task CountDeaths(WorkExecution work, List<ClaimedStimulus> claimed, CancellationToken ct)
    {
        var noted = claimed.FindAll(s => s.IsNoted).ConvertAll(s => s.Id);
        var counted = await Claims.CountDeaths(await work.Connection(ct), noted, ct);
        await work.Flush(ct);
        await work.Commit();
        if (counted.Count > 0)
        {
            LogDeaths(log, counted.Count);
        }

        counted.FindAll(c => c.IsDead).ForEach(c => LogDead(log, c.Id));
    }

    private async Task CountFailure(ClaimedStimulus stimulus, Exception error, CancellationToken ct)
    {
        LogFailed(log, error, stimulus.Id, stimulus.Name, stimulus.Key);
        await using var connection = await database.Engine.OpenConnectionAsync(ct);
        var counted = await Claims.CountFailure(connection, stimulus.Id, $"{error.GetType().Name}: {error.Message}", TimeSpan.FromSeconds(1 << stimulus.Attempts), ct);
        counted.FindAll(c => c.IsDead).ForEach(c => LogDead(log, c.Id));
    }

    private async Task Noted(Func<Task> what)
    {
        if (options.Notes)
        {
            try
            {
                await what();
            }
            catch (Exception e) when (DatabaseTrouble.IsUnavailable(e))
            {
                // Left behind it counts as one attempt too many, which costs a run alone.
                LogUnnoted(log, e.Message);
            }
        }
    }

    [LoggerMessage(4001, LogLevel.Information, "A group of {Bursts} is run one by one: {Reason}")]
    private static partial void LogAlone(ILogger log, int bursts, string reason);

    [LoggerMessage(4002, LogLevel.Warning, "{Stimuli} stimuli were in the hand of a process that ended; the attempt counts")]
    private static partial void LogDeaths(ILogger log, int stimuli);

    [LoggerMessage(4003, LogLevel.Error, "Stimulus {StimulusId} is a dead letter; look at it and replay it")]
    private static partial void LogDead(ILogger log, long stimulusId);

    [LoggerMessage(4004, LogLevel.Warning, "Stimulus {StimulusId} ({Name}) of {Key} failed")]
    private static partial void LogFailed(ILogger log, Exception e, long stimulusId, string name, string key);

    [LoggerMessage(4005, LogLevel.Warning, "A note could not be taken back: {Reason}")]
    private static partial void LogUnnoted(ILogger log, string reason);
}
