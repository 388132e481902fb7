using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Platform;

/// <summary>A context's options, made once; the connection is the unit of work's.</summary>
/// <typeparam name="TContext">The context.</typeparam>
/// <param name="Options">The options.</param>
public sealed record ModuleOptions<TContext>(DbContextOptions<TContext> Options)
    where TContext : ModuleDbContext;

/// <summary>Registers contexts.</summary>
public static class ModuleContexts
{
    /// <summary>A module's aggregates.</summary>
    public static IServiceCollection AddModuleContext<TContext>(this IServiceCollection services)
        where TContext : ModuleDbContext =>
        services.AddSingleton(new ModuleOptions<TContext>(new DbContextOptionsBuilder<TContext>().UseNpgsql().EnableThreadSafetyChecks(false).Options));
}
