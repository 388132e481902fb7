using Hangfire;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RetailOps.Platform;

/// <summary>Recurring jobs. The only room that knows Hangfire; nothing of an order's way goes through here.</summary>
public static class JobsModule
{
    private const string Dashboard = "/jobs";

    // The dashboard brings inline scripts and styles of its own.
    private const string DashboardPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

    /// <summary>A module's recurring job; one instance for each run.</summary>
    public static IServiceCollection AddRecurringJob<TJob>(this IServiceCollection services)
        where TJob : class, IRecurringJob =>
        services.AddScoped<IRecurringJob, TJob>();

    /// <summary>What the platform itself does again and again, and where it writes what it found. Without a server nothing runs.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services)
    {
        services.AddSingleton<WatchTable>();
        services.AddSingleton(new RetentionFunction("select what, deleted from platform.retire($1)"));
        services.AddSingleton(new RetentionFunction("select what, deleted from platform.forget_sessions($1)"));
        services.AddSingleton(new RetentionFunction("select what, deleted from platform.forget_tokens($1)"));
        return services.AddRecurringJob<Watch>().AddRecurringJob<Retention>();
    }

    /// <summary>The server that runs them: two workers, a pool of their own.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="connectionString">The app login's.</param>
    public static IServiceCollection AddJobServer(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => JobConnections.Storage(connectionString));
        services.AddSingleton<JobRunner>();
        services.AddHangfire(settings => settings
            .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
            .UseSimpleAssemblyNameTypeSerializer()
            .UseRecommendedSerializerSettings());
        services.AddHostedService<Schedule>();
        services.AddHangfireServer(o =>
        {
            o.WorkerCount = 2;
            o.SchedulePollingInterval = TimeSpan.FromSeconds(5);
            o.ShutdownTimeout = TimeSpan.FromSeconds(20);
        });
        return services;
    }

    /// <summary>The dashboard at <c>/jobs</c>, for people with <see cref="Permissions.Jobs"/>.</summary>
    public static void MapJobs(this IEndpointRouteBuilder app) =>
        app.MapHangfireDashboard(Dashboard, new DashboardOptions { Authorization = [], DisplayStorageConnectionString = false, DashboardTitle = "RetailOps jobs" })
            .WithMetadata(new ContentPolicy(DashboardPolicy))
            .ForPeople(Permissions.Jobs);

    /// <summary>Writes the schedule down at each start, and takes from it what this version no longer has.</summary>
    private sealed class Schedule(IRecurringJobManagerV2 jobs, JobStorage storage, IServiceScopeFactory scopes) : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await using var scope = scopes.CreateAsyncScope();
            var all = scope.ServiceProvider.GetServices<IRecurringJob>().ToList();
            foreach (var job in all)
            {
                jobs.AddOrUpdate<JobRunner>(job.Name, runner => runner.Run(job.Name, CancellationToken.None), job.Cron, new RecurringJobOptions { TimeZone = TimeZoneInfo.Utc });
            }

            using var connection = storage.GetConnection();
            foreach (var gone in Hangfire.Storage.StorageConnectionExtensions.GetRecurringJobs(connection).Select(j => j.Id).Except(all.Select(j => j.Name)))
            {
                jobs.RemoveIfExists(gone);
            }
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
