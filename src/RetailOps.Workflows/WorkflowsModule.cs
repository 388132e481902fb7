using System.Reflection;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>The engine's table of contents.</summary>
public static class WorkflowsModule
{
    /// <summary>Registers the engine.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="modules">Assemblies with activities; the engine's own are there anyway.</param>
    public static IServiceCollection AddWorkflows(this IServiceCollection services, IReadOnlyList<Assembly> modules)
    {
        services.TryAddSingleton(new EngineOptions());
        services.AddSingleton(new ActivityCatalogue(modules.SelectMany(m => m.GetTypes()).Where(t => t.IsDefined(typeof(ActivityAttribute), inherit: false))));
        services.AddSingleton<EngineBell>();
        services.AddSingleton<IEventSink, EventStimuli>();
        services.AddSingleton<DefinitionStore>();
        services.AddSingleton<BurstExecutor>();
        services.AddScoped<TaskAnswers>();
        services.AddSingleton<DryRun>();
        services.AddSingleton<EngineWatch>();
        services.AddSingleton<EngineHost>();
        services.AddHostedService(s => s.GetRequiredService<EngineHost>());
        services.AddHealthChecks().AddCheck<EngineHealth>("engine");
        services.AddHostedService<Neighbours>();
        services.AddInvariants(EngineInvariants.All);
        services.AddTransient<IPastRoom, WorkflowsPast>();
        services.AddTransient(s => new PastFlows(s.GetRequiredService<Database>(), s.GetRequiredService<DefinitionStore>()));
        services.AddSingleton<Decisions>();
        services.AddSingleton<IDecisions>(s => s.GetRequiredService<Decisions>());
        services.AddDocumentKind(Decisions.Kind, DecisionTable.Faults);
        services.AddSingleton(new RetentionFunction("select what, deleted from workflows.retire($1)"));
        services.AddSingleton(new RetentionFunction("select what, deleted from workflows.retire_dry($1)"));
        return services;
    }

    /// <summary>Takes over changed definition files, before the host accepts work.</summary>
    /// <param name="services">The built container.</param>
    /// <param name="folder">Where the <c>*.json</c> are.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many new versions there are, and which files cannot be published and why; the others count all the same.</returns>
    public static Task<ImportedWorkflows> ImportWorkflowsAsync(this IServiceProvider services, string folder, CancellationToken ct = default) =>
        services.GetRequiredService<DefinitionStore>().Import(folder, ct);
}
