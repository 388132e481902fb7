using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace RetailOps.Workflows;

/// <summary>What definitions may call.</summary>
public sealed record HttpCallOptions
{
    /// <summary>Hosts and networks that may be called though they are private: names, addresses, or networks like <c>10.1.0.0/16</c>. Public addresses may always be called.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>How long one call may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes of an answer are taken; more is a failure of the step. An instance could not keep more.</summary>
    public int MaxAnswer { get; init; } = 160 * 1024;

    /// <summary>How often a machine that cannot be reached is asked, where the step asks for resilience.</summary>
    public int Attempts { get; init; } = 5;
}

/// <summary>Calls other machines for definitions. Private, loopback and link-local addresses are refused unless they are allowed, whatever name they hide behind.</summary>
internal sealed class HttpCaller : IDisposable
{
    private readonly HttpCallOptions options;
    private readonly List<IPNetwork> networks = [];
    private readonly HttpClient client;

    public HttpCaller(HttpCallOptions options)
    {
        this.options = options;
        foreach (var allowed in options.Allowed)
        {
            if (IPNetwork.TryParse(allowed, out var network))
            {
                networks.Add(network);
            }
            else if (IPAddress.TryParse(allowed, out var address))
            {
                networks.Add(new IPNetwork(address, address.AddressFamily is AddressFamily.InterNetwork ? 32 : 128));
            }
        }

        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = Connect,
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = true,
            MaxAutomaticRedirections = 5,
            AutomaticDecompression = DecompressionMethods.All,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxResponseHeadersLength = 32,
            ConnectTimeout = TimeSpan.FromSeconds(10),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Whether an address is of the world, or allowed.</summary>
    public bool MayCall(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Exists(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address)) || IsPublic(address);
    }

    public async Task<HttpAnswer> Send(HttpCall call, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Timeout);
        try
        {
            using var request = Request(call);
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

    public void Dispose() => client.Dispose();

    private static HttpRequestMessage Request(HttpCall call)
    {
        var request = new HttpRequestMessage(new HttpMethod(call.Method), call.Url);
        if (call.Content is not null)
        {
            request.Content = new StringContent(call.Content, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType is { Length: > 0 } type ? type : call.Content.AsSpan().TrimStart() is ['{' or '[', ..] ? "application/json" : "text/plain");
        }

        foreach (var (name, value) in call.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (call.Authorization is { Length: > 0 } authorization)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return request;
    }

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

    /// <summary>Connects to an address that was looked at, so that a name cannot change its mind in between. Redirections come here too.</summary>
    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var host = context.DnsEndPoint.Host;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var permitted = options.Allowed.Contains(host, StringComparer.OrdinalIgnoreCase) ? addresses : Array.FindAll(addresses, MayCall);
        if (permitted.Length == 0)
        {
            throw new HttpRequestException($"'{host}' is not to be called from here: its address is private.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(permitted, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily is AddressFamily.InterNetworkV6)
        {
            // Global unicast is 2000::/3; of it, 2001::/23 and 2002::/16 lead back to other places, 2001:db8::/32 is for books.
            var bytes = address.GetAddressBytes();
            return (bytes[0] & 0xE0) == 0x20 && !(bytes[0] == 0x20 && bytes[1] == 0x02) && !(bytes[0] == 0x20 && bytes[1] == 0x01 && (bytes[2] < 2 || (bytes[2] == 0x0D && bytes[3] == 0xB8)));
        }

        var b = address.GetAddressBytes();
        return b switch
        {
            [0 or 10 or 127, ..] => false,
            [100, >= 64 and <= 127, ..] => false,
            [169, 254, ..] => false,
            [172, >= 16 and <= 31, ..] => false,
            [192, 168, ..] or [192, 0, 0, _] or [192, 0, 2, _] => false,
            [198, 18 or 19, ..] or [198, 51, 100, _] or [203, 0, 113, _] => false,
            [>= 224, ..] => false,
            _ => true,
        };
    }
}
