using System.Text.Json.Serialization;

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// <c>/health/live</c>: the process answers. <c>/health/ready</c>: it can do its work; 503 when not, and while it shuts down. Why, is
/// told to people with <see cref="Permissions.Health"/> only.
/// </summary>
internal static class Health
{
    public static void AddHealth(this IServiceCollection services) => services.AddHealthChecks().AddCheck<DatabaseHealth>("database", timeout: TimeSpan.FromSeconds(3));

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => TypedResults.Ok(new HealthAnswer("live", null, null))).ExcludeFromDescription();
        app.MapGet("/health/ready", Ready).ExcludeFromDescription();
    }

    private static async Task<JsonHttpResult<HealthAnswer>> Ready(HttpContext http, HealthCheckService checks, Drain drain, WatchTable watch, CancellationToken ct)
    {
        if (drain.IsDraining)
        {
            return Answer(http, new("draining", null, null));
        }

        var report = await checks.CheckHealthAsync(ct);
        var isReady = report.Status is not HealthStatus.Unhealthy;
        if (Callers.SignedIn(http.User) is not { } person || !person.May(Permissions.Health))
        {
            return Answer(http, new(isReady ? "ready" : "not ready", null, null));
        }

        var parts = report.Entries.ToDictionary(e => e.Key, e => new HealthPart(e.Value.Status.ToString(), e.Value.Description, e.Value.Duration.TotalMilliseconds));
        var findings = report.Entries["database"].Status is HealthStatus.Healthy ? await watch.Last(ct) : null;
        return Answer(http, new(isReady ? "ready" : "not ready", parts, findings));
    }

    private static JsonHttpResult<HealthAnswer> Answer(HttpContext http, HealthAnswer answer)
    {
        var isReady = answer.Status == "ready";
        if (!isReady)
        {
            http.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return TypedResults.Json(answer, statusCode: isReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private sealed record HealthAnswer(
        string Status,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, HealthPart>? Parts,
        [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<WatchFinding>? Watch);

    private sealed record HealthPart(string Status, string? Says, double Milliseconds);
}
