using System.Reflection;

using RetailOps.Integration;
using RetailOps.Intelligence;
using RetailOps.Inventory;
using RetailOps.Orders;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary>One module as the host sees it.</summary>
/// <param name="Assembly">Its handlers and validators.</param>
/// <param name="Contracts">Its facts and requests.</param>
/// <param name="Add">Its services.</param>
/// <param name="Map">Its operations, into the group <c>/api/v1</c>.</param>
internal sealed record HostModule(Assembly Assembly, Assembly Contracts, Func<IServiceCollection, IServiceCollection> Add, Action<IEndpointRouteBuilder> Map);

/// <summary>The modules of this product: the one list to extend.</summary>
internal static class HostModules
{
    public static IReadOnlyList<HostModule> All { get; } =
    [
        new(typeof(InventoryModule).Assembly, typeof(AllocateOrder).Assembly, s => s.AddInventory(), api => api.MapInventory()),
        new(typeof(OrdersModule).Assembly, typeof(PlaceOrder).Assembly, s => s.AddOrders(), api => api.MapOrders()),
        new(typeof(ReturnsModule).Assembly, typeof(RequestReturn).Assembly, s => s.AddReturns(), api => api.MapReturns()),
        new(typeof(IntegrationModule).Assembly, typeof(PostDocument).Assembly, s => s.AddIntegration(), api => api.MapIntegration()),
        new(typeof(IntelligenceModule).Assembly, typeof(Score).Assembly, s => s.AddIntelligence(), api => api.MapIntelligence()),
    ];
}
