using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/approvals</c>, <c>/tasks</c> and <c>/notices</c>: what waits for people, and what customers were told, for those who signed in.</summary>
internal static class InboxPages
{
    public static IServiceCollection AddInbox(this IServiceCollection services)
    {
        services.AddSingleton<KeptWords>();
        services.AddScoped<InboxDesk>();
        services.AddScoped<ApprovalListPage>();
        services.AddScoped<ApprovalPage>();
        services.AddScoped<TaskListPage>();
        services.AddScoped<TaskPage>();
        services.AddScoped<NoticeListPage>();
        services.AddScoped<NoticePage>();
        return services;
    }

    public static void MapInbox(this IEndpointRouteBuilder app)
    {
        app.MapInboxStyle();
        var approvals = app.MapGroup(InboxFrame.Approvals).ExcludeFromDescription().ForPeople("refunds.read");
        ApprovalListPage.Map(approvals);
        ApprovalPage.Map(approvals);
        var tasks = app.MapGroup(InboxFrame.Tasks).ExcludeFromDescription().ForPeople("tasks.read");
        TaskListPage.Map(tasks);
        TaskPage.Map(tasks);
        var notices = app.MapGroup(InboxFrame.Notices).ExcludeFromDescription().ForPeople("notices.read");
        NoticeListPage.Map(notices);
        NoticePage.Map(notices);
    }
}
