using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Platform.Tests;

public sealed class PastTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Ids_of_a_history_are_in_the_order_of_time_and_the_same_for_the_same_seed()
    {
        var (one, same, other) = (new PastIds(7), new PastIds(7), new PastIds(8));

        var ids = Enumerable.Range(0, 100).Select(i => one.At(Noon.AddMinutes(i))).ToList();

        ids.Select(i => i.ToString("N")).Should().BeInAscendingOrder(StringComparer.Ordinal).And.OnlyHaveUniqueItems();
        ids.Should().OnlyContain(i => i.Version == 7 && i.Variant >= 8 && i.Variant <= 11);
        Enumerable.Range(0, 100).Select(i => same.At(Noon.AddMinutes(i))).Should().Equal(ids);
        Enumerable.Range(0, 100).Select(i => other.At(Noon.AddMinutes(i))).Should().NotIntersectWith(ids);
    }

    [Fact]
    public void Chance_stays_within_its_bounds()
    {
        var chance = new PastIds(1);

        var (whole, share) = (Enumerable.Range(0, 10_000).Select(_ => chance.Below(6)).ToList(), Enumerable.Range(0, 10_000).Select(_ => chance.Share()).ToList());

        whole.Distinct().Order().Should().Equal(0, 1, 2, 3, 4, 5);
        share.Should().OnlyContain(s => s >= 0 && s < 1);
        share.Average().Should().BeApproximately(0.5, 0.02);
    }

    [Fact]
    public void Only_rows_that_requests_write_column_by_column_are_copied_as_they_are()
    {
        using var services = new ServiceCollection().AddSingleton(new FactCatalogue([], [])).BuildServiceProvider();
        var past = new PastWork(services, new PastIds(1), Noon);

        past.Write(new PlainRow("a", "1"));
        var computed = () => past.Write(new ComputedRow("a", "1"));
        var guarded = () => past.Write(new GuardedRow("a", "1"));

        past.EndBatch().Rows.Should().Be(1);
        computed.Should().Throw<InvalidOperationException>().WithMessage("ComputedRow is not written column by column*");
        guarded.Should().Throw<InvalidOperationException>().WithMessage("GuardedRow is not written column by column*");
    }

    private sealed record PlainRow(string Source, string Message) : IRow<PlainRow>
    {
        public static RowTable<PlainRow> Table { get; } = new(
            FlushOrder.Modules, "insert into platform.inbox (source, message_id) select * from unnest($1, $2)", everyRow: true, Column.Text<PlainRow>(r => r.Source), Column.Text<PlainRow>(r => r.Message));
    }

    private sealed record ComputedRow(string Source, string Message) : IRow<ComputedRow>
    {
        public static RowTable<ComputedRow> Table { get; } = new(
            FlushOrder.Modules, "insert into platform.inbox (source, message_id) select s, lower(m) from unnest($1, $2) as u (s, m)", everyRow: true,
            Column.Text<ComputedRow>(r => r.Source), Column.Text<ComputedRow>(r => r.Message));
    }

    private sealed record GuardedRow(string Source, string Message) : IRow<GuardedRow>
    {
        public static RowTable<GuardedRow> Table { get; } = new(
            FlushOrder.Modules, "insert into platform.inbox (source, message_id) select * from unnest($1, $2) on conflict do nothing", everyRow: false,
            Column.Text<GuardedRow>(r => r.Source), Column.Text<GuardedRow>(r => r.Message));
    }
}
