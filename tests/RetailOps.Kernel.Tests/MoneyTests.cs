using System.Text.Json;

using CsCheck;

namespace RetailOps.Kernel.Tests;

public sealed class MoneyTests
{
    private static readonly Gen<string> Currency = Gen.OneOf("GBP", "EUR", "JPY", "BHD");

    private static readonly Gen<Money> Any = Gen.Select(Gen.Long, Currency, (minor, currency) => new Money(minor, currency));

    [Theory]
    [InlineData(1234, "GBP", "12.34")]
    [InlineData(-5, "GBP", "-0.05")]
    [InlineData(1234, "JPY", "1234")]
    [InlineData(1234, "BHD", "1.234")]
    [InlineData(long.MaxValue, "EUR", "92233720368547758.07")]
    public void It_is_written_with_the_decimals_of_its_currency(long minor, string currency, string amount)
    {
        var json = JsonSerializer.Serialize(new Money(minor, currency));

        json.Should().Be($$"""{"amount":"{{amount}}","currency":"{{currency}}"}""");
    }

    [Fact]
    public void What_is_written_is_read_as_the_same() =>
        Any.Sample(money => JsonSerializer.Deserialize<Money>(JsonSerializer.Serialize(money)) == money);

    [Theory]
    [InlineData("""{"amount":12.34,"currency":"GBP"}""", 1234)]
    [InlineData("""{"amount":12,"currency":"GBP"}""", 1200)]
    [InlineData("""{"currency":"GBP","amount":"12.3"}""", 1230)]
    [InlineData("""{"amount":"12.3400","currency":"GBP"}""", 1234)]
    [InlineData("""{"amount":"-0.01","currency":"GBP"}""", -1)]
    public void A_number_a_short_amount_and_idle_zeros_are_read(string json, long minor)
    {
        var money = JsonSerializer.Deserialize<Money>(json);

        money.Should().Be(new Money(minor, "GBP"));
    }

    [Theory]
    [InlineData("""{"amount":"12.345","currency":"GBP"}""", "*more than the 2 decimals of GBP*")]
    [InlineData("""{"amount":"1.5","currency":"JPY"}""", "*more than the 0 decimals of JPY*")]
    [InlineData("""{"amount":"1.2345","currency":"BHD"}""", "*more than the 3 decimals of BHD*")]
    [InlineData("""{"amount":"1.000000000000000000000000000001","currency":"GBP"}""", "*not a decimal number*")]
    [InlineData("""{"amount":"92233720368547758.08","currency":"GBP"}""", "*too large*")]
    [InlineData("""{"amount":"9999999999999999999999999999","currency":"GBP"}""", "*too large*")]
    [InlineData("""{"amount":"1,000.00","currency":"GBP"}""", "*not a decimal number*")]
    [InlineData("""{"amount":"1e3","currency":"GBP"}""", "*not a decimal number*")]
    [InlineData("""{"amount":null,"currency":"GBP"}""", "*not a decimal number*")]
    [InlineData("""{"amount":"1","currency":"gbp"}""", "*currency is none of ISO 4217*")]
    [InlineData("""{"amount":"1","currency":"GPB"}""", "*currency is none of ISO 4217*")]
    [InlineData("""{"amount":"1","currency":"POUND"}""", "*currency is none of ISO 4217*")]
    [InlineData("""{"amount":"1"}""", "*Money is*")]
    [InlineData("""{"amount":"1","currency":"GBP","note":"x"}""", "*Money is*")]
    [InlineData("12.34", "*Money is*")]
    public void What_is_no_amount_of_a_currency_is_refused(string json, string message)
    {
        var act = () => JsonSerializer.Deserialize<Money>(json);

        act.Should().Throw<JsonException>().WithMessage(message);
    }

    [Fact]
    public void Sum_difference_and_product_are_those_of_the_minor_units() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Int[0, 1_000_000], Currency).Sample((a, b, times, currency) =>
        {
            var (left, right) = (new Money(a, currency), new Money(b, currency));

            return left + right == new Money(a + b, currency) && left + right - right == left && (left * times).MinorUnits == a * times;
        });

    [Fact]
    public void Another_currency_refuses_to_add()
    {
        var pounds = new Money(1, "GBP");

        var add = () => pounds + new Money(1, "EUR");
        var subtract = () => pounds - new Money(1, "EUR");

        add.Should().Throw<InvalidOperationException>().WithMessage("Amounts of GBP and EUR do not add up.");
        subtract.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Beyond_64_bits_is_an_overflow_and_never_another_amount()
    {
        var (most, least, one) = (new Money(long.MaxValue, "GBP"), new Money(long.MinValue, "GBP"), new Money(1, "GBP"));

        Func<Money>[] acts = [() => most + one, () => least - one, () => most * 2];

        acts.Should().AllSatisfy(act => act.Should().Throw<OverflowException>());
    }

    [Theory]
    [InlineData("GBP", true)]
    [InlineData("gbp", false)]
    [InlineData("GB", false)]
    [InlineData("GBPX", false)]
    [InlineData("GÖP", false)]
    [InlineData(null, false)]
    [InlineData("JPY", true)]
    [InlineData("ZWG", true)]
    [InlineData("GPB", false)]
    [InlineData("XTS", false)]
    [InlineData("XXX", false)]
    public void A_currency_is_one_of_iso_4217(string? text, bool isOne) => Money.IsCurrency(text).Should().Be(isOne);
}
