using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Workflows;

/// <summary>Elsa's API, as far as its designer uses it and a little beyond.</summary>
public static class StudioEndpoints
{
    /// <summary>The version of Elsa whose API this is: <c>GET /package/version</c>, and <c>toolVersion</c> of what is stored.</summary>
    internal const string ElsaVersion = "3.8.0.0";

    /// <summary>Registers what tells the designer of changes; for a host that serves it.</summary>
    public static IServiceCollection AddStudio(this IServiceCollection services)
    {
        services.AddSignalR(o =>
        {
            o.EnableDetailedErrors = false;
            o.MaximumReceiveMessageSize = 4 * 1024;
        }).AddJsonProtocol(o => o.PayloadSerializerOptions = new(ElsaJson.Options));
        services.AddSingleton<ObservedInstances>();
        services.AddHostedService(s => s.GetRequiredService<ObservedInstances>());
        return services;
    }

    /// <summary>Maps the hub into the group of the designer's hubs.</summary>
    public static void MapStudioHub(this IEndpointRouteBuilder hubs) => hubs.MapHub<InstanceHub>("/workflow-instance");

    /// <summary>Maps it into the group of the designer.</summary>
    public static void MapStudio(this IEndpointRouteBuilder elsa)
    {
        DescriptorEndpoints.Map(elsa);
        DefinitionEndpoints.Map(elsa);
        elsa.MapGet("/package/version", () => ElsaAnswers.Ok(new { packageVersion = ElsaVersion }));
        InstanceEndpoints.Map(elsa);
        ActivityExecutionEndpoints.Map(elsa);
        RunEndpoints.Map(elsa);
        ChangeEndpoints.Map(elsa);
    }

    /// <summary>Maps what belongs to Elsa's API and is open to who holds a signed link, an account or not.</summary>
    public static void MapStudioLinks(this IEndpointRouteBuilder app) => ChangeEndpoints.MapLinks(app);
}
