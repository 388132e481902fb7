using System.Text.Json;

namespace RetailOps.Workflows;

/// <summary>A path below <c>/workflows</c> and a method.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">Without slashes at its ends; a segment in braces takes any value.</param>
internal sealed record EndpointRule(string Method, string Path)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

    /// <summary>Under which a waiting endpoint is found.</summary>
    public string Name => $"{Method} {Path}";

    /// <summary>The path with its parameters nameless: two endpoints of one shape could not be told apart.</summary>
    public string Shape => string.Join('/', Path.Split('/').Select(s => s.StartsWith('{') ? "{}" : s.ToLowerInvariant()));

    public static EndpointRule Of(string method, string path) => new(method.ToUpperInvariant(), path.Trim().Trim('/'));

    /// <summary>Why it cannot be reached; null when it can.</summary>
    public string? Fault() =>
        !Methods.Contains(Method) ? $"'{Method}' is no method of HTTP that is served here."
        : Path.Length is 0 or > 500 ? "The path of an endpoint has 1 to 500 characters."
        : Path.Split('/').Any(s => s.Length == 0 || (s.Contains('{') && !(s.StartsWith('{') && s.EndsWith('}') && s.Length > 2))) ? $"'{Path}' is no path: segments, parted by slashes, in braces where any value will do."
        : null;

    /// <summary>The values of the parameters when a path fits; null when it does not.</summary>
    public Dictionary<string, string>? Match(string path)
    {
        var (drawn, given) = (Path.Split('/'), path.Trim('/').Split('/'));
        if (drawn.Length != given.Length)
        {
            return null;
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < drawn.Length; i++)
        {
            if (drawn[i].StartsWith('{'))
            {
                values[drawn[i].Trim('{', '}').Split(':')[0]] = Uri.UnescapeDataString(given[i]);
            }
            else if (!string.Equals(drawn[i], given[i], StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        return values;
    }
}

/// <summary>What an endpoint permits, from what is written out in its definition.</summary>
/// <param name="Policy">The permission that a caller needs; empty for none beyond being known; <see cref="Anonymous"/> for letting everybody in, where that was approved.</param>
internal sealed record EndpointLimits(
    string? Policy,
    TimeSpan? Timeout,
    long? RequestSize,
    long? FileSize,
    IReadOnlyList<string> AllowedExtensions,
    IReadOnlyList<string> BlockedExtensions,
    IReadOnlyList<string> AllowedMimeTypes,
    bool ExposesRequestTooLarge,
    bool ExposesFileTooLarge,
    bool ExposesExtension,
    bool ExposesMimeType)
{
    /// <summary>The policy that asks nobody who he is.</summary>
    public const string Anonymous = "anonymous";

    public bool IsAnonymous => string.Equals(Policy, Anonymous, StringComparison.OrdinalIgnoreCase);
}

/// <summary>Starts an instance by a web request, or waits for one.</summary>
[Activity("Elsa.HttpEndpoint", Category = "HTTP")]
[Outcomes("Done", RequestTooLarge, FileTooLarge, InvalidExtension, InvalidMimeType)]
internal sealed class HttpEndpoint : Activity, IDrawn
{
    public const string RequestTooLarge = "Request too large";
    public const string FileTooLarge = "File too large";
    public const string InvalidExtension = "Invalid file extension";
    public const string InvalidMimeType = "Invalid file MIME type";

    private const string Empty = "empty";

    private (bool Request, bool File, bool Extension, bool MimeType) exposes;

    [Input]
    public Input<string> Path { get; set; } = null!;

    [Input(Default = """["GET"]""")]
    public Input<string[]> SupportedMethods { get; set; } = null!;

    /// <summary>Read and kept. Every endpoint asks who calls, unless its policy is <see cref="EndpointLimits.Anonymous"/> and two people have let that go live.</summary>
    [Input]
    public Input<bool> Authorize { get; set; } = null!;

    [Input]
    public Input<string> Policy { get; set; } = null!;

    [Input]
    public Input<TimeSpan?> RequestTimeout { get; set; } = null!;

    [Input]
    public Input<long?> RequestSizeLimit { get; set; } = null!;

    [Input]
    public Input<long?> FileSizeLimit { get; set; } = null!;

    [Input]
    public Input<string[]> AllowedFileExtensions { get; set; } = null!;

    [Input]
    public Input<string[]> BlockedFileExtensions { get; set; } = null!;

    [Input]
    public Input<string[]> AllowedMimeTypes { get; set; } = null!;

    [Output]
    public Output<object?> ParsedContent { get; set; } = null!;

    [Output]
    public Output<object?> Files { get; set; } = null!;

    [Output]
    public Output<object?> File { get; set; } = null!;

    [Output]
    public Output<object?> RouteData { get; set; } = null!;

    [Output]
    public Output<object?> QueryStringData { get; set; } = null!;

    [Output]
    public Output<object?> Headers { get; set; } = null!;

    [Output]
    public Output<object?> Result { get; set; } = null!;

    public void Read(ActivityDefinition definition, ExpressionCompiler expressions) => exposes = (
        definition.Json.Flag("exposeRequestTooLargeOutcome"), definition.Json.Flag("exposeFileTooLargeOutcome"),
        definition.Json.Flag("exposeInvalidFileExtensionOutcome"), definition.Json.Flag("exposeInvalidFileMimeTypeOutcome"));

    /// <summary>Its paths and methods; null when they must be computed first.</summary>
    public IReadOnlyList<EndpointRule>? Rules(CompiledNode node) =>
        Written(node, Path) is { } path && Written(node, SupportedMethods) is { Length: > 0 } methods ? [.. methods.Select(m => EndpointRule.Of(m, path))] : null;

    /// <summary>What it permits. What must be computed first counts as not drawn.</summary>
    public EndpointLimits Limits(CompiledNode node) => new(
        Written(node, Policy), Written(node, RequestTimeout), Written(node, RequestSizeLimit), Written(node, FileSizeLimit), Written(node, AllowedFileExtensions) ?? [],
        Written(node, BlockedFileExtensions) ?? [], Written(node, AllowedMimeTypes) ?? [], exposes.Request, exposes.File, exposes.Extension, exposes.MimeType);

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        Wait(context);
        return ValueTask.CompletedTask;
    }

    public override ValueTask ResumeAsync(ActivityContext context, JsonElement? payload)
    {
        if (payload is not { ValueKind: JsonValueKind.Object } json)
        {
            // As in the original: who wakes it without a request has it wait once more, and who insists has it done.
            if (context[Empty] is null)
            {
                context[Empty] = JsonElement.Parse("true");
                Wait(context);
            }
            else
            {
                context.Complete();
            }

            return ValueTask.CompletedTask;
        }

        var request = json.Deserialize<HttpArrival>(JsonReading.Web)!;
        ((Burst)context).AnswersRequest();
        context.Set(ParsedContent, request.Body is { } body ? ValueConverter.Plain(body) : null);
        context.Set(Files, request.Files);
        context.Set(File, request.Files.Count > 0 ? request.Files[0] : null);
        context.Set(RouteData, request.Route);
        context.Set(QueryStringData, request.Query);
        context.Set(Headers, request.Headers);
        context.Set(Result, new { method = request.Method, path = request.Path, query = request.Query, headers = request.Headers });
        context.Complete(request.Outcome ?? "Done");
        return ValueTask.CompletedTask;
    }

    private void Wait(ActivityContext context)
    {
        var path = context.Get(Path) ?? "";
        foreach (var rule in (context.Get(SupportedMethods) ?? []).Select(m => EndpointRule.Of(m, path)))
        {
            if (rule.Fault() is { } fault)
            {
                throw new FormatException(fault);
            }

            ((Burst)context).WaitForRequest(rule);
        }
    }

    private static T? Written<T>(CompiledNode node, Input<T> input) =>
        input.Slot >= 0 && node.Inputs[input.Slot] is { IsWritten: true } expression ? ValueConverter.To<T>(expression.Evaluate(null!)) : default;
}

/// <summary>A web request, as an instance gets it.</summary>
/// <param name="Outcome">Why it is not in order, when the endpoint has an outcome for that; null when it is.</param>
internal sealed record HttpArrival(
    string Method,
    string Path,
    IReadOnlyDictionary<string, string> Route,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyDictionary<string, string> Headers,
    JsonElement? Body,
    IReadOnlyList<HttpArrivedFile> Files,
    string? Outcome);

/// <param name="Content">Base64.</param>
internal sealed record HttpArrivedFile(string FileName, string ContentType, long Length, string Content);

/// <summary>An answer to a web request.</summary>
/// <param name="Text">The body as text; null for none, or where it is bytes.</param>
/// <param name="Base64">The body as bytes.</param>
internal sealed record HttpReply(int Status, string? ContentType, IReadOnlyDictionary<string, string> Headers, string? Text, string? Base64 = null, string? FileName = null, string? ETag = null);

/// <summary>Answers the request that began this burst.</summary>
[Activity("Elsa.WriteHttpResponse", Category = "HTTP")]
internal sealed class WriteHttpResponse : Activity
{
    private const int Most = 512 * 1024;

    [Input(Default = "OK")]
    public Input<System.Net.HttpStatusCode> StatusCode { get; set; } = null!;

    [Input]
    public Input<object> Content { get; set; } = null!;

    [Input]
    public Input<string> ContentType { get; set; } = null!;

    [Input]
    public Input<object> ResponseHeaders { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var content = context.Get(Content);
        var text = content is null or string ? (string?)content : JsonSerializer.Serialize(ValueConverter.ToJson(content), JsonReading.Web);
        var type = context.Get(ContentType) is { Length: > 0 } drawn ? drawn : content is null or string ? "text/plain" : "application/json";
        var status = (int)context.Get(StatusCode);
        if (status is < 200 or > 599)
        {
            throw new FormatException($"{status} is no status of an answer; take one from 200 to 599.");
        }

        if (text?.Length > Most)
        {
            throw new FormatException($"An answer may have {Most} characters.");
        }

        ((Burst)context).Reply(new HttpReply(status, HeaderText.MediaType(type), HeaderText.Checked(Headers(context.Get(ResponseHeaders))), text));
        context.Complete();
        return ValueTask.CompletedTask;
    }

    private static Dictionary<string, string> Headers(object? drawn) => drawn is null or "" || ValueConverter.ToJson(drawn) is not { ValueKind: JsonValueKind.Object } json
        ? []
        : json.EnumerateObject().ToDictionary(h => h.Name, h => h.Value.ValueKind is JsonValueKind.Array ? string.Join(", ", h.Value.EnumerateArray().Select(v => v.ToString())) : h.Value.ToString());
}

/// <summary>Answers the request that began this burst with a file: text, base64, or <c>{content, filename, contentType}</c> as a download gives it.</summary>
[Activity("Elsa.WriteFileHttpResponse", Category = "HTTP")]
internal sealed class WriteFileHttpResponse : Activity
{
    [Input]
    public Input<string> ContentType { get; set; } = null!;

    [Input]
    public Input<string> Filename { get; set; } = null!;

    [Input]
    public Input<string> EntityTag { get; set; } = null!;

    [Input]
    public Input<object> Content { get; set; } = null!;

    /// <summary>Read and kept; files here are small enough to be sent whole.</summary>
    [Input]
    public Input<bool> EnableResumableDownloads { get; set; } = null!;

    [Input]
    public Input<string> DownloadCorrelationId { get; set; } = null!;

    public override ValueTask ExecuteAsync(ActivityContext context)
    {
        var content = context.Get(Content);
        string? name = null;
        string? type = null;
        if (content is JsonElement { ValueKind: JsonValueKind.Object } file && file.Text("content") is { } inner)
        {
            (content, name, type) = (inner, file.Text("filename"), file.Text("contentType"));
        }

        var text = content as string ?? (content is null ? "" : JsonSerializer.Serialize(ValueConverter.ToJson(content), JsonReading.Web));
        var bytes = new byte[(text.Length * 3 / 4) + 4];
        var isBase64 = text.Length > 0 && text.Length % 4 == 0 && Convert.TryFromBase64String(text, bytes, out _);
        ((Burst)context).Reply(new HttpReply(
            200, HeaderText.MediaType(context.Get(ContentType) is { Length: > 0 } drawn ? drawn : type ?? "application/octet-stream"), new Dictionary<string, string>(), isBase64 ? null : text, isBase64 ? text : null,
            context.Get(Filename) is { Length: > 0 } called ? called : name ?? "file", context.Get(EntityTag) is { } tag ? HeaderText.Checked(tag) : null));
        context.Complete();
        return ValueTask.CompletedTask;
    }
}
