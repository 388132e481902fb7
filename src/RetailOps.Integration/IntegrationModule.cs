using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>The module's table of contents.</summary>
public static class IntegrationModule
{
    /// <summary>Services, activities and promises of the module.</summary>
    public static IServiceCollection AddIntegration(this IServiceCollection services)
    {
        services.AddModuleContext<IntegrationDbContext>();
        services.AddScoped<PostingReads>();
        services.AddScoped<PostingPreload>().AddScoped<IPreload>(s => s.GetRequiredService<PostingPreload>());
        services.AddSingleton<SandboxErp>();
        services.AddSingleton<IErp, SandboxAdapter>();
        services.AddConnector<ErpConnector>(SandboxAdapter.SystemName, SystemKind.Erp, ErpConnector.OperationAt(SandboxAdapter.SystemName), async (s, ct) => await s.GetRequiredService<IErp>().Look(ct));
        services.AddSchemas();
        services.AddHostedService<IntegrationGauges>();
        services.AddReconciliation();
        services.AddInvariants(IntegrationInvariants.All);
        InboxPart.Add(services);
        services.AddWebhooks();
        services.AddNotices();
        services.AddTransient<IPastRoom, IntegrationPast>();
        return services;
    }

    /// <summary>How mail to customers leaves; without it nobody is told anything.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="server"><c>RETAILOPS_SMTP_URL</c>, like <c>smtps://user:password@host:465</c>; null or empty for none.</param>
    /// <param name="from"><c>RETAILOPS_MAIL_FROM</c>: who writes; needed with a server.</param>
    /// <param name="folder">Where mails go as files without a server; null for nowhere.</param>
    /// <exception cref="SetupException">A setting cannot be read.</exception>
    public static IServiceCollection AddMail(this IServiceCollection services, string? server, string? from, string? folder) => services.AddSingleton(NoticeOptions.Read(server, from, folder));

    /// <summary>What the drawn flows promise besides: that everything billed and credited is asked for. Where somebody else draws them, it need not hold.</summary>
    public static IServiceCollection AddPostingPromises(this IServiceCollection services) => services.AddSingleton<PromisedDocuments>().AddInvariants(IntegrationInvariants.OfTheBusiness);

    /// <summary>Nobody else keeps these books: a document in them that is not ours is a difference, and not only counted.</summary>
    public static IServiceCollection AddBooksOfOurOwn(this IServiceCollection services) => services.AddSingleton(new ReconciliationOptions(ForeignDiffers: true));

    /// <summary>Tryton keeps the books instead of the sandbox. After <see cref="AddIntegration"/>.</summary>
    /// <param name="services">Of the host.</param>
    /// <param name="address">Where it answers, with the database's name: <c>http://127.0.0.1:8000/erp/</c>.</param>
    /// <param name="user">The login.</param>
    /// <param name="password">Its secret.</param>
    public static IServiceCollection AddTryton(this IServiceCollection services, Uri address, string user, string password) => TrytonPart.AddTryton(services, new(address, user, password));

    /// <summary>Where other systems send to: below <c>/api/v1</c>, and no operations of it, because who sends is proven by a signature.</summary>
    public static void MapReception(this IEndpointRouteBuilder app) => Reception.Map(app);

    /// <summary>Operations of the module, into the group <c>/api/v1</c>.</summary>
    public static void MapIntegration(this IEndpointRouteBuilder api) => IntegrationEndpoints.Map(api);
}
