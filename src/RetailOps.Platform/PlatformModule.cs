using System.Reflection;
using System.Text.Json;

using FluentValidation;

using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace RetailOps.Platform;

/// <summary>What every module needs and none owns.</summary>
public static class PlatformModule
{
    /// <summary>Registers the platform, and MediatR once, over the assemblies of all modules.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="database">The app login's connections; disposed of with the container.</param>
    /// <param name="modules">Assemblies with handlers and validators.</param>
    /// <param name="contracts">Assemblies with facts.</param>
    public static IServiceCollection AddPlatform(this IServiceCollection services, Database database, IReadOnlyList<Assembly> modules, IReadOnlyList<Assembly> contracts)
    {
        services.AddSingleton(_ => database);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RequestRunner>();
        services.AddSingleton<DeliveryBell>();
        services.AddSingleton<LaneBoard>();
        services.AddSingleton<LaneReads>();
        services.AddHostedService<LaneGauges>();
        services.AddSingleton<BackgroundWork>();
        services.AddSingleton<Deliveries>();
        services.TryAddSingleton(new RelayOptions());
        services.AddHostedService<Relay>();
        services.TryAddSingleton(new AuditOptions());
        services.AddSingleton<AuditChain>().AddSingleton<AuditCheck>();
        services.AddHostedService<Chainer>();
        services.AddSingleton(s => new FactCatalogue([typeof(PlatformModule).Assembly, .. contracts], s.GetServices<SubscriberDescription>()));
        services.AddScoped<UnitOfWork>();
        services.AddScoped<WorkExecution>();
        services.AddScoped<ExceptionDesk>();
        services.AddSubscriber<ExceptionStimuli>(ExceptionStimuli.Description);
        services.AddSingleton<Accounts>();
        services.AddSingleton<GovernedDocuments>();
        services.AddSingleton<DocumentKinds>();
        services.AddHostedService<DocumentRefresh>();
        services.AddScoped<Inbox>();
        services.AddSingleton<Verification>();
        services.TryAddSingleton(BusinessZone.Of(BusinessZone.Usual));
        services.AddSingleton<InvariantSource>(s => new(PlatformInvariants.All(s.GetRequiredService<FactCatalogue>())));
        services.AddMediatR(settings =>
        {
            settings.RegisterServicesFromAssemblies([typeof(PlatformModule).Assembly, .. modules]);
            settings.AddOpenBehavior(typeof(TracingBehaviour<,>), ServiceLifetime.Transient);
            settings.AddOpenBehavior(typeof(PermissionBehaviour<,>), ServiceLifetime.Scoped);
            settings.AddOpenBehavior(typeof(ValidationBehaviour<,>), ServiceLifetime.Scoped);
            settings.AddOpenBehavior(typeof(RefusalBehaviour<,>), ServiceLifetime.Scoped);
            settings.Lifetime = ServiceLifetime.Scoped;
        });
        foreach (var module in modules.Prepend(typeof(PlatformModule).Assembly))
        {
            services.AddValidatorsFromAssembly(module, ServiceLifetime.Singleton, includeInternalTypes: true);
        }

        return services;
    }

    /// <summary>A kind of governed document that this module stands for; see <see cref="GovernedDocuments"/>.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="kind">Like <c>return-policy</c>.</param>
    /// <param name="validate">All faults of a content, by their JSON path; empty when there is none. Must not throw.</param>
    public static IServiceCollection AddDocumentKind(this IServiceCollection services, string kind, Func<JsonElement, IReadOnlyList<RequestFault>> validate) =>
        services.AddSingleton(new DocumentKind(kind, validate));

    /// <summary>A kind of governed document whose content is read into a type, strictly: unknown and missing members are faults.</summary>
    /// <typeparam name="T">The content's type.</typeparam>
    /// <param name="services">The host's.</param>
    /// <param name="kind">Like <c>return-policy</c>.</param>
    /// <param name="check">Finds what the shape cannot say; null for nothing more.</param>
    public static IServiceCollection AddDocumentKind<T>(this IServiceCollection services, string kind, Func<T, IEnumerable<RequestFault>>? check = null) =>
        services.AddSingleton(DocumentKind.Of(kind, check));

    /// <summary>What a module promises about its tables.</summary>
    public static IServiceCollection AddInvariants(this IServiceCollection services, IEnumerable<Invariant> invariants) =>
        services.AddSingleton(new InvariantSource(invariants));

    /// <summary>Somebody who hears of facts after their commit.</summary>
    public static IServiceCollection AddSubscriber<T>(this IServiceCollection services, SubscriberDescription description)
        where T : class, ISubscriber =>
        services.AddSingleton(description).AddKeyedScoped<ISubscriber, T>(description.Name);
}

/// <summary>Invariants of one module.</summary>
/// <param name="Invariants">Its queries.</param>
public sealed record InvariantSource(IEnumerable<Invariant> Invariants);
