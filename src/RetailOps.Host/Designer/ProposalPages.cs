using System.Globalization;
using System.Text;

using MediatR;

using Microsoft.AspNetCore.Antiforgery;

using RetailOps.Kernel;
using RetailOps.Platform;
using RetailOps.Workflows;

namespace RetailOps.Host;

/// <summary>
/// Where a change to a governed workflow goes from the one who drew it to another who lets it live: what is proposed, what it says differently,
/// and the versions of a workflow with who answers for them. Forms without scripts.
/// </summary>
internal sealed class ProposalPages(RequestRunner requests, PeopleNames names, WorkflowGovernance governance, IAntiforgery forgery)
{
    private const string Proposals = "/designer/proposals";
    private const int Most = 50;

    public static void Map(IEndpointRouteBuilder people)
    {
        people.MapGet("/proposals", (HttpContext http, ProposalPages pages) => pages.List(http, StatusCodes.Status200OK, null));
        people.MapPost("/proposals", (HttpContext http, ProposalPages pages) => pages.Decide(http)).DisableAntiforgery();
        people.MapGet("/definitions/{definitionId}/versions", (HttpContext http, string definitionId, ProposalPages pages) => pages.Versions(http, definitionId, StatusCodes.Status200OK, null));
        people.MapPost("/definitions/{definitionId}/versions", (HttpContext http, string definitionId, ProposalPages pages) => pages.Propose(http, definitionId)).DisableAntiforgery();
    }

    private async Task List(HttpContext http, int status, string? trouble)
    {
        var found = await Ask(http, new ListWorkflowProposals("open", null, null, Most));
        if (!found.IsSuccess)
        {
            await Say(http, found.Refusal);
            return;
        }

        var who = await names.Of(found.Value.Select(p => p.ProposedBy), http.RequestAborted);
        var page = new StringBuilder(Trouble(trouble));
        foreach (var proposal in found.Value)
        {
            var difference = await Ask(http, new CompareWorkflowVersions(proposal.DefinitionId, proposal.Version, null));
            var id = HtmlPage.Encode(proposal.DefinitionId);
            page.Append(
                $"""
                <section class="card frame-proposal"><h2>{Verb(proposal.Action)} <a href="/designer/definitions/{Uri.EscapeDataString(proposal.DefinitionId)}">{id}</a>, version {proposal.Version}</h2>
                <p>Proposed by <strong>{HtmlPage.Encode(who[proposal.ProposedBy])}</strong> on {Moment(proposal.ProposedAt)}: {(proposal.Reason.Length > 0 ? $"<q>{HtmlPage.Encode(proposal.Reason)}</q>" : "<span class=\"soft\">no reason was given</span>")}</p>
                {(difference.IsSuccess ? DifferenceView.Of(difference.Value) : Trouble(difference.Refusal.Message))}
                {(proposal.Reason.Length == 0 && proposal.ProposedBy == Callers.SignedIn(http.User)!.Actor ? ReasonForm(http, proposal) : "")}
                {(May(http, "workflows.approve") ? DecisionForm(http, proposal) : "<p class=\"soft\">A publisher decides about it, never who drew or proposed it.</p>")}
                </section>
                """);
        }

        if (found.Value.Count == 0)
        {
            page.Append("<p class=\"soft\">Nothing is proposed. Who changes a governed workflow in the designer proposes it from its versions.</p>");
        }

        await DesignerFrame.WritePlain(http, status, "Proposals", Proposals, page.ToString());
    }

    private async Task Versions(HttpContext http, string definitionId, int status, string? trouble)
    {
        var found = await Ask(http, new ListWorkflowVersions(definitionId));
        if (!found.IsSuccess)
        {
            await Say(http, found.Refusal);
            return;
        }

        var versions = found.Value;
        var who = await names.Of(versions.SelectMany(v => v.Authors.Append(v.ApprovedBy ?? "").Append(v.Proposal?.ProposedBy ?? "").Append(v.Proposal?.DecidedBy ?? "")), http.RequestAborted);
        var page = new StringBuilder(Trouble(trouble));
        var isGoverned = governance.All || versions.Any(v => v.IsFromFile || v.Proposal is not null);
        page.Append($"<p>{(isGoverned ? "This workflow is governed: a change goes live when another person has approved it." : "This workflow is free: what is published in the designer is live at once, unless it does what nobody does alone.")} <a href=\"/designer/definitions/{Uri.EscapeDataString(definitionId)}\">Open it in the designer</a></p>");
        var latest = versions[0];
        if (isGoverned && latest is { IsPublished: false, Proposal: not { Status: "open" } } && May(http, "workflows.draw"))
        {
            var difference = await Ask(http, new CompareWorkflowVersions(definitionId, latest.Version, null));
            page.Append(
                $"""
                <section class="card"><h2>Propose version {latest.Version}</h2>{(difference.IsSuccess ? DifferenceView.Of(difference.Value) : "")}
                <form method="post">{Token(http)}<input type="hidden" name="version" value="{latest.Version}">
                <label for="reason">Why</label><textarea class="frame-words" id="reason" name="reason" required maxlength="500" rows="3"></textarea><button>Propose</button></form></section>
                """);
        }

        page.Append("<h2>Versions</h2><div class=\"scroll\"><table><thead><tr><th>Version</th><th>Status</th><th>Drawn by</th><th>Begun (UTC)</th><th>Approved by</th><th>Why</th></tr></thead><tbody>");
        foreach (var version in versions)
        {
            page.Append(
                $"<tr><td>{version.Version}</td><td>{Status(version, who)}</td><td>{HtmlPage.Encode(string.Join(", ", version.Authors.Select(a => who[a])))}</td><td>{Moment(version.CreatedAt)}</td>"
                + $"<td>{HtmlPage.Encode(version.ApprovedBy is { } by ? who[by] : "")}</td><td>{HtmlPage.Encode(version.Reason ?? version.Proposal?.Reason)}</td></tr>");
        }

        page.Append("</tbody></table></div>");
        await DesignerFrame.WritePlain(http, status, latest.Name, StudioFiles.Base, page.ToString());
    }

