using System.Globalization;
using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>A call of another machine, as it is ordered.</summary>
/// <param name="Retries">Whether a machine that cannot be reached is asked again.</param>
/// <param name="WantsFile">Whether the body comes back as bytes.</param>
internal sealed record HttpCall(
    string Url, string Method, string? Content, string? ContentType, string? Authorization, IReadOnlyDictionary<string, string> Headers, bool Retries, bool WantsFile);

/// <summary>What came of a call.</summary>
/// <param name="Failure">The outcome when nobody answered: <c>Failed to connect</c> or <c>Timeout</c>; null otherwise.</param>
/// <param name="Error">Why nothing can be made of it, when the step is to fail; null otherwise.</param>
/// <param name="Body">The body as text, or in base64 where bytes were asked for.</param>
internal sealed record HttpAnswer(
    string? Failure, int Status, string? ContentType, string? FileName, string? ETag, IReadOnlyDictionary<string, string> Headers, IReadOnlyDictionary<string, string> ContentHeaders, string? Body,
    string? Error = null)
{
    public const string FailedToConnect = "Failed to connect";
    public const string Timeout = "Timeout";
    public const string Unmatched = "Unmatched status code";

    private static readonly Dictionary<string, string> None = [];

    public static HttpAnswer Failed(string outcome) => new(outcome, 0, null, null, null, None, None, null);

    public static HttpAnswer Wrong(string error) => new(null, 0, null, null, null, None, None, null, error);

    /// <summary>The body as the activities give it: an object where it is JSON.</summary>
    public object? Parsed()
    {
        if (Body is { Length: > 0 } && ContentType?.Contains("json", StringComparison.OrdinalIgnoreCase) == true)
        {
            try
            {
                return ValueConverter.Plain(JsonElement.Parse(Body));
            }
            catch (JsonException)
            {
                // It says so and is none.
            }
        }

        return Body;
    }
}

/// <summary>Calls another machine by HTTP: ordered with the burst, made behind its commit, answered in a burst of its own.</summary>
internal abstract class HttpCallActivity : Composite
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    [Input]
    public Input<string> Url { get; set; } = null!;

    [Input(Default = "GET")]
    public Input<string> Method { get; set; } = null!;

    [Input]
    public Input<object> Content { get; set; } = null!;

    [Input]
    public Input<string> Authorization { get; set; } = null!;

    [Input]
    public Input<bool> DisableAuthorizationHeaderValidation { get; set; } = null!;

    [Input]
    public Input<object> RequestHeaders { get; set; } = null!;

    [Output]
    public Output<int> StatusCode { get; set; } = null!;

    [Output]
    public Output<object> ResponseHeaders { get; set; } = null!;

    public override Outcomes? ChildCompleted(Burst burst, ActivityExecution self, ActivityExecution child, Outcomes outcomes) => Outcomes.Done;

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        var answer = payload is { } json ? json.Deserialize<HttpAnswer>(JsonReading.Web)! : HttpAnswer.Failed(HttpAnswer.FailedToConnect);
        if (answer.Error is { } error)
        {
            // Retried, it is ordered once more.
            ((Burst)context).Current.Resumed = false;
            throw new InvalidOperationException(error);
        }

        if (answer.Failure is null)
        {
            context.Set(StatusCode, answer.Status);
            context.Set(ResponseHeaders, answer.Headers);
            Keep(context, answer);
        }

        End((Burst)context, answer);
        return ValueTask.CompletedTask;
    }

    protected abstract string? ContentTypeOf(Burst burst);

    protected abstract bool IsResilient(Burst burst);

    protected virtual bool WantsFile => false;

    protected abstract void Keep(ActivityContext context, HttpAnswer answer);

    protected abstract void End(Burst burst, HttpAnswer answer);

    protected override void Begin(Burst burst)
    {
        var url = burst.Get(Url);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Scheme is not ("http" or "https"))
        {
            throw new FormatException($"'{url}' is no address of a web server.");
        }

        if (parsed.UserInfo.Length > 0)
        {
            throw new FormatException("An address with a name or password in it is not called; name a secret in the Authorization field, as ${secret:name}.");
        }

        var method = burst.Get(Method) is { Length: > 0 } drawn ? drawn.ToUpperInvariant() : "GET";
        if (!Methods.Contains(method))
        {
            throw new FormatException($"'{method}' is no method that is called.");
        }

        burst.Call(new HttpCall(
            url, method, Text(burst.Get(Content)), ContentTypeOf(burst), burst.Get(Authorization) is { } authorization ? HeaderText.Checked(authorization) : null,
            HeaderText.OfRequest(Headers(burst.Get(RequestHeaders))), IsResilient(burst), WantsFile));
    }

    protected static string[] OutcomesOf(HttpAnswer answer, IEnumerable<int> expected) =>
        answer.Failure is { } failure ? [failure] : [expected.Contains(answer.Status) ? answer.Status.ToString(CultureInfo.InvariantCulture) : HttpAnswer.Unmatched, "Done"];

    private static string? Text(object? content) => content switch
    {
        null or "" => null,
        string text => text,
        _ => JsonSerializer.Serialize(ValueConverter.ToJson(content), JsonReading.Web),
    };

    private static Dictionary<string, string> Headers(object? drawn)
    {
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (drawn is null or "" || ValueConverter.ToJson(drawn) is not { ValueKind: JsonValueKind.Object } json)
        {
            return headers;
        }

        foreach (var header in json.EnumerateObject())
        {
            headers[header.Name] = header.Value.ValueKind is JsonValueKind.Array ? string.Join(", ", header.Value.EnumerateArray().Select(v => v.ToString())) : header.Value.ToString();
        }

        return headers;
    }
}

