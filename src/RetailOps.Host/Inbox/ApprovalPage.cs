using System.Globalization;
using System.Text;

using MediatR;

using RetailOps.Kernel;
using RetailOps.Orders;
using RetailOps.Platform;
using RetailOps.Returns;

namespace RetailOps.Host;

/// <summary><c>/approvals/{id}</c>: one refund with everything that is known of it, and what can be said about it.</summary>
internal sealed class ApprovalPage(InboxDesk desk)
{
    public static void Map(IEndpointRouteBuilder people)
    {
        people.MapGet("/{id:guid}", (HttpContext http, Guid id, ApprovalPage page) => page.Show(http, id, StatusCodes.Status200OK, null, null));
        people.MapPost("/{id:guid}", (HttpContext http, Guid id, ApprovalPage page) => page.Say(http, id)).DisableAntiforgery();
    }

    private async Task Show(HttpContext http, Guid id, int status, string? trouble, Typed? typed)
    {
        var found = await desk.Ask(http, new GetApprovalFacts(id));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Approvals);
            return;
        }

        var facts = found.Value;
        var order = facts.Refund.OrderId is { } number && InboxDesk.Me(http).May("orders.read") ? await desk.Ask(http, new GetOrder(number)) : null;
        var words = await desk.Words(ApprovalSheet.People(facts), http.RequestAborted);
        var sheet = new ApprovalSheet(facts, order is { IsSuccess: true } known ? known.Value : null, words);
        typed ??= desk.Kept.Take(http) is { } kept ? new("approve", kept, "") : null;
        var said = http.Request.Query["done"].ToString();
        var page = new StringBuilder(InboxFrame.Trouble(trouble == facts.Hindrance?.Message ? null : trouble))
            .Append(InboxFrame.Notice(Came(said, facts.Approval)))
            .Append(typed is { Words.Length: > 0 } && trouble is null ? InboxFrame.Notice("What you typed before you gave your password is below. It is not sent yet.") : "")
            .Append("<div class=\"two\"><div class=\"lead\">").Append(sheet.Lead())
            .Append("</div><aside>").Append(await Aside(http, facts, words, typed)).Append("</aside><div class=\"rest\">").Append(sheet.Computed()).Append(sheet.Counted()).Append(sheet.Evidence()).Append(sheet.History())
            .Append("</div></div>");
        await InboxFrame.Write(http, status, $"Refund {facts.Approval.Reference}", InboxFrame.Approvals, page.ToString());
    }

    private async Task<string> Aside(HttpContext http, ApprovalFacts facts, InboxWords words, Typed? typed)
    {
        var (approval, me) = (facts.Approval, InboxDesk.Me(http));
        if (approval.Status != "open")
        {
            return $"<div class=\"card\"><h2>Decided</h2><p>This refund was <strong>{approval.Status}</strong>.</p><p><a href=\"/approvals\">To what is open</a></p></div>";
        }

        var page = new StringBuilder("<div class=\"card\"><h2>Your decision</h2>");
        page.Append(approval.AwaitsInformation ? "<p><span class=\"tag\">question open</span> Somebody asked something that was not answered yet; see below.</p>" : "");
        if (facts.Hindrance is { } hindrance)
        {
            page.Append($"<div class=\"note stop\"><p><strong>You cannot decide about it.</strong></p><p>{InboxWords.Text(hindrance.Message)}</p></div>");
        }
        else
        {
            page.Append(approval.DelegatedTo == me.Actor ? "<p>Somebody left it to you to answer; your answer counts for both of you.</p>" : "")
                .Append(approval.Tier > 1 ? "<p class=\"hint\">Two people must agree. A yes needs your password of the last five minutes; you are asked for it when that is over.</p>" : "")
                .Append(Open(http, approval))
                .Append(Area("comment", "Your words (needed to reject)", typed is { Act: "approve" or "reject" } ? typed.Words : "", 500, 3, required: false))
                .Append("<div class=\"buttons\"><button name=\"act\" value=\"approve\">Approve</button><button class=\"danger\" name=\"act\" value=\"reject\">Reject</button></div></form>");
        }

        page.Append("</div>");
        var more = new StringBuilder();
        if (me.May("refunds.approve"))
        {
            More(more, http, approval, typed, "ask", "Ask a question first", "Ask", Area("ask-words", "What must be known", Of(typed, "ask"), 500, 3));
        }

        if (me.May("refunds.inform"))
        {
            More(more, http, approval, typed, "tell", approval.AwaitsInformation ? "Answer the question" : "Add what helps to decide", "Add", Area("tell-words", "What you know", Of(typed, "tell"), 500, 3));
        }

        if (facts.Hindrance is null && approval.DelegatedTo != me.Actor)
        {
            var others = (await desk.Approvers(http.RequestAborted)).Where(p => p.Actor != me.Actor).ToList();
            if (others.Count > 0)
            {
                More(more, http, approval, typed, "delegate", approval.DelegatedTo is null ? "Leave it to somebody else" : "It is left to " + words.Who(approval.DelegatedTo), "Leave it", $"""
                    <label for="to">To whom</label><select id="to" name="to">{string.Concat(others.Select(p => $"<option{(typed?.To == p.Name ? " selected" : "")}>{HtmlPage.Encode(p.Name)}</option>"))}</select>
                    {Area("delegate-words", "Your words (not needed)", Of(typed, "delegate"), 500, 2, required: false)}
                    """);
            }
        }

        if (me.May("refunds.withdraw") && (approval.RequestedBy == me.Actor || me.May("refunds.approve")))
        {
            More(more, http, approval, typed, "withdraw", "Give the refund up", "Give it up", Area("withdraw-words", "Why", Of(typed, "withdraw"), 200, 2));
        }

        return page.Append(more.Length > 0 ? $"<div class=\"card\"><h2>Something else</h2>{more}</div>" : "").ToString();
    }

    private void More(StringBuilder page, HttpContext http, ApprovalView approval, Typed? typed, string act, string title, string button, string fields) =>
        page.Append($"<details{(typed?.Act == act ? " open" : "")}><summary>{title}</summary>{Open(http, approval)}{fields}<button class=\"second\" name=\"act\" value=\"{act}\">{button}</button></form></details>");

    private string Open(HttpContext http, ApprovalView approval) =>
        $"<form method=\"post\" action=\"/approvals/{approval.Id}\">{desk.Token(http)}{InboxWords.Hidden("revision", approval.Revision.ToString(CultureInfo.InvariantCulture))}{InboxWords.Hidden("subject", approval.Subject)}";

    private static string Area(string name, string label, string? typed, int most, int rows, bool required = true) =>
        $"<label for=\"{name}\">{label}</label><textarea id=\"{name}\" name=\"{name}\" maxlength=\"{most}\" rows=\"{rows}\"{(required ? " required" : "")}>\n{InboxWords.Text(typed)}</textarea>";

    private static string? Of(Typed? typed, string act) => typed?.Act == act ? typed.Words : "";

    private static string? Came(string done, ApprovalView approval) => done switch
    {
        "approve" when approval is { Status: "open" } => "You approved it. Another person must, too. <a href=\"/approvals\">To what else is open</a>",
        "approve" => "You approved it; the money goes back. <a href=\"/approvals\">To what else is open</a>",
        "reject" => "You rejected it; nothing is paid. <a href=\"/approvals\">To what else is open</a>",
        "ask" => "Your question stands in the history below, and the refund waits.",
        "tell" => "What you wrote stands in the history below.",
        "delegate" => "It is left to that person now; you may still answer yourself.",
        "withdraw" => "The refund is given up; nothing is paid.",
        _ => null,
    };

    private async Task Say(HttpContext http, Guid id)
    {
        if (await desk.Form(http) is not { } form)
        {
            await Show(http, id, StatusCodes.Status400BadRequest, InboxDesk.PageTooOld, null);
            return;
        }

        var act = form["act"].ToString();
        var words = form[act is "approve" or "reject" ? "comment" : act + "-words"].ToString().Trim();
        var typed = new Typed(act, words, form["to"].ToString());
        var revision = int.TryParse(form["revision"], NumberStyles.None, CultureInfo.InvariantCulture, out var seen) ? seen : 0;
        var given = words.Length > 0 ? words : null;
        IRequest<Result<ApprovalView>>? request = act switch
        {
            "approve" or "reject" => new DecideApproval(id, act == "approve", given, revision, form["subject"].ToString()),
            "ask" => new RequestInformation(id, words, revision),
            "tell" => new InformApproval(id, words, revision),
            "delegate" => new DelegateApproval(id, typed.To, given, revision),
            "withdraw" => new WithdrawApproval(id, words, revision),
            _ => null,
        };
        if (request is null)
        {
            await Show(http, id, StatusCodes.Status400BadRequest, InboxDesk.PageTooOld, null);
            return;
        }

        var answer = await desk.Ask(http, request);
        if (answer.IsSuccess)
        {
            http.LeadTo($"/approvals/{id}?done={act}");
        }
        else if (FreshSignIn.IsAskedBy(answer.Refusal))
        {
            desk.Kept.Keep(http, words);
            http.LeadTo($"{FreshSignIn.Page}?returnTo={Uri.EscapeDataString(http.Request.Path)}");
        }
        else
        {
            await Show(http, id, Problems.StatusOf(answer.Refusal), Plain(answer.Refusal), typed);
        }
    }

    private static string Plain(Refusal refusal) => refusal switch
    {
        { Code: "request.stale-revision" } => "Somebody did something about this refund since you opened it. This is how it stands now; look again and decide anew.",
        { Details: IReadOnlyList<RequestFault> faults } when faults.Any(f => f.Code == "returns.comment") => "A no needs your words: say why, in at most 500 characters.",
        { Details: IReadOnlyList<RequestFault> faults } => string.Join(' ', faults.Select(f => f.Message)),
        _ => refusal.Message,
    };

    /// <summary>What somebody typed and could not send.</summary>
    private sealed record Typed(string Act, string Words, string To);
}
