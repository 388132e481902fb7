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
        services.AddOutbound<ErpConnector>(ErpConnector.Description, new());
        services.AddInvariants(IntegrationInvariants.All);
        InboxPart.Add(services);
        services.AddTransient<IPastRoom, IntegrationPast>();
        return services;
    }

    /// <summary>What the drawn flows promise besides: that everything billed and credited is asked for. Where somebody else draws them, it need not hold.</summary>
    public static IServiceCollection AddPostingPromises(this IServiceCollection services) => services.AddInvariants(IntegrationInvariants.OfTheBusiness);

    /// <summary>Where other systems send to: below <c>/api/v1</c>, and no operations of it, because who sends is proven by a signature.</summary>
    public static void MapReception(this IEndpointRouteBuilder app) => Reception.Map(app);

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntegration(this IEndpointRouteBuilder api) => IntegrationEndpoints.Map(api);
}
