using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>The module's table of contents.</summary>
public static class InventoryModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddInventory(this IServiceCollection services)
    {
        services.AddModuleContext<InventoryDbContext>();
        services.AddSingleton<KnownItems>(_ => new());
        services.AddScoped<StockReads>().AddScoped<StockBook>().AddScoped<Batches>().AddScoped<Catalogue>().AddScoped<Shipping>().AddScoped<ReservationBook>();
        services.AddScoped<IPreload, StockPreload>();
        services.AddSubscriber<UnmetDemandSubscriber>(UnmetDemandSubscriber.Description);
        services.AddRecurringJob<ReservationExpiry>();
        services.AddInvariants(InventoryInvariants.All);
        services.AddTransient<IPastRoom, InventoryPast>();
        return services;
    }

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapInventory(this IEndpointRouteBuilder api) => InventoryEndpoints.Map(api);
}
