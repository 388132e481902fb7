using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>The module's table of contents.</summary>
public static class IntegrationModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddIntegration(this IServiceCollection services)
    {
        services.AddModuleContext<IntegrationDbContext>();
        services.AddScoped<PostingReads>();
        services.AddScoped<PostingPreload>().AddScoped<IPreload>(s => s.GetRequiredService<PostingPreload>());
        services.AddSingleton<SandboxErp>();
        services.AddSingleton<IErp, SandboxAdapter>();
        services.AddOutbound<ErpConnector>(ErpConnector.Description, ErpConnector.LaneTo(SandboxAdapter.SystemName));
        services.AddSchemas();
        services.AddReconciliation();
        services.AddInvariants(IntegrationInvariants.All);
        services.AddTransient<IPastRoom, IntegrationPast>();
        return services;
    }

    /// <summary>What the drawn flows promise besides: that everything billed and credited is asked for. Where somebody else draws them, it need not hold.</summary>
    public static IServiceCollection AddPostingPromises(this IServiceCollection services) => services.AddSingleton<PromisedDocuments>().AddInvariants(IntegrationInvariants.OfTheBusiness);

    /// <summary>Nobody else keeps these books: a document in them that is not ours is a difference, and not only counted.</summary>
    public static IServiceCollection AddBooksOfOurOwn(this IServiceCollection services) => services.AddSingleton(new ReconciliationOptions(ForeignDiffers: true));

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntegration(this IEndpointRouteBuilder api) => IntegrationEndpoints.Map(api);
}
