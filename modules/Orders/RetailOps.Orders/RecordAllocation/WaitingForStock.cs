using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

/// <summary>Puts orders before a person that cannot be served for now, and takes them off the list when nothing of them waits any more.</summary>
internal sealed class WaitingForStock(ExceptionDesk desk)
{
    public const string Cause = "orders.waits-for-stock";

    private const int MostNamed = 5;

    /// <summary>After the order's lines have changed.</summary>
    /// <param name="order">As it is now.</param>
    /// <param name="before">Units that waited before. An order that never waited costs nothing.</param>
    public void Tell(Order order, int before)
    {
        var waiting = order.Lines.Where(l => l.Backordered > 0).ToList();
        var units = waiting.Sum(l => l.Backordered);
        if (units > before)
        {
            var items = string.Join(", ", waiting.Take(MostNamed).Select(l => $"{l.Backordered} of {l.Sku}")) + (waiting.Count > MostNamed ? " and more" : "");
            desk.Open(new(
                OrderKey.Of(order.Id), Cause, "low", $"{items} wait for stock; it is given to them when it arrives. Order more, or cancel what will not come.",
                new Money(waiting.Sum(l => l.UnitPriceMinor * l.Backordered), order.Currency)));
        }
        else if (units == 0 && before > 0)
        {
            desk.Heal(OrderKey.Of(order.Id), Cause);
        }
    }

    /// <summary>Units that wait.</summary>
    public static int Units(Order order) => order.Lines.Sum(l => l.Backordered);
}
