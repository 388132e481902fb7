using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;

using Polly;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Tryton instead of the sandbox, and what people do with its mappings.</summary>
internal static class TrytonPart
{
    /// <summary>After the module's own services: the last ERP that is added serves.</summary>
    public static IServiceCollection AddTryton(IServiceCollection services, TrytonSettings settings)
    {
        services.AddSingleton(settings);
        Add(services, TrytonClient.Writes, settings);
        Add(services, TrytonClient.Reads, settings).AddResilienceHandler("again", way => way.AddRetry(new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = 2,
            Delay = TimeSpan.FromMilliseconds(100),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
        }));
        services.AddSingleton<TrytonClient>().AddSingleton<TrytonRecords>().AddSingleton<TrytonBook>().AddSingleton<TrytonPoster>().AddSingleton<TrytonRefunds>();
        services.AddSingleton<IErp, TrytonErp>();

        // The lane to the ERP is there; it leads here now. Of its options the last count.
        foreach (var sandbox in services.Where(d => d.ServiceKey is null && d.ImplementationInstance is Connector { Kind: SystemKind.Erp } or SystemProbe { System: SandboxAdapter.SystemName }).ToList())
        {
            services.Remove(sandbox);
        }

        var operation = ErpConnector.OperationAt(TrytonErp.SystemName);
        return services.AddSingleton(new Connector(TrytonErp.SystemName, SystemKind.Erp, [operation]))
            .AddSingleton(new SystemProbe(TrytonErp.SystemName, async (s, ct) => await s.GetRequiredService<IErp>().Look(ct)))
            .AddSingleton(new OutboundLane(operation.Hears.Name, operation.Lane));
    }

    public static void Map(IEndpointRouteBuilder integrations)
    {
        integrations.MapGet("/mappings", List)
            .WithName("ListMappings")
            .WithSummary("What our words mean in the ERP, and what is missing there")
            .ProducesRefusals();
        integrations.MapPut("/mappings/{kind}/{word}", Set)
            .WithName("SetMapping")
            .WithSummary("Say what one of our words means in the ERP")
            .ProducesRefusals(409);
        integrations.MapPost("/mappings:refresh", Refresh)
            .WithName("RefreshMappings")
            .WithSummary("Read the ERP's records anew")
            .ProducesRefusals(409);
    }

    // One connection for each call: the server closes them. Our own limits of time are the calls'.
    private static IHttpClientBuilder Add(IServiceCollection services, string name, TrytonSettings settings) => services.AddHttpClient(name, c => c.Timeout = Timeout.InfiniteTimeSpan)
        .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, UseProxy = !settings.Address.IsLoopback, ConnectTimeout = settings.CallPatience })
        .RemoveAllLoggers();

    private static async Task<Results<Ok<Page<MappingView>>, ProblemHttpResult>> List(string? kind, bool? gaps, [AsParameters] Paging paging, Door door, CancellationToken ct)
    {
        var rows = await door.Run(new ListMappings(kind, gaps ?? false, paging.After, paging.Size + 1), ct);
        return rows.IsSuccess ? TypedResults.Ok(Page.Of(rows.Value, paging.Size, m => m.Key)) : Problems.Of(rows.Refusal);
    }

    private static async Task<Results<Ok<MappingView>, ProblemHttpResult>> Set(string kind, string word, MappingTarget body, Door door, CancellationToken ct) =>
        (await door.Run(new SetMapping(kind, word, body.Target), ct)).ToOk();

    private static async Task<Results<Ok<RefreshedMappings>, ProblemHttpResult>> Refresh(Door door, CancellationToken ct) =>
        (await door.Run(new RefreshMappings(), ct)).ToOk();
}

/// <summary>What a word shall mean.</summary>
/// <param name="Target">What the record is known by in the ERP; left out for the usual again.</param>
internal sealed record MappingTarget(string? Target);
