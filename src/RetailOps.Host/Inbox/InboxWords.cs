using System.Globalization;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>How the pages write people, money and time. Everything that comes from outside is encoded here.</summary>
/// <param name="Zone">Where the retailer is: times are written in it, with the exact instant on hover.</param>
/// <param name="Now">Business time.</param>
/// <param name="Names">Of accounts.</param>
internal sealed record InboxWords(TimeZoneInfo Zone, DateTimeOffset Now, IReadOnlyDictionary<string, string> Names)
{
    public static string Text(string? words) => HtmlPage.Encode(words);

    public static string Quote(string? words) => string.IsNullOrEmpty(words) ? "" : $"<q>{HtmlPage.Encode(words)}</q>";

    /// <summary>A form's hidden field.</summary>
    public static string Hidden(string name, string? value) => $"<input type=\"hidden\" name=\"{name}\" value=\"{HtmlPage.Encode(value)}\">";

    /// <summary>With thousands apart: 1,234.50 GBP.</summary>
    public static string Amount(Money money) =>
        HtmlPage.Encode(decimal.Parse(money.ToAmount(), CultureInfo.InvariantCulture).ToString("N" + Money.Decimals(money.Currency), CultureInfo.InvariantCulture) + " " + money.Currency);

    public string Moment(DateTimeOffset at)
    {
        var there = TimeZoneInfo.ConvertTime(at, Zone);
        return $"<time datetime=\"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\" title=\"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC\">{there.ToString(there.Year == Now.Year ? "d MMM HH:mm" : "d MMM yyyy HH:mm", CultureInfo.InvariantCulture)}</time>";
    }

    /// <summary>How long ago.</summary>
    public string Age(DateTimeOffset since) => Length(Now - since);

    /// <summary>When something is due, marked when that is over.</summary>
    public string Due(DateTimeOffset? due) => due is not { } at ? "<span class=\"soft\">no limit</span>"
        : at < Now ? $"<span class=\"tag late\">Overdue by {Length(Now - at)}</span>"
        : $"in {Length(at - Now)}";

    /// <summary>A name; of a system, what it is.</summary>
    public string Who(string? actor) => actor is null ? "" : HtmlPage.Encode(Names.GetValueOrDefault(actor, actor) switch
    {
        ['c', 'l', 'i', 'e', 'n', 't', ':', .. var name] => $"the application {name}",
        ['e', 'n', 'g', 'i', 'n', 'e', ':', .. var name] => $"the workflow {name}",
        ['s', 'y', 's', 't', 'e', 'm', ':', .. var name] => $"the system ({name})",
        ['p', 'e', 'r', 's', 'o', 'n', ':', ..] => "somebody without an account",
        var name => name,
    });

    private static string Length(TimeSpan span) => span switch
    {
        { TotalMinutes: < 1 } => "a moment",
        { TotalMinutes: < 2 } => "1 minute",
        { TotalHours: < 1 } => $"{(int)span.TotalMinutes} minutes",
        { TotalHours: < 2 } => "1 hour",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} hours",
        _ => $"{(int)span.TotalDays} days",
    };
}
