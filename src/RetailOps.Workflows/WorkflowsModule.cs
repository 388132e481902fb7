using System.Reflection;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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
        services.TryAddSingleton(new WorkflowGovernance(All: false));
        services.AddSingleton<ActivityDescriptors>();
        services.AddSingleton<Linter>();
        services.AddSingleton<Powers>();
        services.AddScoped<DefinitionDesk>();
        services.AddSingleton<EngineBell>();
        services.AddSingleton<IEventSink, EventStimuli>();
        services.AddSingleton<DefinitionLibrary>();
        services.AddSingleton<DefinitionStore>();
        services.AddTransient(s => new DefinitionExport(s.GetRequiredService<Database>()));
        services.AddSingleton<HttpFront>();
        services.TryAddSingleton(new HttpCallOptions());
        services.AddSingleton<HttpCaller>();
        services.AddOutbound<CallConnector>(CallConnector.Description, CallConnector.Lane);
        services.AddSingleton<BurstExecutor>();
        services.AddScoped<TaskAnswers>();
        services.AddSingleton<DryRun>();
        services.AddSingleton<ResumeTokens>();
        services.AddSingleton<InstanceSeal>();
        services.AddSingleton<EngineWatch>();
        services.AddSingleton(s => BacklogAge.Gauge(s.GetRequiredService<Database>()));
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
        services.AddSingleton(new RetentionFunction("select what, deleted from workflows.retire_runs($1)"));
        services.AddRecurringJob<StuckWatch>();
        return services;
    }

    /// <summary>Maps <c>/workflows/{path}</c>, where published definitions have their endpoints. They ask for a token unless an approved version says that they do not.</summary>
    public static void MapWorkflowEndpoints(this IEndpointRouteBuilder app) =>
        app.Map("/workflows/{**path}", (HttpContext http, HttpFront front) => front.Answer(http))
            .WithMetadata(new ContentPolicy("sandbox; default-src 'none'; frame-ancestors 'none'"), new NoCookies(), new TrafficKind(TrafficClass.Open), new Microsoft.AspNetCore.Http.Timeouts.DisableRequestTimeoutAttribute()).ExcludeFromDescription();

    /// <summary>Takes over changed definition files, before the host accepts work.</summary>
    /// <param name="services">The built container.</param>
    /// <param name="folder">Where the <c>*.json</c> are.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>How many new versions there are, and which files cannot be published and why; the others count all the same.</returns>
    public static Task<ImportedWorkflows> ImportWorkflowsAsync(this IServiceProvider services, string folder, CancellationToken ct = default) =>
        services.GetRequiredService<DefinitionStore>().Import(folder, ct);

    /// <summary>Writes what is live back to files, as they come to be reviewed and taken over again. A file that says the same is left as it is.</summary>
    /// <param name="services">The built container.</param>
    /// <param name="folder">Where the <c>*.json</c> are; made when it is missing.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Each live definition's file, by name, and whether it was written.</returns>
    public static Task<IReadOnlyList<ExportedWorkflow>> ExportWorkflowsAsync(this IServiceProvider services, string folder, CancellationToken ct = default) =>
        services.GetRequiredService<DefinitionExport>().Write(folder, ct);
}
