using System.Text.Json;

using RetailOps.Kernel;

namespace RetailOps.Workflows.Tests;

public sealed class ValueConverterTests
{
    private sealed record Line(string Sku, int Quantity);

    [Fact]
    public void Text_is_read_as_what_the_activity_wants()
    {
        var id = Guid.NewGuid();

        ValueConverter.To<int>("120").Should().Be(120);
        ValueConverter.To<decimal>("1.50").Should().Be(1.50m);
        ValueConverter.To<bool>("True").Should().BeTrue();
        ValueConverter.To<TimeSpan>("1.02:03:04").Should().Be(new TimeSpan(1, 2, 3, 4));
        ValueConverter.To<TimeSpan>("PT5M").Should().Be(TimeSpan.FromMinutes(5));
        ValueConverter.To<DateTimeOffset>("2026-03-01T08:00:00+02:00").Offset.Should().Be(TimeSpan.FromHours(2));
        ValueConverter.To<Guid>(id.ToString()).Should().Be(id);
        ValueConverter.To<FlowJoinMode>("waitall").Should().Be(FlowJoinMode.WaitAll);
        ValueConverter.To<string[]>("[\"GET\"]").Should().Equal("GET");
        ValueConverter.To<OrderId>(id.ToString()).Should().Be(new OrderId(id));
        ValueConverter.To<int?>("7").Should().Be(7);
        ValueConverter.To<int?>(null).Should().BeNull();
    }

    [Fact]
    public void Json_becomes_records_lists_and_values()
    {
        var json = JsonElement.Parse("""[{"sku":"LAMP","quantity":2}]""");

        ValueConverter.To<Line[]>(json).Should().Equal(new Line("LAMP", 2));
        ValueConverter.To<List<Line>>(json.GetRawText()).Should().Equal(new Line("LAMP", 2));
        ValueConverter.To<int>(JsonElement.Parse("\"5\"")).Should().Be(5);
        ValueConverter.To<string>(json).Should().StartWith("[{");
        ValueConverter.To<object>(json).Should().BeOfType<JsonElement>();
    }

    [Fact]
    public void Numbers_convert_when_nothing_is_lost_of_them()
    {
        ValueConverter.To<decimal>(5).Should().Be(5m);
        ValueConverter.To<int>(5.0).Should().Be(5);
        ValueConverter.To<string>(1.5m).Should().Be("1.5");
        ValueConverter.To<bool>(1).Should().BeTrue();

        new Action(() => ValueConverter.To<int>(5.5)).Should().Throw<FormatException>();
        new Action(() => ValueConverter.To<int>(5_000_000_000L)).Should().Throw<FormatException>();
        new Action(() => ValueConverter.To<int>("many")).Should().Throw<FormatException>().WithMessage("'many' is no Int32.");
        new Action(() => ValueConverter.To<decimal>(1e300)).Should().Throw<FormatException>();
    }
}
