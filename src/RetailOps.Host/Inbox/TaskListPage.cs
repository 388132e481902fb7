using System.Text;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary><c>/tasks</c>: what workflows wait for people to do, those of my roles first.</summary>
internal sealed class TaskListPage(InboxDesk desk)
{
    private const int PageSize = 25;

    public static void Map(IEndpointRouteBuilder people) => people.MapGet("", (HttpContext http, TaskListPage page) => page.Show(http));

    private async Task Show(HttpContext http)
    {
        var query = http.Request.Query;
        var mine = query["who"].ToString() is not "all" && InboxDesk.Me(http).May("tasks.complete");
        var (overdue, sort) = (query["due"].ToString() is "overdue", query["sort"].ToString() is "opened" ? "opened" : "due");
        var kind = query["kind"].ToString() is { Length: > 0 and <= 100 } asked ? asked : null;
        var after = Guid.TryParse(query["after"].ToString(), out var last) ? last : (Guid?)null;
        var found = await desk.Ask(http, new ListTasks(null, kind, null, after, PageSize + 1, mine, overdue, sort));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Tasks);
            return;
        }

        var rows = found.Value.Take(PageSize).ToList();
        var words = await desk.Words(rows.Select(r => r.ClaimedBy), http.RequestAborted);
        var page = new StringBuilder(InboxFrame.Notice(query["done"].ToString() is "complete" ? "It is done; the workflow goes on." : null));
        page.Append(
            $"""
            <form class="filters" method="get" action="/tasks">
            <div><label for="who">Whose</label><select id="who" name="who">{Option("mine", "I may do", mine)}{Option("all", "everybody's", !mine)}</select></div>
            <div><label for="due">Due</label><select id="due" name="due">{Option("", "any time", !overdue)}{Option("overdue", "overdue", overdue)}</select></div>
            <div><label for="kind">Kind</label><input id="kind" name="kind" value="{InboxWords.Text(kind)}" maxlength="100"></div>
            <div><label for="sort">Sorted by</label><select id="sort" name="sort">{Option("due", "due next", sort == "due")}{Option("opened", "oldest", sort == "opened")}</select></div>
            <button class="second">Show</button></form>
            """);
        if (rows.Count == 0)
        {
            page.Append(mine ? "<p class=\"soft\">Nothing waits for you. <a href=\"/tasks?who=all\">Look at everybody's</a></p>" : "<p class=\"soft\">No task fits these filters.</p>");
        }
        else
        {
            page.Append("<div class=\"scroll\"><table><thead><tr><th>What to do</th><th>Kind</th><th>Waiting</th><th>Due</th><th>Taken by</th><th>For</th></tr></thead><tbody>");
            foreach (var task in rows)
            {
                var address = ApprovalOf(task) is { } approval ? $"/approvals/{approval}" : $"/tasks/{task.Id}";
                page.Append($"<tr><td class=\"words\"><a href=\"{address}\">{InboxWords.Text(task.Title)}</a></td><td>{InboxWords.Text(task.Kind)}</td><td>{words.Age(task.OpenedAt)}</td><td>{words.Due(task.DueAt)}</td>")
                    .Append($"<td>{(task.ClaimedBy is null ? "<span class=\"soft\">nobody</span>" : words.Who(task.ClaimedBy))}</td><td>{InboxWords.Text(string.Join(", ", task.Candidates))}</td></tr>");
            }

            page.Append("</tbody></table></div>");
        }

        if (found.Value.Count > PageSize)
        {
            var next = QueryString.Create(
                new Dictionary<string, string?> { ["who"] = mine ? "mine" : "all", ["due"] = overdue ? "overdue" : "", ["kind"] = kind, ["sort"] = sort, ["after"] = rows[^1].Id.ToString() });
            page.Append($"<p class=\"pages\"><a href=\"{HtmlPage.Encode(InboxFrame.Tasks + next)}\">The next {PageSize}</a></p>");
        }

        await InboxFrame.Write(http, StatusCodes.Status200OK, "Tasks", InboxFrame.Tasks, page.ToString());
    }

    /// <summary>The approval that a task is about, which is decided on a page of its own; null for other tasks.</summary>
    public static Guid? ApprovalOf(TaskView task) =>
        task is { Kind: "refund-approval", Facts: { ValueKind: System.Text.Json.JsonValueKind.Object } facts } && facts.TryGetProperty("id", out var id) && id.TryGetGuid(out var approval) ? approval : null;

    private static string Option(string value, string text, bool chosen) => $"<option value=\"{value}\"{(chosen ? " selected" : "")}>{text}</option>";
}
