using CsCheck;

namespace RetailOps.Orders.Tests;

public sealed class SharesTests
{
    [Fact]
    public void The_shares_of_any_partition_sum_to_the_whole() =>
        Gen.Select(Gen.Long[-1_000_000_000_000, 1_000_000_000_000], Gen.Int[1, 50].Array[1, 12]).Sample((whole, parts) =>
        {
            var (of, before, sum) = (parts.Sum(), 0, 0L);
            foreach (var part in parts)
            {
                sum += Shares.Next(whole, before, part, of);
                before += part;
            }

            sum.Should().Be(whole);
        });

    [Fact]
    public void No_share_is_further_than_half_a_unit_from_the_exact_one() =>
        Gen.Select(Gen.Long[0, 9_007_199_254_740_991], Gen.Int[1, 1_000_000], Gen.Int[0, 1_000_000]).Where((_, of, part) => part <= of).Sample((whole, of, part) =>
        {
            var twice = ((Int128)Shares.Cumulative(whole, part, of) * of * 2) - ((Int128)whole * part * 2);

            ((long)Int128.Abs(twice)).Should().BeLessThanOrEqualTo(of);
        });

    [Theory]
    [InlineData(1, 1, 2, 1)]
    [InlineData(-1, 1, 2, -1)]
    [InlineData(10, 1, 3, 3)]
    [InlineData(10, 2, 3, 7)]
    public void Halves_go_away_from_zero(long whole, int part, int of, long share) => Shares.Cumulative(whole, part, of).Should().Be(share);

    [Fact]
    public void A_split_sums_to_the_amount_and_takes_no_more_than_there_is() =>
        Gen.Select(Gen.Long[0, 1_000_000_000].Array[1, 8], Gen.Long[0, 100]).Sample((weights, percent) =>
        {
            var amount = (long)((Int128)weights.Sum() * percent / 100);

            var parts = Shares.Split(amount, weights);

            parts.Sum().Should().Be(amount);
            parts.Zip(weights).Should().OnlyContain(p => p.First >= 0 && p.First <= p.Second);
        });
}
