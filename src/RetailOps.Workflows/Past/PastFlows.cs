using System.Text.Json;

using MediatR;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Flows of a history. Of one that is over nothing is left but who acted; one that still waits is really run, by the published definition and over
/// the history's own answers, so that its state, its waits and its journal are what the engine would have stored.
/// </summary>
public sealed class PastFlows
{
    private static readonly WorkflowRunner Runner = new();

    private readonly Database database;
    private readonly DefinitionStore definitions;
    private readonly Dictionary<string, CompiledVersion> live = [];
    private readonly Dictionary<string, CompiledVersion> versions = [];

    internal PastFlows(Database database, DefinitionStore definitions) => (this.database, this.definitions) = (database, definitions);

    /// <summary>Publishes the next version of a definition, as a file would be that says something else than before.</summary>
    public Task<bool> Publish(string name, string text, CancellationToken ct) => definitions.ImportFile(name, text, ct);

    /// <summary>Reads what is published now; needed before any flow.</summary>
    public async Task Load(CancellationToken ct)
    {
        foreach (var (versionId, isPublished) in await PastVersions.All(database, ct))
        {
            var version = await definitions.Compiled(versionId, ct);
            versions[versionId] = version;
            if (isPublished)
            {
                live[version.Workflow.DefinitionId] = version;
            }
        }
    }

    /// <summary>The versions of a definition, in their order.</summary>
    public IReadOnlyList<string> VersionsOf(string definitionId) =>
        [.. versions.Where(v => v.Value.Workflow.DefinitionId == definitionId).OrderBy(v => v.Value.Workflow.Version).Select(v => v.Key)];

    /// <summary>Who acts when a flow of a definition does.</summary>
    public string ActorOf(string definitionId) => live[definitionId].Caller.Actor;

    /// <summary>A step of a flow asks a decision table.</summary>
    public static void Decide(PastWork past, string table, JsonElement inputs, string key) => past.Ask(new Decide(table, inputs, key, past.NewId()));

    /// <summary>The fact that was raised last starts the flow that is drawn for it, which goes on until it waits; and so do the children that it starts.</summary>
    public void Start(PastWork past)
    {
        var fact = past.Last;
        var (version, trigger) = live.Values.SelectMany(v => v.Workflow.Triggers.Select(t => (Version: v, Trigger: t))).Single(t => t.Trigger.EventName == fact.Type);
        using var data = JsonDocument.Parse(fact.Data);
        Start(past, version, past.NewId(), fact.Key, fact.Id, trigger.ActivityId, data.RootElement, new ChildOrder(default, "", false, fact.Key, default));
    }

    /// <summary>Starts an instance of a version, not necessarily the published one.</summary>
    public void StartVersion(PastWork past, string versionId, string key, JsonElement input)
    {
        var id = past.NewId();
        Start(past, versions[versionId], id, key, id, null, null, new ChildOrder(default, "", false, key, input));
    }

    private void Start(PastWork past, CompiledVersion version, Guid id, string key, Guid source, string? trigger, JsonElement? payload, ChildOrder order)
    {
        past.Act(version.Caller.Actor, source, past.Now);
        var state = InstanceState.New(id, version.Workflow, order.CorrelationId, order.Input);
        if (order.Parent != default)
        {
            state.Properties[ParentLink.Property] = JsonSerializer.SerializeToElement(new ParentLink(order.Parent, order.ParentKey, order.IsAwaited), JsonReading.Web);
        }

        // Nothing in a history waits for anything outside: the burst is over when the call is.
        var burst = Runner.StartAsync(version.Workflow, state, trigger, payload, new Services(past, this), CancellationToken.None);
        Write(past, version, state, key, source, burst.IsCompletedSuccessfully ? burst.Result : throw new InvalidOperationException($"{version.Workflow.DefinitionId} did not come to its first wait.", burst.AsTask().Exception));
    }

    private void Write(PastWork past, CompiledVersion version, InstanceState state, string key, Guid source, BurstResult result)
    {
        if (result is not { Status: InstanceStatus.Running, IncidentsOpened.Count: 0, TasksOpened.Count: 0, IsStuck: false })
        {
            throw new InvalidOperationException($"{state.DefinitionId} for {key} was to wait, and is {result.SubStatus}.");
        }

        past.Copy(new PastInstanceRow(
            state.Id, state.DefinitionId, state.VersionId, key, $"{state.DefinitionId}:{source}", version.IsSingleton ? $"{state.DefinitionId}:{key}" : null, ParentLink.Of(state)?.Id,
            StateSerializer.Write(state), past.Now));
        foreach (var bookmark in result.BookmarksCreated)
        {
            past.Write(new BookmarkRow(state.Id, key, bookmark));
            if (bookmark.Due is { } due)
            {
                past.Write(new TimerRow(bookmark.Id, state.Id, key, 0, due));
            }
        }

        foreach (var entry in result.Journal)
        {
            past.Write(new JournalRow(state.Id, entry));
        }

        foreach (var child in result.ChildrenStarted)
        {
            using var input = JsonDocument.Parse(child.Input);
            Start(past, versions[child.VersionId], child.Id, child.Key, child.Id, null, null, new ChildOrder(state.Id, key, child.IsAwaited, child.CorrelationId, input.RootElement));
        }
    }

    /// <summary>The world of a burst is the history.</summary>
    private sealed class Services(PastWork past, PastFlows flows) : IBurstServices
    {
        public DateTimeOffset Now { get; } = past.Now;

        public Guid NewId() => past.NewId();

        public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId) => Task.FromResult(past.Send(request));

        public bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId) => false;

        public ValueTask<string?> PublishedVersion(string definitionId) => ValueTask.FromResult(flows.live.GetValueOrDefault(definitionId)?.Workflow.VersionId);

        public bool MaySay(string eventName) => true;

        public void Log(CompiledNode activity, string line)
        {
        }
    }
}
