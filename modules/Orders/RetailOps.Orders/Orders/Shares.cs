namespace RetailOps.Orders;

/// <summary>Splits amounts so that the parts sum to the whole, to the last minor unit. Whole numbers only.</summary>
internal static class Shares
{
    /// <summary>What the first <paramref name="part"/> of <paramref name="of"/> units come to: whole × part ÷ of, half away from zero.</summary>
    public static long Cumulative(long whole, int part, int of)
    {
        var twice = Int128.Abs(whole) * part * 2;
        var rounded = (long)((twice + of) / (2 * (Int128)of));
        return whole < 0 ? -rounded : rounded;
    }

    /// <summary>What the next <paramref name="count"/> units come to when <paramref name="before"/> have had their share.</summary>
    public static long Next(long whole, int before, int count, int of) => Cumulative(whole, before + count, of) - Cumulative(whole, before, of);

    /// <summary>
    /// An amount in proportion to weights, by largest remainder; of equal remainders the first wins. No part exceeds its weight when the
    /// amount does not exceed their sum.
    /// </summary>
    public static long[] Split(long amount, IReadOnlyList<long> weights)
    {
        var sum = weights.Aggregate(Int128.Zero, (total, w) => total + w);
        if (amount == 0 || sum == 0)
        {
            return new long[weights.Count];
        }

        var parts = weights.Select(w => (long)(amount * (Int128)w / sum)).ToArray();
        var left = amount - parts.Sum();
        foreach (var index in Enumerable.Range(0, parts.Length).OrderByDescending(i => amount * (Int128)weights[i] % sum).Take((int)left))
        {
            parts[index]++;
        }

        return parts;
    }
}
