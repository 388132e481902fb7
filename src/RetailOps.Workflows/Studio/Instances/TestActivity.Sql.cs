using System.Text.Json;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What an activity did when it was tried by itself.</summary>
/// <param name="Status">Completed, Faulted, or Running when it waits.</param>
/// <param name="Data">Its inputs and outputs as JSON; null for none.</param>
/// <param name="Error">Null when it did not fail.</param>
internal sealed record TriedActivity(string Status, string? Data, string? Outcomes, string? ErrorClass, string? Error);

/// <summary>
/// Tries one activity of a version by itself: it sees the test values of the variables, and all it does is undone, whoever's definition it is: what stands before it in the
/// drawing has not happened.
/// </summary>
[Needs("workflows.run"), AsksDatabase]
internal sealed record TestActivity(string VersionId, string ActivityId) : IRequest<Result<TriedActivity>>;

internal sealed class TestActivityHandler(UnitOfWork work, DefinitionStore definitions, DefinitionLibrary library, ActivityCatalogue catalogue, DryRun dry) : IRequestHandler<TestActivity, Result<TriedActivity>>
{
    public async Task<Result<TriedActivity>> Handle(TestActivity request, CancellationToken ct)
    {
        if (await ChosenVersion.Of(await work.Connection(ct), request.VersionId, ct) is not { } chosen)
        {
            return Refusal.NotFound("workflows.unknown-definition", "There is no such version of a workflow definition.");
        }

        // A copy of its own, which writes down what the activity was given.
        var version = await definitions.Compiled(chosen.VersionId, ct);
        var workflow = await library.Compile(version.Workflow.Definition, pin: true, ct);
        LogPersistence.Apply(workflow, catalogue, byDefault: true);
        if (workflow.NodesById.GetValueOrDefault(request.ActivityId) is not { } node)
        {
            return Refusal.NotFound("workflows.unknown-activity", "This version has no such activity; save the drawing first.");
        }

        var story = await dry.Run(version with { Caller = version.AsGoverned().Caller }, Guid.CreateVersion7(), new StartOrder(null, null, null, work.Caller.Actor), new LoneActivity(workflow, node, Variables(workflow)), ct);
        var entry = story.Journal.LastOrDefault(e => e.ActivityId == node.Id);
        return new TriedActivity(
            entry.EventName switch
            {
                "Completed" or "Faulted" or "Canceled" => entry.EventName,
                _ => "Running",
            },
            story.Journal.LastOrDefault(e => e.ActivityId == node.Id && e.Data is not null).Data,
            entry.EventName == "Completed" ? entry.Detail : null,
            story.State.Incidents is [.., var incident] ? incident.ErrorClass : null,
            entry.EventName == "Faulted" ? entry.Detail : null);
    }

    /// <summary>The values that the designer keeps for tests, else what the variables begin with; under ids for bindings and names for scripts.</summary>
    private static ScopeValues Variables(CompiledWorkflow workflow)
    {
        var values = new ScopeValues();
        var given = workflow.Definition.Document.Member("customProperties")?.Member("VariableTestValues");
        foreach (var variable in workflow.Nodes.SelectMany(n => n.Variables))
        {
            values[variable.Id] = values[variable.Name] = given?.Member(variable.Id) is { } value ? variable.Type.Keep(ValueConverter.Plain(Read(value))) : variable.Default;
        }

        return values;
    }

    /// <summary>A value may be kept as text that is JSON.</summary>
    private static JsonElement Read(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            return value;
        }

        try
        {
            return JsonElement.Parse(value.GetString()!);
        }
        catch (JsonException)
        {
            return value;
        }
    }
}
