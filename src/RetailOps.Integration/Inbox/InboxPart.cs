using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What other systems send: taken in, mapped, listed.</summary>
internal static class InboxPart
{
    public static IServiceCollection Add(IServiceCollection services)
    {
        services.TryAddSingleton(new InboxOptions());
        services.AddSingleton<InboxBell>().AddSingleton<InboxTable>().AddSingleton<SourceBook>().AddSingleton<InboxBoxes>().AddSingleton<Reception>();
        services.AddSingleton<InboundMappings>().AddSingleton<EventOwnership>();
        services.AddScoped<InboundEffects>().AddScoped<ShipmentEffects>().AddScoped<KeptMessages>().AddScoped<MessageDecisions>();
        services.AddHostedService<Mapper>();
        services.AddSubscriber<InboxErasure>(InboxErasure.Description);
        services.AddSingleton(InboxRetention.Function);
        services.AddDocumentKind<OwnershipPolicy>(OwnershipPolicy.Kind, OwnershipPolicy.Faults);
        services.AddDocumentKind<InboundMapping>(InboundMapping.Kind, InboundMapping.Faults);
        return services.AddInvariants(InboxInvariants.All);
    }

    public static void Map(IEndpointRouteBuilder api)
    {
        SourceEndpoints.Map(api);
        MessageEndpoints.Map(api);
    }
}
