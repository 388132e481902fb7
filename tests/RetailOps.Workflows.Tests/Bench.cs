using System.Text.Json;

using MediatR;

namespace RetailOps.Workflows.Tests;

/// <summary>The engine without a database: a clock that is moved by hand, requests that are recorded, failures that become incidents.</summary>
internal sealed class Bench : IBurstServices
{
    private int ids;

    public static ActivityCatalogue Catalogue { get; } = new([typeof(AskActivity), typeof(BrittleActivity), typeof(TwoStepActivity), typeof(UndeclaredActivity), typeof(MakeActivity), typeof(UnmakeActivity)]);

    public WorkflowRunner Runner { get; init; } = new();

    public DateTimeOffset Now { get; set; } = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    public List<object> Sent { get; } = [];

    public List<string> Lines { get; } = [];

    public bool Contains { get; init; } = true;

    public Guid NewId() => new(++ids, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId)
    {
        Sent.Add(request);
        return Task.FromResult((TResponse)(object)Sent.Count);
    }

    /// <summary>Definitions that children may be of.</summary>
    public Dictionary<string, CompiledWorkflow> Published { get; } = [];

    public ValueTask<string?> PublishedVersion(string definitionId) => ValueTask.FromResult(Published.GetValueOrDefault(definitionId)?.VersionId);

    public bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId) => Contains;

    public bool MaySay(string eventName) => true;

    public void Log(CompiledNode activity, string line) => Lines.Add(line);

    public async Task<(InstanceState State, BurstResult Result)> Start(CompiledWorkflow workflow, string? correlationId = null, string? trigger = null, JsonElement? payload = null, JsonElement? input = null)
    {
        var state = InstanceState.New(Guid.CreateVersion7(Now), workflow, correlationId, input);
        return (state, await Runner.StartAsync(workflow, state, trigger, payload, this, CancellationToken.None));
    }

    /// <summary>Stores and loads the state, as every burst does, then resumes its only bookmark of that name.</summary>
    public async Task<(InstanceState State, BurstResult Result)> Resume(CompiledWorkflow workflow, InstanceState state, string name, JsonElement? payload = null)
    {
        var loaded = StateSerializer.Read(StateSerializer.Write(state));
        return (loaded, await Runner.ResumeAsync(workflow, loaded, loaded.Bookmarks.Single(b => b.Name == name).Id, payload, this, CancellationToken.None));
    }
}

internal sealed record Ask(string Question) : IRequest<int>;

[Activity("Test.Ask")]
[Sends(typeof(Ask))]
internal sealed class AskActivity : Activity
{
    [Input]
    public Input<string> Question { get; set; } = null!;

    [Output]
    public Output<int> Answer { get; set; } = null!;

    public override async ValueTask ExecuteAsync(ActivityContext context)
    {
        await Task.Yield();
        context.Set(Answer, await context.Send(new Ask(context.Get(Question) ?? "")));
        context.Complete();
    }
}

/// <summary>Fails as long as its input says so.</summary>
[Activity("Test.Brittle")]
internal sealed class BrittleActivity : Activity
{
    [Input]
    public Input<bool> Fails { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context["tried"] = JsonElement.Parse("true");
        context.WaitUntil(context.Now);
        if (context.Get(Fails))
        {
            throw new TimeoutException("the line is dead");
        }

        context.Complete();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Waits twice and remembers in between.</summary>
[Activity("Test.TwoStep")]
[WaitsFor("test.first")]
[WaitsFor("test.second")]
internal sealed class TwoStepActivity : Activity
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitForEvent("test.first");
        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        if (context["first"] is null)
        {
            context["first"] = payload;
            context.WaitForEvent("test.second");
        }
        else
        {
            context.Complete(context["first"]!.Value.GetString()!);
        }

        return ValueTask.CompletedTask;
    }
}

/// <summary>Makes a thing, which another step can unmake.</summary>
[Activity("Test.Make")]
[Effect(Effect.Reserves, UndoneBy = "Test.Unmake", UndoInputs = "What=Made")]
internal sealed class MakeActivity : Activity
{
    [Input]
    public Input<string> Name { get; set; } = null!;

    [Output]
    public Output<string> Made { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.Set(Made, context.Get(Name) + "!");
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Test.Unmake")]
[Effect(Effect.Releases, NoUndoBecause = "It is gone.")]
internal sealed class UnmakeActivity : Activity
{
    /// <summary>Things that cannot be unmade at the moment.</summary>
    public static HashSet<string> Stuck { get; } = [];

    [Input]
    public Input<string> What { get; set; } = null!;

    [Input(Default = "unmade")]
    public Input<string> Word { get; set; } = null!;

    [Input]
    public Input<string> Name { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var what = context.Get(What) ?? "";
        if (Stuck.Contains(what))
        {
            throw new InvalidOperationException($"{what} is stuck");
        }

        ((Burst)context).Services.Log(((Burst)context).Node, $"{context.Get(Word)} {what} of {context.Get(Name)}");
        context.Complete();
        return ValueTask.CompletedTask;
    }
}

[Activity("Test.Undeclared")]
internal sealed class UndeclaredActivity : Activity
{
    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        context.WaitForEvent("nobody.sends-this");
        return ValueTask.CompletedTask;
    }
}
