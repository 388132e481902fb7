using System.Text;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/</c>: the shop at a glance, and where to go. Without personal data; outside the Demo only for who signed in.</summary>
internal static class HomePage
{
    public static void MapHome(this IEndpointRouteBuilder app, HostSettings settings) =>
        app.MapGet("/", async (HttpContext http, Database database) =>
        {
            var name = http.User.Identity is { IsAuthenticated: true, Name: { } who } ? who : null;
            var glance = settings.IsDemo || name is not null ? Glance(await HomeFacts.Read(database, http.RequestAborted)) : "";
            await HtmlPage.Write(
                http, StatusCodes.Status200OK, "Retail operations",
                $"""
                <p>Orders, stock and returns of a retailer: one process on one PostgreSQL. What happens to an order is drawn in workflows and run by an embedded engine.</p>
                <p class="soft">{(name is null ? "Nobody is signed in." : $"Signed in as {HtmlPage.Encode(name)}.")}</p>
                {glance}
                <ul class="links">
                {(Callers.SignedIn(http.User)?.May("refunds.read") == true ? "<li><a href=\"/approvals\"><strong>Approvals</strong>Refunds that wait for a person</a></li>" : "")}
                {(Callers.SignedIn(http.User)?.May("tasks.read") == true ? "<li><a href=\"/tasks\"><strong>Tasks</strong>What workflows wait for people to do</a></li>" : "")}
                {(Callers.SignedIn(http.User)?.May("workflows.read") == true ? "<li><a href=\"/designer\"><strong>Designer</strong>What comes after what, to see and to draw</a></li>" : "")}
                <li><a href="/reference"><strong>API reference</strong>Every operation, to read and to try</a></li>
                {(name is null ? "" : "<li><a href=\"/docs\"><strong>API documentation</strong>Every operation, to read</a></li>")}
                <li><a href="/openapi/v1.json"><strong>OpenAPI document</strong>The same for machines</a></li>
                <li><a href="/health/ready"><strong>Health</strong>Whether the system can do its work</a></li>
                {(settings is { IsDemo: true, RunsJobs: true } ? "<li><a href=\"/jobs\"><strong>Jobs</strong>What runs again and again</a></li>" : "")}
                {(name is null ? "<li><a href=\"/sign-in\"><strong>Sign in</strong>As one of the people of this shop</a></li>" : "<li><a href=\"/sign-out\"><strong>Sign out</strong>Or sign in as somebody else</a></li>")}
                </ul>
                """);
        }).ExcludeFromDescription();

    private static string Glance(HomeFacts facts)
    {
        var page = new StringBuilder();
        Table(page, "Latest orders", "No order yet.", ["Placed (UTC)", "Order", "Status", "Total"], facts.Orders.Select(o => (string[])
        [
            HtmlPage.Encode(o[0]), Link($"orders/{o[1]}", o[2]), HtmlPage.Encode(o[3]), HtmlPage.Encode(new Money(long.Parse(o[4], System.Globalization.CultureInfo.InvariantCulture), o[5]).ToString()),
        ]));
        Table(page, "Waiting for a person", "Nobody has to do anything.", ["Since (UTC)", "Task", "Kind", "Status"], facts.Tasks.Select(t => (string[])
        [
            HtmlPage.Encode(t[0]), $"<a href=\"/tasks/{HtmlPage.Encode(t[1])}\">{HtmlPage.Encode(t[3])}</a>", HtmlPage.Encode(t[2]), HtmlPage.Encode(t[4]),
        ]));
        Table(page, "Exceptions", "Nothing is wrong.", ["Since (UTC)", "What", "Severity", "About"], facts.Exceptions.Select(e => (string[])
        [
            HtmlPage.Encode(e[0]), Link($"exceptions/{e[1]}", e[4]), HtmlPage.Encode(e[2]), HtmlPage.Encode(e[3]),
        ]));
        Table(page, "Stuck work", "Everything moves.", ["Kind", "About", "What it says"], facts.Stuck.Select(s => s.Select(HtmlPage.Encode).ToArray()));
        return page.ToString();
    }

    private static string Link(string resource, string text) => $"<a href=\"/api/v1/{HtmlPage.Encode(resource)}\">{HtmlPage.Encode(text)}</a>";

    private static void Table(StringBuilder page, string title, string empty, string[] heads, IEnumerable<string[]> rows)
    {
        page.Append("<h2>").Append(title).Append("</h2>");
        var any = false;
        foreach (var row in rows)
        {
            page.Append(any ? "" : $"<div class=\"scroll\"><table><thead><tr>{string.Concat(heads.Select(h => $"<th>{h}</th>"))}</tr></thead><tbody>").Append("<tr>");
            any = true;
            foreach (var cell in row)
            {
                page.Append("<td>").Append(cell).Append("</td>");
            }

            page.Append("</tr>");
        }

        page.Append(any ? "</tbody></table></div>" : $"<p class=\"soft\">{empty}</p>");
    }
}
