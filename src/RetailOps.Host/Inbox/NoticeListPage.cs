using System.Text;

using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/notices</c>: what customers were told, newest first, and what could not be told.</summary>
internal sealed class NoticeListPage(InboxDesk desk)
{
    private const int PageSize = 25;

    private static readonly string[] States = ["asked", "sent", "no-address", "refused", "gave-up"];

    public static void Map(IEndpointRouteBuilder people) => people.MapGet("", (HttpContext http, NoticeListPage page) => page.Show(http));

    /// <summary>A state as people say it.</summary>
    public static string StateWords(string status) => status switch
    {
        "asked" => "to be sent",
        "no-address" => "no address",
        "refused" => "refused for good",
        "gave-up" => "not taken in time",
        _ => status,
    };

    private async Task Show(HttpContext http)
    {
        var query = http.Request.Query;
        var status = States.Contains(query["status"].ToString()) ? query["status"].ToString() : null;
        var before = Guid.TryParse(query["after"].ToString(), out var last) ? last : (Guid?)null;
        var found = await desk.Ask(http, new ListNotices(status, before, PageSize + 1));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Notices);
            return;
        }

        var rows = found.Value.Take(PageSize).ToList();
        var words = await desk.Words([], http.RequestAborted);
        var numbers = await desk.Numbers(rows.Select(r => (OrderId?)r.OrderId), http.RequestAborted);
        var page = new StringBuilder("<form class=\"filters\" method=\"get\" action=\"/notices\"><div><label for=\"status\">State</label><select id=\"status\" name=\"status\"><option value=\"\">all</option>");
        foreach (var state in States)
        {
            page.Append($"<option value=\"{state}\"{(state == status ? " selected" : "")}>{StateWords(state)}</option>");
        }

        page.Append("</select></div><button class=\"second\">Show</button></form>");
        if (rows.Count == 0)
        {
            page.Append("<p class=\"soft\">Nobody was told anything.</p>");
        }
        else
        {
            page.Append("<div class=\"scroll\"><table><thead><tr><th>What</th><th>Order</th><th>State</th><th>Language</th><th>Asked for</th><th>Tries</th></tr></thead><tbody>");
            foreach (var notice in rows)
            {
                page.Append($"<tr><td class=\"words\"><a href=\"/notices/{notice.Id}\">{InboxWords.Text(notice.Template)}</a>{(notice.CopyOf is null ? "" : " <span class=\"soft\">again</span>")}</td>")
                    .Append($"<td>{InboxWords.Text(numbers.GetValueOrDefault(notice.OrderId))}</td><td>{StateWords(notice.Status)}{(notice.Why is null ? "" : $" <span class=\"soft\">{InboxWords.Text(notice.Why)}</span>")}</td>")
                    .Append($"<td>{InboxWords.Text(notice.Language)}</td><td>{words.Moment(notice.RequestedAt)}</td><td>{notice.Attempts}</td></tr>");
            }

            page.Append("</tbody></table></div>");
        }

        if (found.Value.Count > PageSize)
        {
            var next = QueryString.Create(new Dictionary<string, string?> { ["status"] = status ?? "", ["after"] = rows[^1].Id.ToString() });
            page.Append($"<p class=\"pages\"><a href=\"{HtmlPage.Encode(InboxFrame.Notices + next)}\">The next {PageSize}</a></p>");
        }

        await InboxFrame.Write(http, StatusCodes.Status200OK, "What customers were told", InboxFrame.Notices, page.ToString());
    }
}
