using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Webhooks to others: the part's table of contents.</summary>
internal static class WebhooksPart
{
    public static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("RetailOps");
        services.TryAddSingleton(new WebhookOptions());
        services.TryAddSingleton(new OutboundRules());
        services.AddSingleton(s => new WebhookSender(s.GetRequiredService<OutboundRules>(), s.GetRequiredService<WebhookOptions>().Patience));
        services.AddSingleton<WebhookSecrets>();
        services.AddSingleton<EventTypes>();
        services.AddSingleton<WebhookQueue>();
        services.AddHostedService<WebhookDispatcher>();
        services.AddSingleton(new RetentionFunction("select what, deleted from integration.retire_webhook_deliveries($1)"));
        services.AddSingleton(s => new InvariantSource(WebhookInvariants.All(s.GetRequiredService<EventTypes>())));
        return services;
    }

    public static void MapWebhooks(this IEndpointRouteBuilder api) => WebhookEndpoints.Map(api);
}
