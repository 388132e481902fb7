using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>The module's table of contents.</summary>
public static class OrdersModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddOrders(this IServiceCollection services)
    {
        services.AddModuleContext<OrdersDbContext>();
        services.AddScoped<IPreload, OrdersPreload>();
        services.AddScoped<InvoiceReads>();
        services.AddScoped<SourcingReads>();
        services.AddScoped<Departure>();
        services.AddScoped<Closing>().AddScoped<WaitingForStock>();
        services.AddScoped<ClaimEnd>();
        services.AddScoped<OrderViews>();
        services.AddSubscriber<BackordersSubscriber>(BackordersSubscriber.Description);
        services.AddDocumentKind<SourcingProfile>("sourcing-profile", SourcingProfile.Faults);
        services.AddInvariants(OrdersInvariants.All);
        services.AddTransient<IPastRoom, OrdersPast>();
        return services;
    }

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        OrdersEndpoints.Map(api);
        FulfilmentEndpoints.Map(api);
        CustomersEndpoints.Map(api);
    }
}
