using System.Text.Json;
using System.Text.Json.Nodes;

using MediatR;

using Microsoft.Extensions.DependencyInjection;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What a run came to that was undone.</summary>
/// <param name="State">As it stood at its first wait or end.</param>
/// <param name="Journal">All of it.</param>
/// <param name="Undone">What it did and what it would have waited for.</param>
internal sealed record DryStory(InstanceState State, IReadOnlyList<JournalEntry> Journal, JsonObject Undone, DateTimeOffset At);

/// <summary>
/// Runs a burst in a transaction that is rolled back: what modules write, events, timers, tasks, children, calls of other machines, and lines for the log come to nothing, and
/// are listed. It runs as the version would, with the permissions of its activities, and goes no further than the first wait.
/// </summary>
internal sealed class DryRun(IServiceScopeFactory scopes, Database database, TimeProvider clock)
{
    /// <summary>What a dry run locks it holds until it is over. Machine time.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private const int MostListed = 200;
    private const int MostEvents = 1_000;
    private const int MostBudgets = 5;
    private const int LongestLine = 1_000;

    private static readonly WorkflowRunner Runner = new();

    /// <param name="version">What to run.</param>
    /// <param name="id">The instance's.</param>
    /// <param name="order">How it starts.</param>
    /// <param name="alone">One activity to be run by itself; null for the whole.</param>
    /// <param name="ct">Cancels.</param>
    public async Task<DryStory> Run(CompiledVersion version, Guid id, StartOrder order, LoneActivity? alone, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Longest);
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<WorkExecution>();
        work.Begin(database.Requests, WorkMode.Alone);
        var now = clock.GetUtcNow();
        var first = Guid.CreateVersion7();
        var services = new Watched(new BurstWork(scope.ServiceProvider, WorkMode.Alone, limit.Token));
        services.Inner.Act(version, Stimulus(id), now);
        var workflow = alone?.Workflow ?? version.Workflow;
        var state = InstanceState.New(id, workflow, order.CorrelationId, order.Input);
        var results = new List<BurstResult>
        {
            alone is null
                ? await Runner.StartAsync(workflow, state, order.TriggerActivityId, order.TriggerActivityId is null ? null : order.Input, services, limit.Token)
                : await Runner.TestAsync(workflow, state, alone.Node, alone.Variables, services, limit.Token),
        };
        while (results[^1].NeedsContinue && results.Count < MostBudgets)
        {
            results.Add(await Runner.ContinueAsync(workflow, state, services, limit.Token));
        }

