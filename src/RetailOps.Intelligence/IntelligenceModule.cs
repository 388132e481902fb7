using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Intelligence;

/// <summary>The module's table of contents.</summary>
public static class IntelligenceModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddIntelligence(this IServiceCollection services)
    {
        services.AddModuleContext<IntelligenceDbContext>();
        services.AddScoped<DecisionReads>();
        services.AddScoped<IPreload, DecisionPreload>();
        services.AddSingleton<ScoreModels>();
        services.AddDocumentKind(ScoreModel.Kind, ScoreModel.Faults);
        services.AddInvariants(IntelligenceInvariants.All);
        services.AddTransient<IPastRoom, IntelligencePast>();
        return services;
    }

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntelligence(this IEndpointRouteBuilder api) => DecisionsEndpoints.Map(api);
}
