using Microsoft.Extensions.DependencyInjection;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What a system outside is for us. Each kind has its words: what goes to it and what comes from it says docs/connectors.md.</summary>
internal enum SystemKind
{
    /// <summary>The financial system of record.</summary>
    Erp,

    /// <summary>A warehouse.</summary>
    Wms,

    /// <summary>Who carries parcels.</summary>
    Carrier,

    /// <summary>Where orders come from.</summary>
    Channel,

    /// <summary>Who moves money.</summary>
    Payment,

    /// <summary>Who tells customers.</summary>
    Notice,

    /// <summary>Who keeps customers' points.</summary>
    Loyalty,

    /// <summary>Whoever registered for facts.</summary>
    Consumer,
}

/// <summary>What makes an operation safe to try again when nobody answered.</summary>
internal enum RetryClass
{
    /// <summary>It looks for its key before it changes anything, and reads back after.</summary>
    AsksFirst,

    /// <summary>Each try carries the same id, and who receives it drops the second.</summary>
    SameId,

    /// <summary>Nothing does: after one try without an answer a person decides.</summary>
    Never,
}

/// <summary>One thing that a connector does at its system, on a lane of its own.</summary>
/// <param name="Name">In the trade's words, like <c>post documents</c>.</param>
/// <param name="Key">Under which key it is done once, for people.</param>
/// <param name="Retry">What makes it safe to try again.</param>
/// <param name="Hears">The subscriber's name and the facts that order it.</param>
/// <param name="Lane">How it is served: batch, calls at a time, rate, time-outs, pauses, breaker.</param>
internal sealed record ConnectorOperation(string Name, string Key, RetryClass Retry, SubscriberDescription Hears, LaneOptions Lane);

/// <summary>A system outside and what we do there.</summary>
/// <param name="System">Its name, as people see it.</param>
/// <param name="Kind">What it is for us.</param>
/// <param name="Operations">At least one.</param>
internal sealed record Connector(string System, SystemKind Kind, IReadOnlyList<ConnectorOperation> Operations);

/// <summary>Tells how a system is, when somebody asks.</summary>
/// <param name="System">The connector's.</param>
/// <param name="Look">Asks it; an exception says why it does not answer.</param>
internal sealed record SystemProbe(string System, Func<IServiceProvider, CancellationToken, Task<ErpHealth?>> Look);

internal static class ConnectorRegistration
{
    /// <summary>A connector, its one operation being done by <typeparamref name="T"/>.</summary>
    public static IServiceCollection AddConnector<T>(this IServiceCollection services, string system, SystemKind kind, ConnectorOperation operation, Func<IServiceProvider, CancellationToken, Task<ErpHealth?>>? look = null)
        where T : class, IOutboundSubscriber
    {
        services.AddSingleton(new Connector(system, kind, [operation])).AddOutbound<T>(operation.Hears, operation.Lane with { TriesOnce = operation.Retry is RetryClass.Never });
        return look is null ? services : services.AddSingleton(new SystemProbe(system, look));
    }
}
