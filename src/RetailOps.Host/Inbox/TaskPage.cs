using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary><c>/tasks/{id}</c>: what a workflow wants to know, and a form drawn by what it asks for.</summary>
internal sealed class TaskPage(InboxDesk desk)
{
    public static void Map(IEndpointRouteBuilder people)
    {
        people.MapGet("/{id:guid}", (HttpContext http, Guid id, TaskPage page) => page.Show(http, id, StatusCodes.Status200OK, null, null, null));
        people.MapPost("/{id:guid}", (HttpContext http, Guid id, TaskPage page) => page.Do(http, id)).DisableAntiforgery();
    }

    private async Task Show(HttpContext http, Guid id, int status, string? trouble, IFormCollection? typed, IReadOnlyList<RequestFault>? faults)
    {
        var found = await desk.Ask(http, new GetTask(id));
        if (!found.IsSuccess)
        {
            await InboxDesk.Refuse(http, found.Refusal, InboxFrame.Tasks);
            return;
        }

        var task = found.Value;
        if (TaskListPage.ApprovalOf(task) is { } approval && task.Status is "open" or "claimed")
        {
            http.LeadTo($"/approvals/{approval}");
            return;
        }

        var words = await desk.Words([task.ClaimedBy], http.RequestAborted);
        var claimed = http.Request.Query["done"].ToString() is "claim" && task.ClaimedBy == InboxDesk.Me(http).Actor;
        var page = new StringBuilder(InboxFrame.Trouble(trouble)).Append(InboxFrame.Notice(claimed ? "It is yours now." : null)).Append("<div class=\"two\"><div class=\"lead\">")
            .Append("<section class=\"card\" aria-label=\"What it is about\"><dl class=\"facts\">")
            .Append($"<dt>Kind</dt><dd>{InboxWords.Text(task.Kind)}</dd><dt>About</dt><dd>{InboxWords.Text(task.Key)}</dd><dt>Waiting for</dt><dd>{words.Age(task.OpenedAt)} <span class=\"soft\">(since {words.Moment(task.OpenedAt)})</span></dd>")
            .Append($"<dt>Due</dt><dd>{words.Due(task.DueAt)}</dd><dt>For</dt><dd>{(task.Candidates.Count > 0 ? InboxWords.Text(string.Join(", ", task.Candidates)) : "everybody who does tasks")}</dd>")
            .Append($"<dt>Taken by</dt><dd>{(task.ClaimedBy is null ? "<span class=\"soft\">nobody</span>" : words.Who(task.ClaimedBy))}</dd></dl></section>")
            .Append("</div><aside>").Append(Answer(http, task, typed, faults)).Append("</aside><div class=\"rest\">").Append(Facts(task.Facts)).Append("</div></div>");
        await InboxFrame.Write(http, status, task.Title, InboxFrame.Tasks, page.ToString());
    }

    private string Answer(HttpContext http, TaskView task, IFormCollection? typed, IReadOnlyList<RequestFault>? faults)
    {
        var me = InboxDesk.Me(http);
        if (task.Status is not ("open" or "claimed"))
        {
            return $"<div class=\"card\"><h2>Over</h2><p>This task is {task.Status}{(task.Outcome is { } outcome ? $": <strong>{InboxWords.Text(outcome)}</strong>" : "")}.</p><p><a href=\"/tasks\">To what is open</a></p></div>";
        }

        var hindrance = !me.May("tasks.complete") ? "Your roles look at tasks and do none."
            : task.Kind is "refund-approval" or "blind-return" ? "Its answer is a decision of its own; decide it there, and the task is done with it."
            : task.Candidates.Count > 0 && !me.Roles.Overlaps(task.Candidates) ? "This task is for other roles; leave it to one of its candidates."
            : task.ClaimedBy is { } holder && holder != me.Actor ? "Somebody else has taken this task."
            : null;
        if (hindrance is not null)
        {
            return $"<div class=\"card\"><h2>Your answer</h2><div class=\"note stop\"><p><strong>You cannot do it.</strong></p><p>{hindrance}</p></div></div>";
        }

        var page = new StringBuilder("<div class=\"card\"><h2>Your answer</h2>");
        page.Append(task.ClaimedBy is null
            ? $"<form method=\"post\" action=\"/tasks/{task.Id}\">{desk.Token(http)}<button class=\"second\" name=\"act\" value=\"claim\">Take it, so that nobody else does</button></form>"
            : "<p class=\"hint\">You have taken it.</p>");
        page.Append($"<form method=\"post\" action=\"/tasks/{task.Id}\">{desk.Token(http)}{InboxWords.Hidden("act", "complete")}");
        foreach (var field in task.Form ?? [])
        {
            page.Append(TaskFields.Draw(field, typed, faults?.FirstOrDefault(f => f.Field == "answer." + field.Name)?.Message));
        }

        page.Append("<div class=\"buttons\">");
        for (var i = 0; i < task.Outcomes.Count; i++)
        {
            page.Append($"<button{(i == 0 ? "" : " class=\"second\"")} name=\"outcome\" value=\"{InboxWords.Text(task.Outcomes[i])}\">{InboxWords.Text(task.Outcomes[i])}</button>");
        }

        return page.Append("</div></form></div>").ToString();
    }

    private async Task Do(HttpContext http, Guid id)
    {
        if (await desk.Form(http) is not { } form)
        {
            await Show(http, id, StatusCodes.Status400BadRequest, InboxDesk.PageTooOld, null, null);
            return;
        }

        if (form["act"] == "claim")
        {
            var claimed = await desk.Ask(http, new ClaimTask(id));
            await After(http, id, claimed, $"/tasks/{id}?done=claim", form);
            return;
        }

        var task = await desk.Ask(http, new GetTask(id));
        if (!task.IsSuccess)
        {
            await InboxDesk.Refuse(http, task.Refusal, InboxFrame.Tasks);
            return;
        }

        var answer = task.Value.Form is { } fields ? TaskFields.Read(fields, form) : null;
        await After(http, id, await desk.Ask(http, new CompleteTask(id, form["outcome"].ToString(), answer is null ? null : JsonSerializer.SerializeToElement(answer))), "/tasks?done=complete", form);
    }

    private async Task After(HttpContext http, Guid id, Result<TaskView> answer, string then, IFormCollection form)
    {
        if (answer.IsSuccess)
        {
            http.LeadTo(then);
            return;
        }

        var faults = answer.Refusal.Details as IReadOnlyList<RequestFault>;
        await Show(http, id, Problems.StatusOf(answer.Refusal), faults is null ? answer.Refusal.Message : "Something in the form is not right yet; it is marked below.", form, faults);
    }

    /// <summary>What the workflow gave along: names and values as they are, deeper things as JSON.</summary>
    private static string Facts(JsonElement? facts)
    {
        if (facts is not { } known || known.ValueKind is JsonValueKind.Null)
        {
            return "";
        }

        var rows = known.ValueKind is JsonValueKind.Object
            ? $"<dl class=\"facts\">{string.Concat(known.EnumerateObject().Select(m => $"<dt>{InboxWords.Text(m.Name)}</dt><dd>{Fact(m.Value)}</dd>"))}</dl>"
            : Fact(known);
        return $"<section class=\"card\"><h2>What the workflow knows</h2>{rows}</section>";
    }

    private static string Fact(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "<span class=\"soft\">nothing</span>",
        JsonValueKind.String => InboxWords.Text(value.GetString()),
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Object when TaskFields.MoneyOf(value) is { } money => InboxWords.Amount(money),
        JsonValueKind.Object or JsonValueKind.Array => $"<pre>{InboxWords.Text(JsonNode.Parse(value.GetRawText())!.ToJsonString(new() { WriteIndented = true }))}</pre>",
        _ => InboxWords.Text(value.GetRawText()),
    };
}
