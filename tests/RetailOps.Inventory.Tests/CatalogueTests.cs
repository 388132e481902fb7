using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Testing;

namespace RetailOps.Inventory.Tests;

public sealed class CatalogueTests(InventoryFixture inventory) : IClassFixture<InventoryFixture>
{
    [Fact]
    public async Task An_item_says_every_change_once()
    {
        await inventory.Host.Must(new PutItem(new("fork-01"), "Fork", "each"));
        await inventory.Host.Must(new PutItem(new("FORK-01"), "Fork", "each"));
        await inventory.Host.Must(new PutItem(new("FORK-01"), "Cake fork", "each"));

        (await Facts("item/FORK-01")).Should().Be("1 inventory.item-changed.v1 Fork, 2 inventory.item-changed.v1 Cake fork");
        (await inventory.Ask<string>("select revision || ' ' || name from inventory.items where sku = 'FORK-01'")).Should().Be("2 Cake fork");
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_node_says_every_change_once()
    {
        await inventory.Host.Must(new PutNode("shop-1", "High Street", "store"));
        await inventory.Host.Must(new PutNode("SHOP-1", "High Street", "store"));
        await inventory.Host.Must(new PutNode("SHOP-1", "High Street", "dc"));

        (await Facts("node/SHOP-1")).Should().Be("1 inventory.node-changed.v1 High Street, 2 inventory.node-changed.v1 High Street");
        (await inventory.Ask<string>("select revision || ' ' || kind from inventory.nodes where code = 'SHOP-1'")).Should().Be("2 dc");
    }

    [Fact]
    public async Task Many_who_add_the_same_item_or_node_at_once_add_one()
    {
        var items = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => inventory.Host.Send(new PutItem(new("FORK-02"), "Fork", "each"))));
        var nodes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => inventory.Host.Send(new PutNode("SHOP-2", "Low Street", "store"))));

        items.Should().OnlyContain(i => i.IsSuccess);
        nodes.Should().OnlyContain(n => n.IsSuccess);
        (await Facts("item/FORK-02")).Should().Be("1 inventory.item-changed.v1 Fork");
        (await Facts("node/SHOP-2")).Should().Be("1 inventory.node-changed.v1 Low Street");
    }

    [Fact]
    public async Task Renames_at_once_follow_each_other()
    {
        await inventory.Host.Must(new PutItem(new("FORK-03"), "Fork", "each"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => inventory.Host.Send(new PutItem(new("FORK-03"), $"Fork {n}", "each"))));

        answers.Should().OnlyContain(a => a.IsSuccess);
        (await inventory.Ask<int>("select revision from inventory.items where sku = 'FORK-03'")).Should().Be(4);
        (await inventory.Host.Broken()).Should().BeEmpty();
    }

    public static TheoryData<string, string, string, string> ItemFaults => new()
    {
        { "inventory.sku", "a b", "Fork", "each" },
        { "inventory.name", "FORK", "", "each" },
        { "inventory.name", "FORK", new('x', 201), "each" },
        { "inventory.uom", "FORK", "Fork", "" },
        { "inventory.uom", "FORK", "Fork", new('x', 17) },
    };

    [Theory, MemberData(nameof(ItemFaults))]
    public async Task A_fault_of_an_item_has_its_code(string code, string sku, string name, string uom)
    {
        var answer = await inventory.Host.Send(new PutItem(new(sku), name, uom));

        Codes(answer.Refusal).Should().Equal(code);
    }

    [Theory]
    [InlineData("inventory.node", "", "High Street", "store")]
    [InlineData("inventory.node", "A B", "High Street", "store")]
    [InlineData("inventory.node", "A/B", "High Street", "store")]
    [InlineData("inventory.node", "123456789012345678901234567890123", "High Street", "store")]
    [InlineData("inventory.name", "SHOP", " ", "store")]
    [InlineData("inventory.node-kind", "SHOP", "High Street", "kiosk")]
    public async Task A_fault_of_a_node_has_its_code(string code, string node, string name, string kind)
    {
        var answer = await inventory.Host.Send(new PutNode(node, name, kind));

        Codes(answer.Refusal).Should().Equal(code);
    }

    private static IEnumerable<string> Codes(Refusal? refusal) => ((IEnumerable<RequestFault>)refusal!.Details!).Select(f => f.Code);

    private async Task<string?> Facts(string key) => await inventory.Ask<string>(
        "select string_agg(revision || ' ' || type || ' ' || (data->>'name'), ', ' order by revision) from platform.events where key = $1 and type like 'inventory.%-changed.v1'", key);
}