        await services.Inner.UndoWhatFailed();
        await work.Flush(limit.Token);
        var events = await Events(await work.Connection(limit.Token), first, id, limit.Token);
        return new(state, [.. results.SelectMany(r => r.Journal)], Undone(state, results, services, events), now);
    }

    /// <summary>Keeps the story: an instance that has ended, that nothing wakes and no invariant counts, gone after a day.</summary>
    public static void Keep(UnitOfWork work, DryStory story)
    {
        var state = story.State;
        var ended = state.IsFinished ? state.SubStatus : state.Incidents.Count > 0 ? InstanceSubStatus.Faulted : InstanceSubStatus.Cancelled;
        (state.Status, state.SubStatus) = (InstanceStatus.Finished, ended);

        // Under a key of its own: whoever looks for an order's flows must not find it.
        var key = state.Id.ToString();
        work.Write(new InstanceRow(
            state.Id, state.DefinitionId, state.VersionId, key, $"dry:{key}", null, null, InstanceStatus.Finished, StateSerializer.Write(state), story.At, ended, state.Name,
            story.Undone.ToJsonString(JsonReading.Web).Replace("\\u0000", "\\ufffd", StringComparison.Ordinal)));
        foreach (var incident in state.Incidents)
        {
            work.Write(new IncidentRow(state.Id, key, incident with { RetryAt = null }, story.At));
        }

        JournalDataRow.Write(work, state.Id, story.Journal);
    }

    /// <summary>
    /// By kind, each in the order in which it would have happened: at most 200, and then <c>leftOut</c> says how many more. Of a call stands where it goes and not what it
    /// carries: headers and bodies hold secrets.
    /// </summary>
    private static JsonObject Undone(InstanceState state, List<BurstResult> results, Watched services, JsonArray events)
    {
        var undone = new JsonObject();
        var leftOut = 0;
        void List<T>(string kind, IEnumerable<T> all, Func<T, JsonObject> one)
        {
            var items = all.ToList();
            undone[kind] = new JsonArray([.. items.Take(MostListed).Select(one)]);
            leftOut += Math.Max(0, items.Count - MostListed);
        }

        string? Waiting(Guid id) => state.Bookmarks.Find(b => b.Id == id)?.ActivityId;
        List("requests", services.Sent, s => new() { ["activityId"] = results.SelectMany(r => r.Journal).First(e => e.ExecutionId == s.Execution).ActivityId, ["request"] = s.Request, ["refusal"] = s.Refusal });
        List("events", events.OfType<JsonObject>(), e => (JsonObject)e.DeepClone());
        List("published", results.SelectMany(r => r.EventsPublished), e => new() { ["name"] = e.Name, ["correlationId"] = e.CorrelationId, ["isLocal"] = e.IsLocal });
        List("calls", results.SelectMany(r => r.Calls), c => Call(Waiting(c.Id), JsonSerializer.Deserialize<HttpCall>(c.Request, JsonReading.Web)!));
        List("runTasks", results.SelectMany(r => r.TasksAskedFor), t => new() { ["activityId"] = Waiting(t.Id), ["taskName"] = t.TaskName });
        List("lines", services.Lines, l => new() { ["activityId"] = l.ActivityId, ["line"] = l.Line });
        List("waits", state.Bookmarks, b => new() { ["activityId"] = b.ActivityId, ["kind"] = b.Kind.ToString(), ["name"] = b.Name, ["due"] = b.Due is { } due ? JsonValue.Create(due) : null });
        List("tasks", results.SelectMany(r => r.TasksOpened), t => new() { ["kind"] = t.Kind, ["title"] = t.Title });
        List("children", results.SelectMany(r => r.ChildrenStarted), c => new() { ["definitionVersionId"] = c.VersionId, ["correlationId"] = c.CorrelationId });
        undone["leftOut"] = leftOut;
        return undone;
    }

    private static JsonObject Call(string? activityId, HttpCall call) => new()
    {
        ["activityId"] = activityId,
        ["method"] = call.Method,
        ["url"] = Uri.TryCreate(call.Url, UriKind.Absolute, out var url) ? url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped) : call.Url.Split('?')[0],
    };

    /// <summary>Ids of events grow with time, and each says what caused it: those of this transaction, without reading the others.</summary>
    private static async Task<JsonArray> Events(NpgsqlConnection connection, Guid first, Guid cause, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select type, key from platform.events where id >= $1 and cause = $2 order by id limit $3", connection)
        {
            Parameters = { new() { Value = first }, new() { Value = cause }, new() { Value = MostEvents } },
        };
        var events = new JsonArray();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            events.Add(new JsonObject { ["type"] = reader.GetString(0), ["key"] = reader.GetString(1) });
        }

        return events;
    }

    private static ClaimedStimulus Stimulus(Guid id) => new()
    {
        Id = 0,
        Key = id.ToString(),
        Kind = StimulusKind.Start,
        Name = "start",
        SourceId = id,
        VersionId = null,
        Data = null,
        Trace = null,
        Attempts = 0,
        IsNoted = false,
        KeyLives = false,
        Starts = [],
        IsTaken = false,
        Kept = null,
    };

    /// <summary>The world of a real burst, and a list of what was asked of it.</summary>
    private sealed class Watched(BurstWork inner) : IBurstServices
    {
        public BurstWork Inner => inner;

        public List<(Guid Execution, string Request, string? Refusal)> Sent { get; } = [];

        public DateTimeOffset Now => inner.Now;

        public Guid NewId() => inner.NewId();

        public async Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId)
        {
            var response = await inner.Send(request, executionId);
            Sent.Add((executionId, request.GetType().Name, (response as IResult)?.Refusal?.Code));
            return response;
        }

        public bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId) => inner.Contain(error, activity, attempt, executionId);

        public ValueTask<string?> PublishedVersion(string definitionId) => inner.PublishedVersion(definitionId);

        public bool MaySay(string eventName) => inner.MaySay(eventName);

        public List<(string ActivityId, string Line)> Lines { get; } = [];

        public void Log(CompiledNode activity, string line) => Lines.Add((activity.Id, line.Length > LongestLine ? line[..LongestLine] + "…" : line));
    }
}

/// <summary>One activity to be tried by itself.</summary>
/// <param name="Variables">Values by the ids and the names of variables.</param>
internal sealed record LoneActivity(CompiledWorkflow Workflow, CompiledNode Node, ScopeValues Variables);
