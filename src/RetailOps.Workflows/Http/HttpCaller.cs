using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What definitions may call.</summary>
public sealed record HttpCallOptions
{
    /// <summary>Whom. Public addresses may always be called unless it names the only ones.</summary>
    public OutboundRules Rules { get; init; } = new();

    /// <summary>What stands behind a name in <c>${secret:name}</c>, and for which hosts; null for none of that name.</summary>
    public Func<string, CallSecret?> Secret { get; init; } = static _ => null;

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes of an answer are taken; more is a failure of the step. An instance could not keep more.</summary>
    public int MaxAnswer { get; init; } = 160 * 1024;

    /// <summary>How often a machine that cannot be reached is asked, where the step asks for resilience.</summary>
    public int Attempts { get; init; } = 5;
}

/// <summary>A credential that definitions name and never see.</summary>
/// <param name="Value">What is sent.</param>
/// <param name="Hosts">The only hosts to which it is sent: whoever draws a call must not carry it elsewhere.</param>
public sealed record CallSecret(string Value, IReadOnlyList<string> Hosts);

/// <summary>Calls other machines for definitions. Private, loopback and link-local addresses are refused unless they are allowed, whatever name they hide behind.</summary>
internal sealed partial class HttpCaller : IDisposable
{
    private readonly HttpCallOptions options;
    private readonly OutboundGuard guard;
    private readonly HttpClient follower;
    private readonly HttpClient strict;

    public HttpCaller(HttpCallOptions options)
    {
        this.options = options;
        guard = new OutboundGuard(options.Rules);
        follower = new HttpClient(guard.Handler(follows: true)) { Timeout = Timeout.InfiniteTimeSpan };
        strict = new HttpClient(guard.Handler(follows: false)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public async Task<HttpAnswer> Send(HttpCall call, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var request = Request(call);
            if (guard.Fault(request.RequestUri!) is not null)
            {
                return HttpAnswer.Failed(HttpAnswer.FailedToConnect);
            }

            // What is sent along was meant for the host that is named: where that one sends us, it does not go.
            var client = call.Headers.Count == 0 && string.IsNullOrEmpty(call.Authorization) ? follower : strict;
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            return await Read(call, response, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return HttpAnswer.Failed(HttpAnswer.Timeout);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            return HttpAnswer.Failed(HttpAnswer.FailedToConnect);
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            return HttpAnswer.Wrong(e.Message);
        }
    }

    public void Dispose()
    {
        follower.Dispose();
        strict.Dispose();
    }

    private HttpRequestMessage Request(HttpCall call)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Url);
        if (call.Content is not null)
        {
            request.Content = new StringContent(call.Content, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType is { Length: > 0 } type ? type : call.Content.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain");
        }

        foreach (var (name, drawn) in call.Headers)
        {
            var value = WithSecrets(drawn, request.RequestUri!);
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (call.Authorization is { Length: > 0 } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", WithSecrets(authorization, request.RequestUri!));
        }

        return request;
    }

    /// <summary>Puts in what is named. Here, and not where calls are ordered: the order is kept.</summary>
    private string WithSecrets(string value, Uri address) => HeaderText.Checked(SecretName().Replace(value, named =>
    {
        var name = named.Groups[1].Value;
        return options.Secret(name) is not { } secret ? throw new FormatException($"There is no secret '{name}'; whoever runs this host sets it.")
            : !secret.Hosts.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase) ? throw new FormatException($"The secret '{name}' is not for '{address.IdnHost}'.")
            : address.Scheme != "https" && !options.Rules.Allowed.Contains(address.IdnHost, StringComparer.OrdinalIgnoreCase) ? throw new FormatException($"The secret '{name}' travels by https only.")
            : secret.Value;
    }));

    [GeneratedRegex(@"\$\{secret:([A-Za-z0-9_-]{1,64})\}")]
    private static partial Regex SecretName();

    private async Task<HttpAnswer> Read(HttpCall call, HttpResponseMessage response, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var buffer = new byte[options.MaxAnswer + 1];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        if (length > options.MaxAnswer)
        {
            return HttpAnswer.Wrong($"The answer has more than {options.MaxAnswer} bytes.");
        }

        var bytes = buffer.AsSpan(0, length);
        var headers = response.Content.Headers;
        return new HttpAnswer(
            null, (int)response.StatusCode, headers.ContentType?.ToString(), headers.ContentDisposition?.FileNameStar ?? headers.ContentDisposition?.FileName?.Trim('"') ?? Path.GetFileName(response.RequestMessage?.RequestUri?.LocalPath),
            response.Headers.ETag?.ToString(), Named(response.Headers), Named(headers),
            length == 0 ? null : call.WantsFile ? Convert.ToBase64String(bytes) : Charset(headers.ContentType?.CharSet).GetString(bytes).Replace("\0", "", StringComparison.Ordinal));
    }

    private static Dictionary<string, string> Named(HttpHeaders headers) => headers.Take(100).ToDictionary(h => h.Key, h => string.Join(", ", h.Value));

    private static Encoding Charset(string? name)
    {
        try
        {
            return name is null ? Encoding.UTF8 : Encoding.GetEncoding(name.Trim('"'));
        }
        catch (ArgumentException)
        {
            return Encoding.UTF8;
        }
    }
}
