using System.Reflection;

using Microsoft.Extensions.DependencyInjection.Extensions;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>One module as the host sees it.</summary>
/// <param name="Assembly">Its handlers and validators.</param>
/// <param name="Contracts">Its facts and requests.</param>
/// <param name="Add">Its services.</param>
/// <param name="Map">Its operations, into the group <c>/api/v1</c>.</param>
internal sealed record HostModule(Assembly Assembly, Assembly Contracts, Func<IServiceCollection, IServiceCollection> Add, Action<IEndpointRouteBuilder> Map);

/// <summary>The modules of this product: the one list to extend.</summary>
internal static class HostModules
{
    public static IReadOnlyList<HostModule> All { get; } = [];

    /// <summary>What takes an event when no engine is among the modules: it is stored and delivered, and nothing is started by it.</summary>
    public static void AddSilence(this IServiceCollection services) => services.TryAddSingleton<IEventSink, Silence>();

    private sealed class Silence : IEventSink
    {
        public void Accept(UnitOfWork work, EventRow raised)
        {
        }
    }
}
