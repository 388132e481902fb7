using System.Globalization;
using System.Threading.RateLimiting;

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>How the inbox works. Tests set their own.</summary>
internal sealed record InboxOptions
{
    /// <summary>The largest body, in bytes.</summary>
    public int MaxBody { get; init; } = 5 * 1024 * 1024;

    /// <summary>Messages of one source a second that it can keep up, …</summary>
    public int PerSecond { get; init; } = 100;

    /// <summary>… and at once after a pause. What is more gets 429, and comes again.</summary>
    public int Burst { get; init; } = 1_000;

    /// <summary>A message that cannot be mapped for a reason of ours is failed after so many tries.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first try; doubles each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a message without a partner is looked after before a person is told. It is looked after still.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromHours(6);

    /// <summary>After how long another host takes over what one has begun. Machine time.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long the mapper sleeps when nothing comes.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Messages that are leased at once.</summary>
    public int Batch { get; init; } = 16;
}

/// <summary>
/// Takes in what other systems send: the signature over the bytes as they came, the message into the inbox, 204. What it means is found out later. Not of the API's contract:
/// the bodies are other systems' own, and who sends is proven by the signature.
/// </summary>
internal sealed partial class Reception(SourceBook book, InboxBoxes boxes, InboxTable table, InboxBell bell, InboundMappings mappings, Callers callers, InboxOptions options, TimeProvider clock, ILogger<Reception> log)
    : IDisposable
{
    private static readonly string[] AlwaysKept = ["content-type", StandardWebhook.IdHeader];

    private readonly PartitionedRateLimiter<string> rates = PartitionedRateLimiter.Create<string, string>(source => RateLimitPartition.GetTokenBucketLimiter(source, _ => new()
    {
        TokenLimit = options.Burst,
        TokensPerPeriod = options.PerSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        AutoReplenishment = false,
        QueueLimit = 0,
    }));

    /// <summary>Maps the ways in. Counted by the address that sends, before anything is read; by the source behind its signature.</summary>
    public static void Map(IEndpointRouteBuilder app)
    {
        // Little is done for each, and a sender has few addresses: it may have many under way.
        var ways = app.MapGroup("/api/v1").WithMetadata(new NoCookies(), new TrafficKind(TrafficClass.Open)).ExcludeFromDescription();
        ways.MapPost("/channels/{name}/{**topic}", (string name, string? topic, HttpContext http, Reception reception) => reception.Take(SourceRoles.Channel, name, topic ?? "", http));
        ways.MapPost("/carriers/{name}/events", (string name, HttpContext http, Reception reception) => reception.Take(SourceRoles.Carrier, name, "", http));
        ways.MapPost("/payments/{name}/events", (string name, HttpContext http, Reception reception) => reception.Take(SourceRoles.Payments, name, "", http));
        ways.MapPost("/integrations/events", (string? source, HttpContext http, Reception reception) => reception.Take(SourceRoles.System, source, "", http));
    }

    public void Dispose() => rates.Dispose();

    public async Task<Results<NoContent, ProblemHttpResult>> Take(string role, string? name, string topic, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (await Body(http, ct) is not { } body)
        {
            return Problems.Of(StatusCodes.Status413PayloadTooLarge, "integration.message-too-large", $"A message has at most {options.MaxBody} bytes; send what is larger in parts.");
        }

        var (source, refusal) = await Sender(role, name, http, body, ct);
        if (source is null)
        {
            LogRefused(log, role, refusal!.Code);
            return Problems.Of(refusal);
        }

        using (var token = rates.AttemptAcquire(source.Name))
        {
            if (!token.IsAcquired)
            {
                var after = token.TryGetMetadata(MetadataName.RetryAfter, out var wait) ? wait : TimeSpan.FromSeconds(1);
                http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return Problems.Of(StatusCodes.Status429TooManyRequests, "integration.too-many-messages", "This source sends more than its share; send it again after Retry-After.");
            }
        }

        var whole = new InboundMessage(Kept(source.Reader, http.Request), topic.Cut(128)!, body);
        var messages = source.Reader.Split(whole).Select(m => new NewMessage(Guid.CreateVersion7(), Head(source, m), boxes.Seal(StoredPayload.Write(m)), m.Body.Length)).ToList();
        if (messages.Count > 0)
        {
            await table.Store(source.Name, clock.GetUtcNow(), messages, ct);
            bell.Ring();
        }

        return TypedResults.NoContent();
    }

    /// <summary>Who sent it. All that is wrong is one answer: nobody finds out which sources there are.</summary>
    private async Task<(Source? Source, Refusal? Refusal)> Sender(string role, string? name, HttpContext http, ReadOnlyMemory<byte> body, CancellationToken ct)
    {
        if (role == SourceRoles.System && !http.Request.Headers.ContainsKey(StandardWebhook.SignatureHeader) && callers.Of(http) is { } caller)
        {
            // Who signs is who he signs as; who has a token is the source of his own name.
            return caller is Caller.Client client && client.May("integration.send") && await book.Find(client.Name, ct) is { Enabled: true, Reader.Role: SourceRoles.System } own && (name is null || name == own.Name)
                ? (own, null)
                : (null, new Refusal(RefusalKind.Forbidden, "integration.no-source", "Events are sent by a client with the permission integration.send for which there is a source of its own name; an administrator makes both."));
        }

        var now = clock.GetUtcNow();
        var webhook = new InboundWebhook(h => http.Request.Headers.TryGetValue(h, out var value) ? value.ToString() : null, q => http.Request.Query.TryGetValue(q, out var value) ? value.ToString() : null, body);
        Refusal? why = null;
        foreach (var source in name is null ? [] : await book.Candidates(name, ct))
        {
            if (source.Reader.Role == role)
            {
                why = InboundSignature.Verify(source.Reader.Style, webhook, boxes.Open(source), now);
                if (why is null)
                {
                    return (source, null);
                }
            }
        }

        return (null, why ?? InboundSignature.Unsigned());
    }

    private MessageHead Head(Source source, InboundMessage message)
    {
        try
        {
            return mappings.Head(source, message, source.Reader.Peek(source, message));
        }
        catch (UnreadableException)
        {
            // Kept all the same, and said by whoever maps it.
            return new(message.Hash(), message.Topic, MessageHead.Alone(source, message.Hash()), null);
        }
    }

    private static Dictionary<string, string> Kept(InboundAdapter reader, HttpRequest request) =>
        AlwaysKept.Concat(reader.Headers).Where(request.Headers.ContainsKey).ToDictionary(h => h, h => request.Headers[h].ToString().Cut(1_024)!, StringComparer.Ordinal);

    private async Task<byte[]?> Body(HttpContext http, CancellationToken ct)
    {
        if (http.Request.ContentLength > options.MaxBody)
        {
            return null;
        }

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = options.MaxBody + 1;
        }

        try
        {
            using var read = new MemoryStream((int)(http.Request.ContentLength ?? 16 * 1024));
            var buffer = new byte[64 * 1024];
            for (int count; (count = await http.Request.Body.ReadAsync(buffer, ct)) > 0;)
            {
                if (read.Length + count > options.MaxBody)
                {
                    return null;
                }

                read.Write(buffer, 0, count);
            }

            return read.ToArray();
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }
    }

    [LoggerMessage(5401, LogLevel.Information, "A message for a {Role} was turned away: {Code}")]
    private static partial void LogRefused(ILogger log, string role, string code);
}
