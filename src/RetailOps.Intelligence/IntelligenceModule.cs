using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Intelligence;

/// <summary>The module's table of contents.</summary>
public static class IntelligenceModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddIntelligence(this IServiceCollection services) => services;

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntelligence(this IEndpointRouteBuilder api)
    {
    }
}
