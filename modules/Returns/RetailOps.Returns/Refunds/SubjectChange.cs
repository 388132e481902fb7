using System.Globalization;

using RetailOps.Kernel;

namespace RetailOps.Returns;

/// <summary>One thing of a refund that is not any more what people were asked about.</summary>
/// <param name="What"><c>amount</c>, <c>order</c>, <c>customer</c>, or <c>line 2</c>.</param>
/// <param name="Was">When it was asked; null for not there.</param>
/// <param name="Is">Now; null for not there.</param>
internal sealed record SubjectChange(string What, string? Was, string? Is)
{
    private static readonly string[] Heads = ["refund", "order", "customer", "amount"];

    /// <summary>Says no to an answer about something else, and what the difference is.</summary>
    /// <param name="asked">What people were asked about; null when it was not kept.</param>
    /// <param name="refund">As it is now.</param>
    public static Refusal Refused(string? asked, Refund refund)
    {
        var changes = asked is null ? [] : Between(asked, refund.SubjectText(), refund.Currency).ToList();
        var words = string.Concat(changes.Select(c => $" {char.ToUpperInvariant(c.What[0])}{c.What[1..]}: {c.Was ?? "nothing"} before, {c.Is ?? "nothing"} now."));
        return Refusal.Conflict("returns.stale-approval", $"The refund is no longer what this approval is about; it needs a new one.{words}", new { changed = changes });
    }

    /// <summary>The texts are those of <see cref="Refund.SubjectText"/>.</summary>
    private static IEnumerable<SubjectChange> Between(string asked, string now, string currency)
    {
        var (before, after) = (Parts(asked, currency), Parts(now, currency));
        return before.Keys.Union(after.Keys).Where(k => before.GetValueOrDefault(k) != after.GetValueOrDefault(k))
            .Select(k => new SubjectChange(k, before.GetValueOrDefault(k), after.GetValueOrDefault(k)));
    }

    private static Dictionary<string, string> Parts(string text, string currency)
    {
        var parts = new Dictionary<string, string>();
        var rows = text.Split('\n', StringSplitOptions.None)[..^1];
        for (var i = 0; i < rows.Length; i++)
        {
            if (i >= Heads.Length)
            {
                // An item's code has no spaces; a credit for none leaves its place empty.
                var words = rows[i].Split(' ');
                var goods = words[^4].Length > 0 ? $"{words[^3]} of {words[^4]} for " : "";
                parts["line " + words[0]] = $"{goods}{Amount(words[^2], currency)} and {Amount(words[^1], currency)} tax";
            }
            else if (rows[i].Length > 0)
            {
                parts[Heads[i]] = Heads[i] == "amount" && rows[i].Split(' ') is [var minor, var own] ? Amount(minor, own) : rows[i];
            }
        }

        return parts;
    }

    private static string Amount(string minor, string currency) => new Money(long.Parse(minor, CultureInfo.InvariantCulture), currency).ToString();
}