/// <summary>A request whose answer is read.</summary>
internal abstract class ReadingHttpCall : HttpCallActivity
{
    [Input]
    public Input<string> ContentType { get; set; } = null!;

    [Input]
    public Input<bool> EnableResiliency { get; set; } = null!;

    [Output]
    public Output<object?> ParsedContent { get; set; } = null!;

    [Output]
    public Output<object?> Result { get; set; } = null!;

    protected override string? ContentTypeOf(Burst burst) => burst.Get(ContentType);

    protected override bool IsResilient(Burst burst) => burst.Get(EnableResiliency);

    protected override void Keep(ActivityContext context, HttpAnswer answer)
    {
        context.Set(Result, new { statusCode = answer.Status, headers = answer.Headers, content = answer.Body });
        context.Set(ParsedContent, answer.Parsed());
    }
}

[Activity("Elsa.SendHttpRequest", Category = "HTTP")]
internal sealed class SendHttpRequest : ReadingHttpCall, IDrawn
{
    private int[] expected = [];

    /// <summary>Runs what is drawn for how it went, and is done.</summary>
    protected override void End(Burst burst, HttpAnswer answer)
    {
        var port = answer.Failure switch
        {
            HttpAnswer.FailedToConnect => burst.Node.Port("failedToConnect"),
            HttpAnswer.Timeout => burst.Node.Port("timeout"),
            _ => burst.Node.Port(DefinitionReader.StatusPort(answer.Status)) ?? (expected.Contains(answer.Status) ? null : burst.Node.Port("unmatchedStatusCode")),
        };
        if (port is not null)
        {
            burst.Schedule(port, burst.Current);
        }
        else
        {
            burst.Complete();
        }
    }

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) =>
        expected = [.. definition.Json.Items("expectedStatusCodes").Select(c => c.Number("statusCode")).Where(c => c > 0)];
}

[Activity("Elsa.FlowSendHttpRequest", Category = "HTTP")]
[Outcomes("Unmatched status code", "Failed to connect", "Timeout", "Done")]
internal sealed class FlowSendHttpRequest : ReadingHttpCall
{
    [Input(Default = "[200]")]
    public Input<int[]> ExpectedStatusCodes { get; set; } = null!;

    protected override void End(Burst burst, HttpAnswer answer) => burst.Complete(OutcomesOf(answer, burst.Get(ExpectedStatusCodes) ?? []));
}

[Activity("Elsa.DownloadHttpFile", Category = "HTTP")]
[Outcomes("Unmatched status code", "Failed to connect", "Timeout", "Done")]
internal sealed class DownloadHttpFile : HttpCallActivity
{
    [Input(Default = "[200]")]
    public Input<int[]> ExpectedStatusCodes { get; set; } = null!;

    [Input]
    public Input<string> RequestContentType { get; set; } = null!;

    [Output]
    public Output<object?> Response { get; set; } = null!;

    /// <summary>In base64, as <see cref="ResponseContentBytes"/>: an instance keeps no open stream.</summary>
    [Output]
    public Output<object?> ResponseContentStream { get; set; } = null!;

    [Output]
    public Output<object?> ResponseContentBytes { get; set; } = null!;

    [Output]
    public Output<object> ResponseContentHeaders { get; set; } = null!;

    /// <summary><c>{filename, contentType, eTag, content}</c>, the content in base64.</summary>
    [Output]
    public Output<object?> Result { get; set; } = null!;

    protected override bool WantsFile => true;

    protected override string? ContentTypeOf(Burst burst) => burst.Get(RequestContentType);

    protected override bool IsResilient(Burst burst) => false;

    protected override void Keep(ActivityContext context, HttpAnswer answer)
    {
        context.Set(Response, new { statusCode = answer.Status, headers = answer.Headers });
        context.Set(ResponseContentHeaders, answer.ContentHeaders);
        context.Set(ResponseContentStream, answer.Body);
        context.Set(ResponseContentBytes, answer.Body);
        context.Set(Result, new { filename = answer.FileName, contentType = answer.ContentType, eTag = answer.ETag, content = answer.Body });
    }

    protected override void End(Burst burst, HttpAnswer answer) => burst.Complete(OutcomesOf(answer, burst.Get(ExpectedStatusCodes) ?? []));
}
