using System.Globalization;
using System.Text;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary><c>/approvals</c>: refunds that wait for a person. The filters stand in the address, so that a list can be kept and sent on.</summary>
internal sealed class ApprovalListPage(InboxDesk desk)
{
    private const int PageSize = 25;

    public static void Map(IEndpointRouteBuilder people)
    {
        people.MapGet("", (HttpContext http, ApprovalListPage page) => page.Show(http, StatusCodes.Status200OK, ""));
        people.MapPost("", (HttpContext http, ApprovalListPage page) => page.ApproveChosen(http)).DisableAntiforgery();
    }

    private async Task Show(HttpContext http, int status, string above)
    {
        var filter = Filter.Of(http.Request.Query, InboxDesk.Me(http).May("refunds.approve"));
        var found = await desk.Ask(http, filter.ToRequest(desk));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Approvals);
            return;
        }

        var rows = found.Value.Take(PageSize).ToList();
        var words = await desk.Words(rows.SelectMany(r => new[] { r.RequestedBy, r.DelegatedTo }), http.RequestAborted);
        var numbers = await desk.Numbers(rows.Select(r => r.OrderId), http.RequestAborted);
        var page = new StringBuilder(above).Append(FilterForm(filter));
        if (rows.Count == 0)
        {
            page.Append(filter.Mine
                ? "<p class=\"soft\">Nothing waits for you. <a href=\"/approvals?who=all\">Look at everybody's</a></p>"
                : "<p class=\"soft\">No refund fits these filters.</p>");
        }
        else
        {
            var isBulk = filter is { Mine: true, Status: "open" } && rows.Any(r => r.Tier == 1);
            page.Append(isBulk ? $"<form method=\"post\" action=\"/approvals\">{desk.Token(http)}" : "");
            Table(page, rows, words, numbers, isBulk, InboxDesk.Me(http).Actor);
            page.Append(isBulk
                ? """
                  <label for="bulk-comment">Your words for all that are ticked (not needed)</label><textarea id="bulk-comment" name="comment" maxlength="500" rows="1"></textarea>
                  <div class="buttons"><button>Approve what is ticked</button></div><p class="hint">Refunds that need two people are opened and decided one by one.</p></form>
                  """
                : "");
        }

        page.Append(found.Value.Count > PageSize ? $"<p class=\"pages\"><a href=\"{HtmlPage.Encode(filter.Address(rows[^1].Id))}\">The next {PageSize}</a></p>" : "");
        await InboxFrame.Write(http, status, "Refunds to approve", InboxFrame.Approvals, page.ToString());
    }

    private static void Table(StringBuilder page, List<ApprovalView> rows, InboxWords words, IReadOnlyDictionary<OrderId, string> numbers, bool isBulk, string me)
    {
        page.Append($"<div class=\"scroll\"><table><thead><tr>{(isBulk ? "<th class=\"tick\"><span class=\"unseen\">Choose</span></th>" : "")}<th class=\"money\">Amount</th><th>Order</th><th>Why</th><th>Asked by</th><th>Waiting</th><th>Due</th><th>People</th></tr></thead><tbody>");
        foreach (var row in rows)
        {
            var amount = InboxWords.Amount(row.Amount);
            var about = row.OrderId is { } order ? numbers.GetValueOrDefault(order, row.Reference) : row.Reference;
            var box = row is { Tier: 1, Status: "open" }
                ? $"<input type=\"checkbox\" name=\"chosen\" value=\"{row.Id} {row.Revision} {row.Subject}\" aria-label=\"Choose {amount} of {InboxWords.Text(about)}\">"
                : "";
            page.Append(isBulk ? $"<tr><td class=\"tick\">{box}</td>" : "<tr>")
                .Append($"<td class=\"money\"><a href=\"/approvals/{row.Id}\">{amount}</a></td><td>{InboxWords.Text(about)}</td><td class=\"words\">{InboxWords.Text(row.Reason)}</td><td>{words.Who(row.RequestedBy)}</td>")
                .Append($"<td>{words.Age(row.OpenedAt)}</td><td>{(row.Status == "open" ? words.Due(row.DueAt) : $"<span class=\"tag{(row.Status == "approved" ? " good" : "")}\">{row.Status}</span>")}</td>")
                .Append($"<td>{(row.Tier == 1 ? "1" : $"{row.DecidedBy.Count} of 2")}{(row.AwaitsInformation ? " <span class=\"tag\">question open</span>" : "")}{(row.DelegatedTo == me ? " <span class=\"tag\">left to you</span>" : "")}</td></tr>");
        }

        page.Append("</tbody></table></div>");
    }

    private static string FilterForm(Filter filter) =>
        $"""
        <form class="filters" method="get" action="/approvals">
        {Choice("who", "Whose", filter.Mine ? "mine" : "all", ("mine", "I may decide"), ("all", "everybody's"))}
        {Choice("status", "State", filter.Status ?? "any", ("open", "open"), ("approved", "approved"), ("rejected", "rejected"), ("any", "any"))}
        {Choice("tier", "People", filter.Tier?.ToString(CultureInfo.InvariantCulture) ?? "", ("", "any"), ("1", "one"), ("2", "two"))}
        {Choice("due", "Due", filter.Due, ("", "any time"), ("overdue", "overdue"), ("today", "by tonight"))}
        <div><label for="least">At least (GBP)</label><input id="least" name="least" inputmode="decimal" value="{InboxWords.Text(filter.Least)}"></div>
        {Choice("sort", "Sorted by", filter.Sort, ("due", "due next"), ("amount", "largest"), ("opened", "oldest"))}
        <button class="second">Show</button></form>
        """;

    private static string Choice(string name, string label, string chosen, params (string Value, string Text)[] options) =>
        $"<div><label for=\"{name}\">{label}</label><select id=\"{name}\" name=\"{name}\">{string.Concat(options.Select(o => $"<option value=\"{o.Value}\"{(o.Value == chosen ? " selected" : "")}>{o.Text}</option>"))}</select></div>";

    /// <summary>Each in a transaction of its own, as the API does it.</summary>
    private async Task ApproveChosen(HttpContext http)
    {
        if (await desk.Form(http) is not { } form)
        {
            await Show(http, StatusCodes.Status400BadRequest, InboxFrame.Trouble(InboxDesk.PageTooOld));
            return;
        }

        var comment = form["comment"].ToString().Trim();
        var (done, troubles) = (0, new StringBuilder());
        var chosen = form["chosen"].OfType<string>().Select(c => c.Split(' ')).Where(c => c.Length == 3 && Guid.TryParse(c[0], out _)).Take(PageSize).ToList();
        foreach (var parts in chosen)
        {
            var revision = int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
            var answer = await desk.Ask(http, new DecideApproval(Guid.Parse(parts[0]), true, comment.Length > 0 ? comment : null, revision, parts[2], MostTier: 1));
            done += answer.IsSuccess ? 1 : 0;
            troubles.Append(answer.IsSuccess ? "" : $"<p><a href=\"/approvals/{HtmlPage.Encode(parts[0])}\">This one</a> was not approved: {HtmlPage.Encode(answer.Refusal.Message)}</p>");
        }

        var above = InboxFrame.Notice(chosen.Count == 0 ? "Nothing was ticked." : $"{done} of {chosen.Count} approved.") + (troubles.Length > 0 ? $"<div class=\"note stop\" role=\"alert\">{troubles}</div>" : "");
        await Show(http, StatusCodes.Status200OK, above);
    }

    /// <summary>What the address says.</summary>
    private sealed record Filter(bool Mine, string? Status, int? Tier, string Due, string Least, string Sort, Guid? After)
    {
        public static Filter Of(IQueryCollection query, bool mayApprove) => new(
            query["who"].ToString() switch { "mine" => true, "all" => false, _ => mayApprove },
            query["status"].ToString() switch { "approved" => "approved", "rejected" => "rejected", "any" => null, _ => "open" },
            query["tier"].ToString() switch { "1" => 1, "2" => 2, _ => null },
            query["due"].ToString() is "overdue" or "today" ? query["due"].ToString() : "",
            query["least"].ToString() is { Length: <= 12 } least ? least.Trim() : "",
            query["sort"].ToString() is "amount" or "opened" ? query["sort"].ToString() : "due",
            Guid.TryParse(query["after"].ToString(), out var after) ? after : null);

        public ListApprovals ToRequest(InboxDesk desk) => new(
            Status, After, PageSize + 1, Tier, Mine && Status == "open", Due switch { "overdue" => desk.Now, "today" => desk.EndOfToday(), _ => null }, AtLeast(), Sort);

        public string Address(Guid after) => InboxFrame.Approvals + QueryString.Create(new Dictionary<string, string?>
        {
            ["who"] = Mine ? "mine" : "all",
            ["status"] = Status ?? "any",
            ["tier"] = Tier?.ToString(CultureInfo.InvariantCulture),
            ["due"] = Due,
            ["least"] = Least,
            ["sort"] = Sort,
            ["after"] = after.ToString(),
        });

        private Money? AtLeast() =>
            decimal.TryParse(Least, NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands, CultureInfo.InvariantCulture, out var least) && least < 1_000_000_000 ? new Money((long)(least * 100), "GBP") : null;
    }
}
