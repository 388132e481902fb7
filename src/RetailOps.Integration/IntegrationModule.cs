using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Integration;

/// <summary>The module's table of contents.</summary>
public static class IntegrationModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddIntegration(this IServiceCollection services) => services;

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntegration(this IEndpointRouteBuilder api)
    {
    }
}
