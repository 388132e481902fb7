using System.Text.Json;

using CsCheck;

namespace RetailOps.Kernel.Tests;

public sealed class IdTests
{
    private sealed record Holder(OrderId Order, Sku Sku);

    [Fact]
    public void Ids_stand_in_json_as_plain_strings()
    {
        var holder = new Holder(new(Guid.Parse("0199a5a0-0000-7000-8000-000000000001")), new("lamp-01"));

        var json = JsonSerializer.Serialize(holder);

        json.Should().Be("""{"Order":"0199a5a0-0000-7000-8000-000000000001","Sku":"LAMP-01"}""");
        JsonSerializer.Deserialize<Holder>(json).Should().Be(holder);
    }

    [Theory]
    [InlineData("""{"Order":"no id","Sku":"A"}""")]
    [InlineData("""{"Order":7,"Sku":"A"}""")]
    [InlineData("""{"Order":null,"Sku":"A"}""")]
    [InlineData("""{"Order":"0199a5a0-0000-7000-8000-000000000001","Sku":7}""")]
    public void What_is_no_id_is_a_fault_of_the_json(string json)
    {
        var act = () => JsonSerializer.Deserialize<Holder>(json);

        act.Should().Throw<JsonException>();
    }

    [Fact]
    public void New_orders_have_ids_of_their_own_that_sort_by_time()
    {
        var ids = Enumerable.Range(0, 100).Select(_ => OrderId.New().Value).ToList();

        ids.Should().OnlyHaveUniqueItems();
        ids.Should().OnlyContain(id => id.Version == 7);
    }

    [Theory]
    [InlineData("lamp-01")]
    [InlineData("  LAMP-01 ")]
    [InlineData("Lamp-01")]
    public void A_sku_is_compared_in_upper_case_and_without_blanks_around_it(string text)
    {
        var sku = new Sku(text);

        sku.Should().Be(new Sku("LAMP-01"));
        sku.ToString().Should().Be("LAMP-01");
        sku.IsWellFormed.Should().BeTrue();
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("A B")]
    [InlineData("A\tB")]
    [InlineData("A\u0000")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_sku_has_1_to_64_visible_characters(string text) => new Sku(text).IsWellFormed.Should().BeFalse();

    [Fact]
    public void No_sku_is_an_empty_one()
    {
        var none = default(Sku);

        none.Value.Should().BeEmpty();
        none.IsWellFormed.Should().BeFalse();
        JsonSerializer.Serialize(none).Should().Be("\"\"");
        JsonSerializer.Deserialize<Sku>("null").Should().Be(new Sku(""), "a validator names the fault with its field");
    }

    [Fact]
    public void A_sku_is_the_same_after_json() => Gen.Char['!', '~'].Array[1, 64].Sample(characters =>
    {
        var sku = new Sku(new string(characters));

        return sku.IsWellFormed && JsonSerializer.Deserialize<Sku>(JsonSerializer.Serialize(sku)) == sku && new Sku(sku.Value) == sku;
    });

    [Fact]
    public void A_key_names_its_order() => Gen.Guid.Sample(id => OrderKey.Of(OrderKey.Of(new OrderId(id))) == new OrderId(id));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("order/")]
    [InlineData("order/7")]
    [InlineData("0199a5a0-0000-7000-8000-000000000001")]
    [InlineData("return/0199a5a0-0000-7000-8000-000000000001")]
    [InlineData("ORDER/0199a5a0-0000-7000-8000-000000000001")]
    public void Any_other_key_names_none(string? key)
    {
        var act = () => OrderKey.Of(key);

        act.Should().Throw<FormatException>().WithMessage("*names no order*");
    }
}
