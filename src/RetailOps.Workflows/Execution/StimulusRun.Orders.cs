using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>What clocks, web requests and other machines bring, and what bursts order of them.</summary>
internal sealed partial class StimulusRun
{
    /// <summary>A clock or a web request starts an instance that has no correlation id yet.</summary>
    private async Task StartByTrigger(ClaimedStimulus stimulus, CancellationToken ct)
    {
        if (stimulus.Starts is not [var start])
        {
            Keep(stimulus, late: true);
            Refuse(stimulus);
            return;
        }

        var bar = start.IndexOf('|', StringComparison.Ordinal);
        var version = await definitions.Compiled(start[..bar], ct);
        if (await IsTaken(version, stimulus.Key))
        {
            Keep(stimulus, late: true);
            Refuse(stimulus);
            return;
        }

        var state = InstanceState.New(stimulus.SourceId, version.Workflow, null);
        services.Act(version, stimulus, now);
        using var data = Data(stimulus);
        await Store(stimulus, version, state, null, await Runner.StartAsync(version.Workflow, state, start[(bar + 1)..], data?.RootElement, services, ct));
    }

    private async Task MeetRequest(ClaimedStimulus stimulus, CancellationToken ct)
    {
        if (stimulus.Targets is not [var target] || !Read(target).Bookmarks.Exists(b => b.Id == Guid.Parse(stimulus.Name)))
        {
            Keep(stimulus, late: true);
            Refuse(stimulus);
            return;
        }

        await Resume(stimulus, target, Guid.Parse(stimulus.Name), ct);
    }

    /// <summary>An event without a key becomes one stimulus for each who waits and for each definition that it starts.</summary>
    private async Task Spread(ClaimedStimulus stimulus, CancellationToken ct)
    {
        var listeners = await services.Listeners(stimulus.Name);
        foreach (var (instance, key) in listeners.Instances)
        {
            Wake(new(Lane.People, key, StimulusKind.Target, stimulus.Name, stimulus.SourceId, instance, null, stimulus.Data, stimulus.Trace));
        }

        for (var i = 0; i < listeners.Starts.Count; i++)
        {
            var id = ChildId.Of(stimulus.SourceId, i);
            Wake(new(Lane.People, id.ToString(), StimulusKind.Trigger, stimulus.Name, id, null, listeners.Starts[i], stimulus.Data, stimulus.Trace));
        }
    }

    /// <summary>The strategies that no row of the claim answers for.</summary>
    private async Task<bool> IsTaken(CompiledVersion version, string key) =>
        version.Activation is Activation.Singleton or Activation.Correlation && await services.IsTaken(version.SingletonKey(key)!);

    /// <summary>Whoever sent the request hears that nothing came of it.</summary>
    private void Refuse(ClaimedStimulus stimulus)
    {
        if (IsRequest(stimulus))
        {
            writes.Add(() => unit.Write(new RequestAnswerRow(stimulus.SourceId, null, null)));
        }
    }

    private static bool IsRequest(ClaimedStimulus stimulus) =>
        stimulus.Kind is StimulusKind.Request || (stimulus.Kind is StimulusKind.Trigger && stimulus.Name == HttpFront.StimulusName);

    private void TellOthers(ClaimedStimulus stimulus, CompiledVersion version, InstanceState state, string key, BurstResult result)
    {
        foreach (var said in result.EventsPublished)
        {
            Wake(said switch
            {
                { IsLocal: true } => new(Lane.People, key, StimulusKind.Target, said.Name, said.Id, state.Id, null, said.Payload, stimulus.Trace),
                { CorrelationId: { } heard } => new(Lane.People, heard, StimulusKind.Event, said.Name, said.Id, null, null, said.Payload, stimulus.Trace),
                _ => new(Lane.People, said.Id.ToString(), StimulusKind.Broadcast, said.Name, said.Id, null, null, said.Payload, stimulus.Trace),
            });
        }

        if (IsRequest(stimulus))
        {
            var reply = result.Reply is null ? null : JsonSerializer.Serialize(result.Reply, JsonReading.Web);
            writes.Add(() => unit.Write(new RequestAnswerRow(stimulus.SourceId, state.Id, reply)));
        }

        if (result.Calls.Count + result.TasksAskedFor.Count == 0)
        {
            return;
        }

        writes.Add(() =>
        {
            services.Act(version, stimulus, now);
            foreach (var call in result.Calls)
            {
                unit.Write(new CallRow(call.Id, state.Id, key, call.Request, now));
                unit.Raise(new CallRequested(services.NewId(), now, call.Id, key));
            }

            result.TasksAskedFor.ForEach(t => unit.Raise(new RunTaskRequested(services.NewId(), now, t.Id, key, t.TaskName, t.Payload)));
        });
    }
}
