using CsCheck;

using RetailOps.Kernel;

namespace RetailOps.Orders.Tests;

/// <summary>What is given back for a line, whatever the order of grants and withdrawals.</summary>
public sealed class RefundShareTests
{
    [Fact]
    public void Partial_refunds_sum_exactly_to_what_was_paid_and_never_beyond_it_even_when_some_are_let_go() =>
        Gen.Select(Gen.Int[1, 12], Gen.Long[0, 500], Gen.Long[0, 500], Gen.Long[0, 300], Gen.Select(Gen.Bool, Gen.Int[1, 4]).Array[0, 30]).Sample((units, price, discount, tax, steps) =>
        {
            var order = Delivered(units, price, Math.Min(discount, price * units), tax);
            var line = order.Lines[0];
            var alive = new List<OrderRefund>();
            foreach (var (grants, count) in steps)
            {
                if (grants && line.RefundUnits + count <= line.Returned)
                {
                    alive.Add(OrderRefund.Reserve(order, Guid.NewGuid(), [new(1, count)], 0, DateTimeOffset.UnixEpoch)!);
                }
                else if (!grants && alive.Count > 0)
                {
                    alive[count % alive.Count].Release(order, DateTimeOffset.UnixEpoch);
                    alive.RemoveAt(count % alive.Count);
                }

                line.RefundMinor.Should().BeInRange(0, line.NetMinor);
                order.Tenders[0].LeftMinor.Should().BeInRange(0, order.TotalMinor);
            }

            var rest = line.Returned - line.RefundUnits;
            if (rest > 0)
            {
                alive.Add(OrderRefund.Reserve(order, Guid.NewGuid(), [new(1, rest)], 0, DateTimeOffset.UnixEpoch)!);
            }

            alive.Sum(r => r.AmountMinor).Should().Be(order.TotalMinor);
            order.Tenders[0].LeftMinor.Should().Be(0);
        });

    [Fact]
    public void Invoices_of_any_partition_sum_exactly_to_the_line() =>
        Gen.Select(Gen.Int[1, 5].Array[1, 6], Gen.Long[0, 999], Gen.Long[0, 999], Gen.Long[0, 999]).Sample((parts, price, discount, tax) =>
        {
            var order = Delivered(parts.Sum(), price, Math.Min(discount, price * parts.Sum()), tax);

            var shares = parts.Select(p => order.Invoice(1, p)).ToList();

            shares.Sum(s => s.Amount).Should().Be(order.Lines[0].NetMinor);
            shares.Sum(s => s.Tax).Should().Be(tax);
        });

    private static Order Delivered(int units, long price, long discount, long tax)
    {
        var order = Order.Place(
            OrderId.New(),
            new("web", "A-1", null, "GBP", [new(new("LAMP"), units, new(price, "GBP"), null, new(discount, "GBP"), new(tax, "GBP"))]), [], null, DateTimeOffset.UnixEpoch);
        order.Allocate([new(1, "DC-1", units)]);
        order.Ship([new(default, 1, new("LAMP"), units)]);
        order.Lines[0].Claim(units);
        order.Lines[0].SettleClaim(units);
        return order;
    }
}
