using System.Text;
using System.Text.Json;

using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>What a version says differently, to be read by who decides about it.</summary>
internal static class DifferenceView
{
    private const int Longest = 2_000;

    public static string Of(WorkflowDifference difference)
    {
        var page = new StringBuilder($"<p class=\"soft\">{(difference.Against is { } against ? $"Compared with version {against}:" : "There is nothing to compare it with; all of it is new:")}</p>");
        List(page, "New steps", difference.Added.Select(Whole));
        List(page, "Steps that are gone", difference.Removed.Select(Whole));
        var names = difference.Added.Concat(difference.Removed).Concat(difference.Changed.Select(c => c.Activity)).DistinctBy(a => a.Id).ToDictionary(a => a.Id, a => a.Name ?? a.Id, StringComparer.Ordinal);
        List(page, "New connections", difference.ConnectionsAdded.Select(c => Connection(c, names)));
        List(page, "Connections that are gone", difference.ConnectionsRemoved.Select(c => Connection(c, names)));
        foreach (var change in difference.Changed)
        {
            Table(page, $"{Name(change.Activity)} is changed", change.Changes);
        }

        Table(page, "The workflow itself", difference.Members);
        if (difference is { Added.Count: 0, Removed.Count: 0, Changed.Count: 0, ConnectionsAdded.Count: 0, ConnectionsRemoved.Count: 0, Members.Count: 0 })
        {
            page.Append("<p>They say the same; at most things stand elsewhere in the picture.</p>");
        }

        return page.ToString();
    }

    private static string Name(DrawnActivity activity) => $"<strong>{HtmlPage.Encode(activity.Name ?? activity.Id)}</strong> <span class=\"soft\">{HtmlPage.Encode(activity.Type)}, {HtmlPage.Encode(activity.Id)}</span>";

    private static string Whole(DrawnActivity activity)
    {
        var says = activity.Says?.Where(m => m.Value.ValueKind is not JsonValueKind.Null).Select(m => $"<li>{HtmlPage.Encode(m.Name)}: {Value(m.Value)}</li>") ?? [];
        return Name(activity) + string.Concat(says) switch { "" => "", var lines => $"<ul>{lines}</ul>" };
    }

    /// <summary>By the names that this page says anyway, where it says them.</summary>
    private static string Connection(string connection, Dictionary<string, string> names) =>
        HtmlPage.Encode(string.Join(' ', connection.Split(' ').Select(word => names.GetValueOrDefault(word, word))));

    private static void List(StringBuilder page, string title, IEnumerable<string> items)
    {
        var all = string.Concat(items.Select(i => $"<li>{i}</li>"));
        if (all.Length > 0)
        {
            page.Append($"<h3>{title}</h3><ul>{all}</ul>");
        }
    }

    private static void Table(StringBuilder page, string title, IReadOnlyList<MemberChange> changes)
    {
        if (changes.Count > 0)
        {
            page.Append($"<h3>{title}</h3><div class=\"scroll\"><table><thead><tr><th>What</th><th>Before</th><th>Now</th></tr></thead><tbody>");
            page.AppendJoin("", changes.Select(c => $"<tr><td>{HtmlPage.Encode(c.Name)}</td><td>{Value(c.Before)}</td><td>{Value(c.After)}</td></tr>"));
            page.Append("</tbody></table></div>");
        }
    }

    /// <summary>An input by its expression, which is what somebody wrote; anything else as JSON.</summary>
    private static string Value(JsonElement? value)
    {
        if (value is not { } found || found.ValueKind == JsonValueKind.Null)
        {
            return "<span class=\"soft\">nothing</span>";
        }

        var text = found.ValueKind == JsonValueKind.Object && found.TryGetProperty("expression", out var expression) && expression.TryGetProperty("type", out var type) && expression.TryGetProperty("value", out var said)
            ? $"{type}: {said}"
            : found.ToString();
        return $"<code>{HtmlPage.Encode(text.Length > Longest ? text[..Longest] + " …" : text)}</code>";
    }
}
