using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.Orders;

/// <summary>What the activities of orders have in common.</summary>
internal static class Steps
{
    /// <summary>The answer; a refusal that no outcome is drawn for is an incident.</summary>
    public static T OrFail<T>(this Result<T> result) =>
        result.IsSuccess ? result.Value : throw new InvalidOperationException($"{result.Refusal.Code}: {result.Refusal.Message}");

    /// <summary>The order that is given, else the one that the correlation id names.</summary>
    public static OrderId Order(this ActivityContext context, Input<Guid?> given) => context.Get(given) is { } id ? new OrderId(id) : OrderKey.Of(context.CorrelationId);

    /// <summary>The fulfilment that is given, else the one that the correlation id names.</summary>
    public static Guid Fulfilment(this ActivityContext context, Input<Guid?> given) => context.Get(given) ?? BusinessKey.IdOf("fulfilment", context.CorrelationId);
}
