using System.Text.Json;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>Makes the calls that bursts have ordered, behind their commits, and brings the answers back as stimuli.</summary>
internal sealed class CallConnector(HttpCaller caller, HttpCallOptions options, Database database, UnitOfWork work, EngineBell bell) : IOutboundSubscriber
{
    public const string Name = "workflows.calls";

    public static SubscriberDescription Description { get; } = new(Name, ["workflows.call-requested.v1"]);

    /// <summary>A step decides itself how often it is tried; what is given up here died with its process each time.</summary>
    public static LaneOptions Lane { get; } = new() { Batch = 10, CallTimeout = TimeSpan.FromSeconds(60), GiveUpAfter = TimeSpan.Zero };

    public async Task<IReadOnlyList<OutboundOutcome>> Call(IReadOnlyList<OutboundFact> facts, CancellationToken ct)
    {
        Dictionary<Guid, CallRow> calls;
        await using (var connection = await database.Requests.OpenConnectionAsync(ct))
        {
            calls = await CallRow.Read(connection, [.. facts.Select(Id)], ct);
        }

        return await Task.WhenAll(facts.Select(f => Call(calls.GetValueOrDefault(Id(f)), f.Attempts, ct)));
    }

    public Task Record(OutboundFact sent, object answer, CancellationToken ct)
    {
        if (answer is Answered { Call: { } call } answered)
        {
            Bring(call, answered.Answer);
        }

        return Task.CompletedTask;
    }

    public async Task GiveUp(OutboundFact sent, string reason, CancellationToken ct)
    {
        if ((await CallRow.Read(await work.Connection(ct), [Id(sent)], ct)).GetValueOrDefault(Id(sent)) is { } call)
        {
            Bring(call, HttpAnswer.Failed(reason.Contains(HttpAnswer.Timeout, StringComparison.Ordinal) ? HttpAnswer.Timeout : HttpAnswer.FailedToConnect));
        }
    }

    private async Task<OutboundOutcome> Call(CallRow? call, int attempt, CancellationToken ct)
    {
        if (call is null)
        {
            return new OutboundOutcome.Answered(new Answered(null, HttpAnswer.Failed(HttpAnswer.FailedToConnect)));
        }

        var wanted = JsonSerializer.Deserialize<HttpCall>(call.Request, JsonReading.Web)!;
        var answer = await caller.Send(wanted, ct);
        return answer.Failure is { } failure && wanted.Retries && attempt < options.Attempts
            ? new OutboundOutcome.Again(failure)
            : new OutboundOutcome.Answered(new Answered(call, answer));
    }

    private void Bring(CallRow call, HttpAnswer answer)
    {
        work.Write(new CallGoneRow(call.Id));
        work.Write(new StimulusRow(
            Workflows.Lane.People, call.Key, StimulusKind.Answer, "answer", call.Id, call.InstanceId, null, JsonSerializer.Serialize(answer, JsonReading.Web).Replace("\\u0000", "", StringComparison.Ordinal), work.Trace));
        work.OnCommitted(() => bell.Ring());
    }

    private static Guid Id(OutboundFact fact) => ((CallRequested)fact.Fact).CallId;

    private sealed record Answered(CallRow? Call, HttpAnswer Answer);
}
