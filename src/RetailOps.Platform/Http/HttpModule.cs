using Asp.Versioning;
using Asp.Versioning.Builder;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Platform;

/// <summary>The API's ways, for the host.</summary>
public static class HttpModule
{
    /// <summary>The largest body an operation takes unless it says otherwise, in bytes.</summary>
    public const int MaxBody = 1 << 20;

    /// <summary>Registers problem details, strict JSON, versions, limits and the door.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="limits">Of clients; null for the usual ones.</param>
    public static IServiceCollection AddHttp(this IServiceCollection services, TrafficLimits? limits = null)
    {
        limits ??= new();
        services.AddSingleton(limits);
        services.AddSingleton<Traffic>();
        services.AddSingleton<Denials>();
        services.AddSingleton<TrafficGate>();
        services.AddSingleton<Pressure>();
        services.AddHostedService(s => s.GetRequiredService<Pressure>());
        services.AddRequestTimeouts(o => o.DefaultPolicy = new()
        {
            Timeout = limits.MostPatience,
            TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
            WriteTimeoutResponse = http => Problems.Write(
                http, StatusCodes.Status503ServiceUnavailable, "system.too-slow", "This took too long and was given up. Repeat the request with the same Idempotency-Key."),
        });
        services.AddExceptionHandler<ExceptionAnswers>();
        services.AddScoped(s => new Door(s.GetRequiredService<RequestRunner>(), s.GetRequiredService<Denials>()));
        services.AddSingleton<Drain>();
        services.AddHostedService(s => s.GetRequiredService<Drain>());
        services.ConfigureHttpJsonOptions(o => ApiJson.Configure(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddApiVersioning(o =>
        {
            o.ApiVersionReader = new UrlSegmentApiVersionReader();
            o.UnsupportedApiVersionStatusCode = StatusCodes.Status404NotFound;
        });
        return services;
    }

    /// <summary>Takes the designer's token out of addresses; before anything that logs them.</summary>
    public static IApplicationBuilder UseCleanAddresses(this IApplicationBuilder app) => app.Use(DesignerTokens.TakeFromAddress);

    /// <summary>What every request passes, from the outside in; before anything else is used.</summary>
    public static IApplicationBuilder UseHttp(this IApplicationBuilder app)
    {
        app.UseMiddleware<AnswerHeaders>();
        app.UseExceptionHandler(_ => { });
        app.UseStatusCodePages(context => EmptyAnswers.Fill(context.HttpContext));
        app.UseMiddleware<DrainGate>();
        return app.Use(BodyKind.Hide);
    }

    /// <summary>Counts who asks for sessions and tokens, and gives requests their time; behind routing, before authentication.</summary>
    public static IApplicationBuilder UseLimits(this IApplicationBuilder app)
    {
        app.UseRequestTimeouts();
        return app.UseMiddleware<SignInGate>();
    }

    /// <summary>Keeps cookies from endpoints that must not see any; behind routing, before authentication.</summary>
    public static IApplicationBuilder UseCookieGate(this IApplicationBuilder app) => app.UseMiddleware<CookieGate>();

    /// <summary>Who calls an operation of the API; after routing and authentication.</summary>
    public static IApplicationBuilder UseApiGate(this IApplicationBuilder app) => app.UseTokens().UseMiddleware<ApiGate>();

    /// <summary>The group <c>/elsa/api</c>, which speaks as the designer expects it; who may call is asked as for the API itself.</summary>
    public static RouteGroupBuilder MapDesignerApi(this IEndpointRouteBuilder app) => app.MapGroup("/elsa/api").WithMetadata(new ApiOperation(), new DesignerOperation()).ExcludeFromDescription();

    /// <summary>The group <c>/elsa/hubs</c>, where the designer listens; who may is asked as for its API.</summary>
    public static RouteGroupBuilder MapDesignerHubs(this IEndpointRouteBuilder app) => app.MapGroup("/elsa/hubs").WithMetadata(new ApiOperation(), new DesignerOperation(), new TrafficKind(TrafficClass.Open), new DisableRequestTimeoutAttribute()).ExcludeFromDescription();

    /// <summary>The group <c>/api/v1</c> into which modules map their operations; the platform's own are in it already.</summary>
    public static RouteGroupBuilder MapApi(this IEndpointRouteBuilder app)
    {
        var version = new ApiVersion(1);
        var api = app.NewVersionedApi("RetailOps").MapGroup("/api/v{apiVersion:apiVersion}").HasApiVersion(version).WithMetadata(new ApiOperation());
        DeadLetterEndpoints.Map(api);
        ExceptionEndpoints.Map(api);
        DocumentEndpoints.Map(api);
        ClientEndpoints.Map(api);
        PersonEndpoints.Map(api);
        AuditEndpoints.Map(api);
        return api;
    }
}
