using System.Text;

using RetailOps.Integration;
using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary><c>/notices/{id}</c>: one message as the customer got it, and a form to tell it once more.</summary>
internal sealed class NoticePage(InboxDesk desk)
{
    public static void Map(IEndpointRouteBuilder people)
    {
        people.MapGet("/{id:guid}", (HttpContext http, Guid id, NoticePage page) => page.Show(http, id, StatusCodes.Status200OK, null));
        people.MapPost("/{id:guid}", (HttpContext http, Guid id, NoticePage page) => page.Resend(http, id)).DisableAntiforgery();
    }

    private async Task Show(HttpContext http, Guid id, int status, string? trouble)
    {
        var found = await desk.Ask(http, new ReadNotice(id));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Notices);
            return;
        }

        var (notice, mail) = (found.Value.Notice, found.Value.Mail);
        var words = await desk.Words([], http.RequestAborted);
        var numbers = await desk.Numbers([notice.OrderId], http.RequestAborted);
        var page = new StringBuilder(InboxFrame.Trouble(trouble))
            .Append(InboxFrame.Notice(http.Request.Query["done"].ToString() is "again" ? "It is told once more; this is the new message." : null))
            .Append("<div class=\"two\"><div class=\"lead\"><section class=\"card\" aria-label=\"What it is about\"><dl class=\"facts\">")
            .Append($"<dt>Order</dt><dd>{InboxWords.Text(numbers.GetValueOrDefault(notice.OrderId))}</dd><dt>About</dt><dd>{InboxWords.Text(notice.Subject)}</dd>")
            .Append($"<dt>State</dt><dd>{NoticeListPage.StateWords(notice.Status)}{(notice.Why is null ? "" : $" <span class=\"soft\">{InboxWords.Text(notice.Why)}</span>")}</dd>")
            .Append($"<dt>Template</dt><dd>{InboxWords.Text(notice.Template)}{(notice.Language is null ? "" : $", {InboxWords.Text(notice.Language)}, version {notice.TemplateVersion}")}</dd>")
            .Append($"<dt>Asked for</dt><dd>{words.Moment(notice.RequestedAt)}</dd><dt>Decided</dt><dd>{(notice.DecidedAt is { } decided ? words.Moment(decided) : "not yet")}</dd><dt>Tries</dt><dd>{notice.Attempts}</dd>");
        if (notice.CopyOf is { } first)
        {
            page.Append($"<dt>Told again</dt><dd><a href=\"/notices/{first}\">the first</a>: {InboxWords.Text(notice.AskedBecause)}</dd>");
        }

        if (mail is not null)
        {
            page.Append($"<dt>To</dt><dd>{InboxWords.Text(mail.To)}</dd><dt>Subject</dt><dd>{InboxWords.Text(mail.Subject)}</dd>");
        }

        page.Append("</dl></section></div><aside>").Append(Form(http, notice)).Append("</aside><div class=\"rest\">").Append(Said(notice, mail)).Append("</div></div>");
        await InboxFrame.Write(http, status, notice.Template, InboxFrame.Notices, page.ToString());
    }

    // A frame that may do nothing: no scripts, no forms, no way out, and of another origin than we.
    private static string Said(NoticeView notice, MailText? mail) => mail is null
        ? notice.Status == "sent" ? "<p class=\"soft\">What it said is kept for 30 days, and goes with the customer.</p>" : ""
        : $"<h2>As text</h2><pre class=\"card\">{HtmlPage.Encode(mail.Text)}</pre>"
          + (mail.Html is null ? "" : $"<h2>As HTML</h2><iframe class=\"mail\" sandbox=\"\" title=\"The message as HTML\" srcdoc=\"{HtmlPage.Encode(mail.Html)}\"></iframe>");

    private string Form(HttpContext http, NoticeView notice) => notice.Status == "asked" || !InboxDesk.Me(http).May("notices.resend")
        ? ""
        : $"""
          <form class="card" method="post" action="/notices/{notice.Id}">{desk.Token(http)}<h2>Tell it once more</h2>
          <label for="reason">Why</label><input id="reason" name="reason" required maxlength="200" aria-describedby="hint"><p id="hint" class="soft">No names or addresses: it stays in the records.</p>
          <button>Send it again</button></form>
          """;

    private async Task Resend(HttpContext http, Guid id)
    {
        if (await desk.Form(http) is not { } form)
        {
            await Show(http, id, StatusCodes.Status400BadRequest, InboxDesk.PageTooOld);
            return;
        }

        var found = await desk.Ask(http, new ReadNotice(id));
        var again = found.IsSuccess ? await desk.Ask(http, new ResendNotice(found.Value.Notice.OrderId, id, form["reason"].ToString())) : found.Refusal;
        if (again.IsSuccess)
        {
            http.LeadTo($"/notices/{again.Value.Id}?done=again");
            return;
        }

        await Show(http, id, Problems.StatusOf(again.Refusal), again.Refusal.Message);
    }
}
