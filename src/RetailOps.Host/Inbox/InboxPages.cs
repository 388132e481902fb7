using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/approvals</c> and <c>/tasks</c>: what waits for people, for those who signed in.</summary>
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
    }
}
