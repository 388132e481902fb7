using CsCheck;

using RetailOps.Kernel;

namespace RetailOps.Orders.Tests;

public sealed class OrderTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    /// <summary>What can happen to an order: goods leave (null), or so much is granted line by line (all zero: nothing was there).</summary>
    private static readonly Gen<int[]?> Step = Gen.Frequency((1, Gen.Const((int[]?)null)), (3, Gen.Int[0, 6].Array[5].Select(g => (int[]?)g)));

    [Fact]
    public void Nothing_is_lost_between_the_states_of_a_line_and_the_status_says_where_the_units_are() =>
        Gen.Select(Gen.Int[1, 6].Array[1, 5], Step.Array[0, 12]).Sample((quantities, steps) =>
        {
            var order = New(quantities);
            foreach (var step in steps)
            {
                if (step is null)
                {
                    order.Ship([.. order.Lines.Select(l => new FulfilmentLine(default, l.LineId, l.Sku, l.Allocated))]);

                    order.Lines.Should().OnlyContain(l => l.Allocated == 0);
                }
                else
                {
                    Grant(order, step);
                }

                order.Lines.Should().OnlyContain(l => l.Ordered == l.Pending + l.Allocated + l.Backordered + l.Shipped + l.Cancelled);
                order.Lines.Should().OnlyContain(l => l.Pending >= 0 && l.Allocated >= 0 && l.Backordered >= 0 && l.Shipped >= 0);
                order.Missing().Sum(m => m.Quantity).Should().Be(order.Lines.Sum(l => l.Pending + l.Backordered));
                order.Status.Should().Be(StatusOf(order));
            }
        });

    [Fact]
    public void Units_begin_to_wait_once_however_often_an_allocation_is_tried()
    {
        var order = New([3, 2]);

        var first = order.Allocate([new(1, "DC-1", 1)]);
        var second = order.Allocate([new(1, "DC-1", 1)]);

        first.Should().Equal(new MissingUnits(1, new("SKU-1"), 2), new MissingUnits(2, new("SKU-2"), 2));
        second.Should().BeEmpty();
        order.Missing().Should().Equal(new MissingUnits(1, new("SKU-1"), 1), new MissingUnits(2, new("SKU-2"), 2));
    }

    [Fact]
    public void Prices_times_quantities_make_the_total_and_lines_are_numbered_in_their_order()
    {
        var order = New([3, 2]);

        order.Total.Should().Be(new Money(1250, "GBP"));
        order.Lines.Select(l => l.LineId).Should().Equal(1, 2);
        order.Status.Should().Be(OrderStatus.Placed);
    }

    private static void Grant(Order order, int[] granted)
    {
        GrantedUnits[] units = [.. order.Lines.Select((l, i) => new GrantedUnits(l.LineId, "DC-1", granted[i])).Where(g => g.Quantity > 0)];
        var fits = order.Lines.Select((l, i) => granted[i] <= l.Pending + l.Backordered).All(f => f);

        order.CanAllocate(units).Should().Be(fits);
        if (fits)
        {
            order.Allocate(units);
        }
    }

    private static OrderStatus StatusOf(Order order)
    {
        var (ordered, allocated, shipped) = (order.Lines.Sum(l => l.Ordered), order.Lines.Sum(l => l.Allocated), order.Lines.Sum(l => l.Shipped));
        return shipped == ordered ? OrderStatus.Shipped
            : shipped > 0 ? OrderStatus.PartlyShipped
            : allocated == ordered ? OrderStatus.Allocated
            : allocated > 0 ? OrderStatus.PartlyAllocated
            : order.Lines.Sum(l => l.Pending) == ordered ? OrderStatus.Placed
            : OrderStatus.Backordered;
    }

    private static Order New(int[] quantities) => Order.Place(
        OrderId.New(),
        new("web", "A-1", null, "GBP", [.. quantities.Select((q, i) => new NewOrderLine(new($"SKU-{i + 1}"), q, new(250, "GBP")))]), [], null, Now);
}
