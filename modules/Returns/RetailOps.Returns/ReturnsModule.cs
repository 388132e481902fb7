using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Returns;

/// <summary>The module's table of contents.</summary>
public static class ReturnsModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddReturns(this IServiceCollection services)
    {
        services.AddModuleContext<ReturnsDbContext>();
        services.AddDocumentKind<ReturnPolicyContent>("return-policy", ReturnPolicyContent.Faults);
        services.AddInvariants(ReturnsInvariants.All);
        services.AddTransient<IPastRoom, ReturnsPast>();
        services.AddScoped<OpenQuestion>();
        services.AddScoped<OwnOrders>();
        return services;
    }

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapReturns(this IEndpointRouteBuilder api)
    {
        ReturnsEndpoints.Map(api);
        RefundsEndpoints.Map(api);
        ApprovalsEndpoints.Map(api);
    }
}
