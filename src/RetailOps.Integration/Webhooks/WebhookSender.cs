using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>What came of one try.</summary>
/// <param name="Status">What the receiver said; null when nobody answered.</param>
/// <param name="Why">Why it did not arrive, for a person; null when it did.</param>
/// <param name="RetryAfter">What the receiver asks for; null for nothing.</param>
internal sealed record WebhookTry(int? Status, string? Why, TimeSpan? RetryAfter)
{
    /// <summary>Any 2xx, by Standard Webhooks; a redirection is none.</summary>
    public bool Arrived => Status is >= 200 and <= 299;
}

/// <summary>
/// Sends one signed message to an address that somebody registered. It cannot be led to private addresses or anywhere else than it was told, waits 15
/// seconds, and reads no answer but its status: what a receiver says is nobody's business here.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan LookUp = TimeSpan.FromSeconds(3);

    private readonly TimeSpan patience;
    private readonly OutboundGuard guard;
    private readonly OutboundRules rules;
    private readonly HttpClient client;

    public WebhookSender(OutboundRules rules, TimeSpan? patience = null)
    {
        this.patience = patience ?? Usual;
        this.rules = rules;
        guard = new OutboundGuard(rules);
        client = new HttpClient(guard.Handler(follows: false)) { Timeout = this.patience };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("RetailOps", "1"));
    }

    /// <summary>Why an address is not one to send to, asked when it is registered and at each try; null when it is.</summary>
    public string? Fault(Uri address) =>
        guard.Fault(address) ?? (address.Scheme == "https" || rules.Allowed.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase) ? null : "Webhooks are sent by https only.");

    /// <summary>As <see cref="Fault(Uri)"/>, and where the name leads at this moment. One that leads nowhere may do so later.</summary>
    public async Task<string?> FaultWhereItLeads(Uri address, CancellationToken ct)
    {
        if (Fault(address) is { } fault)
        {
            return fault;
        }

        if (rules.Allowed.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase))
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(LookUp);
        try
        {
            var host = address.IdnHost.Trim('[', ']');
            var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, limit.Token);
            return found.Length == 0 || Array.Exists(found, guard.MayCall) ? null : $"'{host}' is not to be called from here: its address is private.";
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>One try; never throws but for <paramref name="ct"/>.</summary>
    public async Task<WebhookTry> Send(Uri address, string contentType, byte[] body, IReadOnlyDictionary<string, string> headers, CancellationToken ct)
    {
        if (Fault(address) is { } fault)
        {
            return new(null, fault, null);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
            var status = (int)response.StatusCode;
            return new(status, status is >= 200 and <= 299 ? null : $"The receiver answered {status}.", Later(response.Headers.RetryAfter));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new(null, $"Nobody answered in {patience.TotalSeconds:0.#} seconds.", null);
        }
        catch (HttpRequestException e)
        {
            return new(null, e.Message, null);
        }
    }

    private static TimeSpan? Later(RetryConditionHeaderValue? asked) =>
        asked?.Delta ?? (asked?.Date is { } date && date - TimeProvider.System.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : null);

    public void Dispose() => client.Dispose();
}