    private async Task Decide(HttpContext http)
    {
        if (await Form(http) is not { } form)
        {
            await List(http, StatusCodes.Status400BadRequest, "The page was too old. Please try again.");
            return;
        }

        var reason = form["reason"].ToString().Trim();
        if (reason.Length == 0 && form["unexplained"].Count > 0)
        {
            await List(http, StatusCodes.Status400BadRequest, "Nobody has said why this is to be; write it yourself, or ask who proposed it to.");
            return;
        }

        var decided = await Ask(http, new DecideWorkflow(form["definitionId"].ToString(), Number(form["version"]), form["decision"] == "approve", reason.Length > 0 ? reason : null, form["action"].ToString()));
        if (decided.IsSuccess)
        {
            http.Response.Redirect(Proposals);
            return;
        }

        await List(http, Problems.StatusOf(decided.Refusal), decided.Refusal.Message);
    }

    private async Task Propose(HttpContext http, string definitionId)
    {
        if (await Form(http) is not { } form)
        {
            await Versions(http, definitionId, StatusCodes.Status400BadRequest, "The page was too old. Please try again.");
            return;
        }

        var action = form["action"].ToString() is { Length: > 0 } given ? given : "publish";
        var proposed = await Ask(http, new ProposeWorkflow(definitionId, Number(form["version"]), action, form["reason"].ToString().Trim()));
        if (proposed.IsSuccess)
        {
            http.Response.Redirect(Proposals);
            return;
        }

        await Versions(http, definitionId, Problems.StatusOf(proposed.Refusal), proposed.Refusal.Message);
    }

    private Task<Result<T>> Ask<T>(HttpContext http, IRequest<Result<T>> request) => requests.Run(Callers.SignedIn(http.User)!, request, ct: http.RequestAborted);

    private async Task<IFormCollection?> Form(HttpContext http) => http.Request.HasFormContentType && await forgery.IsRequestValidAsync(http) ? await http.Request.ReadFormAsync(http.RequestAborted) : null;

    private string Token(HttpContext http) => forgery.GetAndStoreTokens(http) is var token ? $"<input type=\"hidden\" name=\"{token.FormFieldName}\" value=\"{HtmlPage.Encode(token.RequestToken)}\">" : "";

    /// <summary>The designer's button has no place for a reason.</summary>
    private string ReasonForm(HttpContext http, WorkflowProposal proposal) =>
        $"""
        <form method="post" action="/designer/definitions/{Uri.EscapeDataString(proposal.DefinitionId)}/versions">{Token(http)}<input type="hidden" name="version" value="{proposal.Version}"><input type="hidden" name="action" value="{HtmlPage.Encode(proposal.Action)}">
        <label for="why-{proposal.Id}">Why? Say it before somebody decides</label><textarea class="frame-words" id="why-{proposal.Id}" name="reason" required maxlength="500" rows="2"></textarea>
        <button>Say why</button></form>
        """;

    private string DecisionForm(HttpContext http, WorkflowProposal proposal) =>
        $"""
        <form method="post" action="{Proposals}">{Token(http)}<input type="hidden" name="definitionId" value="{HtmlPage.Encode(proposal.DefinitionId)}"><input type="hidden" name="version" value="{proposal.Version}"><input type="hidden" name="action" value="{HtmlPage.Encode(proposal.Action)}">{(proposal.Reason.Length == 0 ? "<input type=\"hidden\" name=\"unexplained\" value=\"1\">" : "")}
        <label for="reason-{proposal.Id}">Your words ({(proposal.Reason.Length == 0 ? "needed, since nobody has said why" : "needed to reject")})</label><textarea class="frame-words" id="reason-{proposal.Id}" name="reason" maxlength="500" rows="2"></textarea>
        <button name="decision" value="approve">Approve</button> <button class="frame-second" name="decision" value="reject">Reject</button></form>
        """;

    private static Task Say(HttpContext http, Refusal refusal) => DesignerFrame.WritePlain(http, Problems.StatusOf(refusal), "Not here", StudioFiles.Base, Trouble(refusal.Message));

    private static string Status(WorkflowVersion version, IReadOnlyDictionary<string, string> who) => version switch
    {
        { IsPublished: true } => "<strong>live</strong>",
        { Proposal.Status: "open" } => "proposed",
        { Proposal: { Status: "rejected" } rejected } => $"rejected by {HtmlPage.Encode(who[rejected.DecidedBy!])}: <q>{HtmlPage.Encode(rejected.DecisionReason)}</q>",
        { ApprovedBy: not null } => "was live",
        _ => version.IsFromFile ? "from a file" : "draft",
    };

    private static string Verb(string action) => action switch { "retract" => "Retract", "delete" => "Delete", _ => "Publish" };

    private static bool May(HttpContext http, string permission) => Callers.SignedIn(http.User)!.May(permission);

    private static int Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("d MMM yyyy HH:mm", CultureInfo.InvariantCulture);

    private static string Trouble(string? words) => words is null ? "" : $"<p class=\"error\" role=\"alert\">{HtmlPage.Encode(words)}</p>";
}
