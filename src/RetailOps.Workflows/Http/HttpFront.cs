using System.Text.Json;

using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Where definitions have their endpoints. A request becomes a stimulus, durable before anything runs, and waits for the burst that it begins: the answer
/// is what that burst wrote, or 202 with the instance's id. Whoever hangs up changes nothing.
/// </summary>
internal sealed class HttpFront(Database database, DefinitionStore definitions, EngineBell bell, IHostApplicationLifetime life)
{
    /// <summary>The name of stimuli by which web requests start instances.</summary>
    public const string StimulusName = "http";

    private const string InstanceHeader = "x-elsa-workflow-instance-id";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan MostPatience = TimeSpan.FromSeconds(100);

    /// <summary>What an answer says of this host, its other pages or the connection is not for who draws it.</summary>
    private static readonly string[] NotForDefinitions =
    [
        "set-cookie", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "content-security-policy", "content-security-policy-report-only", "strict-transport-security",
        "clear-site-data", "service-worker-allowed", "www-authenticate", "alt-svc", "refresh", "link", "nel", "report-to", "reporting-endpoints", "sourcemap", "x-content-type-options", "x-frame-options",
        "referrer-policy", "permissions-policy", "server", "date",
    ];

    public async Task Answer(HttpContext http)
    {
        var path = (http.Request.Path.Value ?? "")["/workflows".Length..].Trim('/');
        var candidates = (await RequestTable.Endpoints(database.Requests, http.Request.Method, http.RequestAborted))
            .Select(e => (Endpoint: e, Route: EndpointRule.Of(http.Request.Method, e.Path).Match(path))).Where(e => e.Route is not null).ToList();
        if (Choose(candidates, http) is not { } chosen)
        {
            await Refuse(http, candidates.Count == 0 ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict, candidates.Count == 0
                ? "No workflow listens here." : $"Several workflows wait for this; say which by the header {InstanceHeader}.");
            return;
        }

        var limits = await Limits(chosen.Endpoint, http.RequestAborted);
        if (Forbidden(http, limits, chosen.Endpoint.IsApproved) is { } status)
        {
            await Refuse(http, status, "This endpoint asks who you are and what you may: send a token. No cookie is read here.");
            return;
        }

        var (arrival, refused) = await ArrivalReader.Read(http.Request, path, chosen.Route!, limits, http.RequestAborted);
        if (arrival is null)
        {
            await Refuse(http, refused.Status, refused.Why);
            return;
        }

        // From here on nobody who hangs up is heard.
        var request = Guid.CreateVersion7();
        await RequestTable.Leave(database.Requests, request, chosen.Endpoint, arrival, CancellationToken.None);
        bell.Ring();
        await Reply(http, chosen.Endpoint.Wait?.Instance ?? request, await Wait(request, limits.Timeout ?? Patience, http.RequestAborted));
    }

    /// <summary>Who waits is meant before who starts; a path that is written out before one with parameters.</summary>
    private static (EndpointRow Endpoint, Dictionary<string, string>? Route)? Choose(List<(EndpointRow Endpoint, Dictionary<string, string>? Route)> candidates, HttpContext http)
    {
        var waiting = candidates.FindAll(c => c.Endpoint.Wait is not null);
        if (Guid.TryParse(http.Request.Headers[InstanceHeader], out var instance))
        {
            waiting = waiting.FindAll(c => c.Endpoint.Wait!.Instance == instance);
            return waiting.Count == 0 ? null : waiting.MinBy(c => c.Route!.Count);
        }

        if (waiting.Select(c => c.Endpoint.Wait!.Instance).Distinct().Skip(1).Any())
        {
            return null;
        }

        var left = waiting.Count > 0 ? waiting : candidates;
        return left.Count == 0 ? null : left.MinBy(c => c.Route!.Count);
    }

    private async Task<EndpointLimits> Limits(EndpointRow endpoint, CancellationToken ct)
    {
        var version = await definitions.Compiled(endpoint.VersionId, ct);
        var node = version.Workflow.Nodes.First(n => n.Id == endpoint.ActivityId && n.Activity is HttpEndpoint);
        return ((HttpEndpoint)node.Activity).Limits(node);
    }

    private static int? Forbidden(HttpContext http, EndpointLimits limits, bool isApproved)
    {
        if (limits.IsAnonymous)
        {
            return isApproved ? null : StatusCodes.Status403Forbidden;
        }

        return http.RequestServices.GetRequiredService<Callers>().Of(http) is not { } caller ? StatusCodes.Status401Unauthorized
            : CrossSite.IsForged(http.Request) || (!string.IsNullOrEmpty(limits.Policy) && !caller.May(limits.Policy)) ? StatusCodes.Status403Forbidden
            : null;
    }

    /// <summary>Looks for the answer, soon at first. The burst may run on another host.</summary>
    private async Task<RequestAnswerRow?> Wait(Guid request, TimeSpan patience, CancellationToken hungUp)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(hungUp, life.ApplicationStopping);
        limit.CancelAfter(patience < MostPatience ? patience : MostPatience);
        try
        {
            for (var pause = 3; ; pause = Math.Min(pause * 2, 50))
            {
                if (await RequestTable.Take(database.Requests, request, limit.Token) is { } answer)
                {
                    return answer;
                }

                await Task.Delay(pause, limit.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static async Task Reply(HttpContext http, Guid instance, RequestAnswerRow? answer)
    {
        if (answer is { InstanceId: null })
        {
            await Refuse(http, StatusCodes.Status409Conflict, "Nothing was started or met: an instance lives that permits no other, or the wait is over.");
            return;
        }

        var response = http.Response;
        response.Headers[InstanceHeader] = instance.ToString();
        if (answer?.Reply is null)
        {
            response.StatusCode = StatusCodes.Status202Accepted;
            await response.WriteAsJsonAsync(new { workflowInstanceId = instance }, CancellationToken.None);
            return;
        }

        var reply = JsonSerializer.Deserialize<HttpReply>(answer.Reply, JsonReading.Web)!;
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers.Where(h => !NotForDefinitions.Contains(h.Key.ToLowerInvariant()) && !OfOthers(h.Key)))
        {
            response.Headers[name] = value;
        }

        if (reply.ETag is { Length: > 0 } tag)
        {
            response.Headers.ETag = tag.Contains('"', StringComparison.Ordinal) ? tag : $"\"{tag}\"";
        }

        if (reply.FileName is not null)
        {
            var disposition = new Microsoft.Net.Http.Headers.ContentDispositionHeaderValue("attachment");
            disposition.SetHttpFileName(reply.FileName);
            response.Headers.ContentDisposition = disposition.ToString();
        }

        var body = reply.Base64 is { } bytes ? Convert.FromBase64String(bytes) : System.Text.Encoding.UTF8.GetBytes(reply.Text ?? "");
        if (body.Length > 0 && reply.Status is >= 200 and not (204 or 304) && !HttpMethods.IsHead(http.Request.Method))
        {
            response.ContentType = reply.ContentType;
            response.ContentLength = body.Length;
            await response.Body.WriteAsync(body, CancellationToken.None);
        }
    }

    /// <summary>Who else may read what is here, and what our own pages are told.</summary>
    private static bool OfOthers(string name) => name.StartsWith("access-control-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("cross-origin-", StringComparison.OrdinalIgnoreCase) || name.StartsWith("proxy-", StringComparison.OrdinalIgnoreCase);

    private static async Task Refuse(HttpContext http, int status, string why)
    {
        http.Response.StatusCode = status;
        await http.Response.WriteAsJsonAsync(new { status, detail = why }, JsonReading.Web, "application/problem+json", CancellationToken.None);
    }
}
