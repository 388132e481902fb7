using System.Text;

using MediatR;

namespace RetailOps.Workflows;

/// <summary>Runs a definition in memory, with nothing behind it: no database, no modules, no other definitions. For measurements, and for seeing what a definition does to the process that runs it.</summary>
public sealed class MemoryRun
{
    private readonly CompiledWorkflow workflow;
    private readonly WorkflowRunner runner = new();
    private readonly Nothing nothing = new();

    private MemoryRun(CompiledWorkflow workflow) => this.workflow = workflow;

    /// <summary>What the first incident of the last run says; null when there was none.</summary>
    public string? Incident { get; private set; }

    /// <summary>Compiles a definition of Elsa's format.</summary>
    /// <param name="json">The definition.</param>
    /// <exception cref="DefinitionFileException">It has errors.</exception>
    public static MemoryRun Of(string json)
    {
        CompiledWorkflow workflow;
        try
        {
            workflow = WorkflowCompiler.Compile(WorkflowDefinition.Read(Encoding.UTF8.GetBytes(json)), new ActivityCatalogue([]));
        }
        catch (DefinitionException e)
        {
            throw new DefinitionFileException("the definition", [e.Message]);
        }

        return workflow.HasErrors ? throw new DefinitionFileException("the definition", workflow.Problems.Where(p => p.IsError).Select(p => p.ToString())) : new MemoryRun(workflow);
    }

    /// <summary>Starts an instance and runs its first burst.</summary>
    /// <returns>Whether it came to its end.</returns>
    public bool Start()
    {
        var state = InstanceState.New(nothing.NewId(), workflow, null);
        var burst = runner.StartAsync(workflow, state, null, null, nothing, CancellationToken.None);
        var ended = (burst.IsCompletedSuccessfully ? burst.Result : burst.AsTask().GetAwaiter().GetResult()).SubStatus is InstanceSubStatus.Finished;
        Incident = state.Incidents.Count > 0 ? state.Incidents[0].Message : null;
        return ended;
    }

    private sealed class Nothing : IBurstServices
    {
        public DateTimeOffset Now { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public Guid NewId() => TimeOrderedId.New();

        public Task<TResponse> Send<TResponse>(IRequest<TResponse> request, Guid executionId) => throw new NotSupportedException("Nothing answers here.");

        public bool Contain(Exception error, CompiledNode activity, int attempt, Guid executionId) => true;

        public ValueTask<string?> PublishedVersion(string definitionId) => ValueTask.FromResult<string?>(null);

        public bool MaySay(string eventName) => true;

        public void Log(CompiledNode activity, string line)
        {
        }
    }
}
