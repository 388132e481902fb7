using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Notices to customers: the part's table of contents.</summary>
internal static class NoticesPart
{
    public static IServiceCollection AddNotices(this IServiceCollection services)
    {
        services.AddDataProtection().SetApplicationName("RetailOps");
        services.TryAddSingleton(new NoticeOptions());
        services.AddSingleton<INoticePost>(s => s.GetRequiredService<NoticeOptions>() is { Server: not null } options ? new SmtpPost(options) : new FolderPost(s.GetRequiredService<NoticeOptions>()));
        services.AddSingleton<NoticeBox>();
        services.AddSingleton<NoticeReads>();
        services.AddSingleton<NoticeWriter>();
        services.AddConnector<NoticeConnector>("mail", SystemKind.Notice, NoticeConnector.Operation);
        services.AddSubscriber<NoticeErasure>(NoticeErasure.Description);
        services.AddDocumentKind<NoticeTemplate>(NoticeTemplate.Kind, NoticeTemplate.Faults);
        services.AddDocumentKind<NoticeSettings>(NoticeSettings.Kind, NoticeSettings.Faults);
        services.AddSingleton(new RetentionFunction("select what, deleted from integration.forget_messages($1)"));
        services.AddInvariants(NoticeInvariants.All);
        return services;
    }

    public static void MapNotices(this IEndpointRouteBuilder api) => NoticeEndpoints.Map(api);
}
