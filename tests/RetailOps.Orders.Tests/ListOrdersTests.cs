using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Orders.Tests;

public sealed class ListOrdersTests(OrdersFixture orders) : IClassFixture<OrdersFixture>
{
    [Fact]
    public async Task Pages_go_on_after_the_last_key_and_miss_nothing()
    {
        var placed = new List<OrderId>();
        for (var i = 0; i < 7; i++)
        {
            placed.Add(await orders.Host.Place(orders.NewNumber(), ("LAMP", 1), ("BULB", 2)));
        }

        var pages = new List<IReadOnlyList<OrderView>> { await orders.Host.Must(new ListOrders(null, 3)) };
        while (pages[^1].Count == 3)
        {
            pages.Add(await orders.Host.Must(new ListOrders(pages[^1][^1].Id, 3)));
        }

        pages.Select(p => p.Count).Should().Equal(3, 3, 1);
        pages.SelectMany(p => p).Select(o => o.Id).Should().BeEquivalentTo(placed).And.OnlyHaveUniqueItems();
        pages.SelectMany(p => p).Select(o => o.Id.ToString()).Should().BeInAscendingOrder(StringComparer.Ordinal);
        pages.SelectMany(p => p).Should().OnlyContain(o => o.Lines.Count == 2 && o.Lines[0].LineId == 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(502)]
    public async Task A_page_has_its_bounds(int limit)
    {
        var answer = await orders.Host.Send(new ListOrders(null, limit));

        answer.Refusal!.Code.Should().Be("request.invalid");
    }
}
