using Microsoft.AspNetCore.HttpOverrides;

using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

using RetailOps.Integration;
using RetailOps.Platform;
using RetailOps.Workflows;

using Scalar.AspNetCore;

using Serilog;
using Serilog.Core;

namespace RetailOps.Host;

/// <summary>Puts the house together; nothing else happens here.</summary>
public static class HostComposition
{
    // The reference brings inline scripts and styles of its own; it may ask nobody but us.
    private const string ReferencePolicy =
        "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
        + "worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    /// <summary>A host that is complete and not started yet.</summary>
    /// <param name="args">For ASP.NET's own configuration; usually none.</param>
    /// <param name="settings">Checked already.</param>
    /// <param name="appConnection">The app login's connection string to a migrated database.</param>
    /// <param name="log">Where it logs; null for nowhere.</param>
    /// <param name="clock">Business time; null for the machine's.</param>
    public static WebApplication Build(string[] args, HostSettings settings, string appConnection, Serilog.ILogger? log = null, TimeProvider? clock = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = args, EnvironmentName = settings.Environment, ApplicationName = typeof(HostComposition).Assembly.GetName().Name });
        builder.WebHost.UseKestrelHttpsConfiguration().UseUrls(settings.Urls).ConfigureKestrel(o =>
        {
            o.AddServerHeader = false;
            o.Limits.MaxRequestBodySize = HttpModule.MaxBody;
            o.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            o.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            o.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
            o.Limits.MinRequestBodyDataRate = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));
            o.Limits.MaxConcurrentConnections = 4_096;
            o.Limits.MaxConcurrentUpgradedConnections = 512;
        });
        builder.Host.UseDefaultServiceProvider(o => o.ValidateScopes = o.ValidateOnBuild = true);
        if (settings.IsDemo)
        {
            // A name that somebody's server points at 127.0.0.1 must not lead a browser to a host without credentials.
            builder.Services.Configure<Microsoft.AspNetCore.HostFiltering.HostFilteringOptions>(o => o.AllowedHosts = ["localhost", "127.0.0.1", "[::1]"]);
        }

        var services = builder.Services;
        services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
        services.AddSingleton(clock ?? TimeProvider.System);
        services.AddSerilog(log ?? Logger.None);
        services.AddSingleton(settings);
        services.AddSingleton(BusinessZone.Of(settings.TimeZone));
        services.AddSingleton(new AuditOptions { Folder = settings.DataFolder, IsLinking = !settings.IsDemo || builder.Configuration["RETAILOPS_AUDIT_LINKING"] != "off" });
        services.AddHttp(settings.Limits ?? HostSettings.UsualLimits(settings.IsDemo));
        services.AddSecurity(new SecurityPosture(settings.IsDemo) { TrustsThisMachine = settings.TrustsThisMachine, Issuer = settings.IssuerUri, External = settings.External }, () => RootKey.Load(settings.Key, settings.DataFolder, mayCreate: settings.IsDemo));
        services.AddPlatform(new Database(appConnection), [typeof(WorkflowsModule).Assembly, .. HostModules.All.Select(m => m.Assembly)], [.. HostModules.All.Select(m => m.Contracts), typeof(GetTask).Assembly]);
        foreach (var module in HostModules.All)
        {
            module.Add(services);
        }

        services.AddSingleton(new WorkflowGovernance(settings.GovernsAllWorkflows));
        var rules = new OutboundRules { Allowed = OutboundRules.Read(builder.Configuration["RETAILOPS_CALLS_ALLOWED"]), Only = OutboundRules.Read(builder.Configuration["RETAILOPS_CALLS_ONLY"]) };
        services.AddSingleton(rules);
        services.AddSingleton(new HttpCallOptions { Rules = rules, Secret = name => CallSecrets.Find(builder.Configuration, name) });
        services.AddWorkflows([.. HostModules.All.Select(m => m.Assembly)]);
        services.AddMail(builder.Configuration["RETAILOPS_SMTP_URL"], builder.Configuration["RETAILOPS_MAIL_FROM"], settings.IsDemo ? Path.Combine(settings.DataFolder, "notices") : null);
        services.AddStudio();
        services.AddPostingPromises();
        services.AddJobs();
        if (settings.RunsJobs)
        {
            services.AddJobServer(appConnection);
        }

        services.AddHealth();
        services.AddApiDocument();
        services.AddScoped<ProposalPages>();
        services.AddInbox();
        AddTelemetry(services, builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);

        var app = builder.Build();
        if (!settings.IsDemo)
        {
            // From a proxy on this machine only: what it says of the caller's address and of TLS.
            app.UseForwardedHeaders(new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto });
        }

        app.UseCleanAddresses();
        app.UseRequestLog();
        app.UseHttp();
        if (settings.IsDemo)
        {
            app.UseHostFiltering();
        }

        app.UseRouting();
        app.UseLimits();
        app.UseCookieGate();
        app.UseAuthentication();
        app.UseApiGate();

        app.MapStyle();
        app.MapHealth();
        app.MapPrometheusScrapingEndpoint("/metrics").WithMetadata(new TrafficKind(TrafficClass.Bulk)).ForCallers(Permissions.Metrics);
        app.MapSecurity();
        app.MapHome(settings);
        var api = app.MapApi();
        foreach (var module in HostModules.All)
        {
            module.Map(api);
        }

        api.MapWorkflows();
        app.MapWorkflowEndpoints();
        app.MapDesignerApi().MapStudio();
        app.MapDesigner();
        app.MapInbox();
        app.MapStudioLinks();
        app.MapDesignerHubs().MapStudioHub();

        if (settings is { IsDemo: true, RunsJobs: true })
        {
            app.MapJobs();
        }

        app.MapDocs();
        var document = app.MapOpenApi("/openapi/{documentName}.json").WithMetadata(new TrafficKind(TrafficClass.Bulk));
        var reference = app.MapScalarApiReference("/reference", o => o.WithTitle("RetailOps API").WithOpenApiRoutePattern("/openapi/v1.json").DisableDefaultFonts().DisableTelemetry().HideDeveloperTools().DisableAgent().DisableMcp())
            .WithMetadata(new ContentPolicy(ReferencePolicy));
        if (!settings.IsDemo)
        {
            document.ForPeople();
            reference.ForPeople();
        }

        return app;
    }

    /// <summary>Figures always, for whoever comes to read them; traces only when somebody listens: an unheard span costs as much as a heard one.</summary>
    private static void AddTelemetry(IServiceCollection services, string? endpoint)
    {
        var telemetry = services.AddOpenTelemetry().WithMetrics(m =>
        {
            m.AddMeter("RetailOps.*", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel").AddPrometheusExporter();
            if (!string.IsNullOrEmpty(endpoint))
            {
                m.AddOtlpExporter();
            }
        });
        if (!string.IsNullOrEmpty(endpoint))
        {
            telemetry.WithTracing(t => t.AddSource("RetailOps.*", "Npgsql").AddAspNetCoreInstrumentation().AddOtlpExporter());
        }
    }
}
