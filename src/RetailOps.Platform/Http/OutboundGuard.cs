using System.Net;
using System.Net.Sockets;

namespace RetailOps.Platform;

/// <summary>Whom this host may call for those who only say an address: workflows, webhooks.</summary>
public sealed record OutboundRules
{
    /// <summary>Hosts and networks that may be called though they are private, on any port: names, addresses, or networks like <c>10.1.0.0/16</c>.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>When it names any: the only hosts that may be called beside the allowed ones, by their names or as <c>*.example.com</c>. Else every public address may.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Reads a setting with commas.</summary>
    /// <param name="setting">Null for nothing.</param>
    public static IReadOnlyList<string> Read(string? setting) => (setting ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>
/// The one guard before calls to addresses that somebody else chose. What is asked for is looked at as text, and again as the address that is
/// connected to: a name cannot change its mind in between, and each redirection is a connection of its own.
/// </summary>
public sealed class OutboundGuard
{
    private readonly OutboundRules rules;
    private readonly List<IPNetwork> networks = [];

    /// <summary>A guard with these rules.</summary>
    public OutboundGuard(OutboundRules rules)
    {
        this.rules = rules;
        foreach (var allowed in rules.Allowed)
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
    }

    /// <summary>Whether an address is of the world, or allowed. One of the fourth version inside one of the sixth counts as itself.</summary>
    public bool MayCall(IPAddress address)
    {
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return IsAllowed(address) || IsPublic(address);
    }

    /// <summary>Why an address as it is written is not to be called; null when nothing of it is wrong yet.</summary>
    public string? Fault(Uri address) =>
        !address.IsAbsoluteUri || address.Scheme is not ("http" or "https") ? "Only http and https are called."
        : address.UserInfo.Length > 0 ? "An address with a name or password in it is not called; put them where secrets belong."
        : Fault(address.IdnHost, address.Port);

    /// <summary>A handler that connects to nothing else; without proxy, cookies, and credentials of the machine.</summary>
    /// <param name="follows">Whether redirections are followed, at most five, each looked at like the first; else they are the answer.</param>
    public SocketsHttpHandler Handler(bool follows) => new()
    {
        ConnectCallback = Connect,
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = follows,
        MaxAutomaticRedirections = 5,
        AutomaticDecompression = DecompressionMethods.All,
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        MaxResponseHeadersLength = 32,
        ConnectTimeout = TimeSpan.FromSeconds(10),
    };

    private string? Fault(string host, int port)
    {
        var bare = host.Trim('[', ']').TrimEnd('.');
        var isAllowed = Names(rules.Allowed, bare) || (IPAddress.TryParse(bare, out var address) && IsAllowed(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));
        return isAllowed ? null
            : rules.Only.Count > 0 && !Names(rules.Only, bare) ? $"'{bare}' is not among the hosts that may be called from here."
            : port is not (80 or 443) && !MayBePrivate(bare) ? $"Port {port} of '{bare}' is not to be called from here."
            : null;
    }

    // Networks that are allowed are known only by the address; on its port nothing stands until then.
    private bool MayBePrivate(string host) => networks.Count > 0 && !IPAddress.TryParse(host, out _);

    private static bool Names(IReadOnlyList<string> names, string host) => names.Any(name =>
        name.StartsWith("*.", StringComparison.Ordinal) ? host.EndsWith(name[1..], StringComparison.OrdinalIgnoreCase) : string.Equals(name, host, StringComparison.OrdinalIgnoreCase));

    private bool IsAllowed(IPAddress address) => networks.Exists(n => n.BaseAddress.AddressFamily == address.AddressFamily && n.Contains(address));

    private async ValueTask<Stream> Connect(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        if (Fault(host, port) is { } fault)
        {
            throw new HttpRequestException(fault);
        }

        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, ct);
        var permitted = Names(rules.Allowed, host) ? addresses : Array.FindAll(addresses, a => MayCall(a) && (port is 80 or 443 || IsAllowed(a.IsIPv4MappedToIPv6 ? a.MapToIPv4() : a)));
        if (permitted.Length == 0)
        {
            throw new HttpRequestException($"'{host}' is not to be called from here: its address is private.");
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(permitted, port, ct);
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
        var b = address.GetAddressBytes();
        if (address.AddressFamily is AddressFamily.InterNetworkV6)
        {
            // Global unicast is 2000::/3; of it, 2001::/23 and 2002::/16 lead back to other places, 2001:db8::/32 and 3fff::/20 are for books. Source: IANA's registry of special addresses.
            return b switch
            {
                [0x20, 0x01, < 2, ..] or [0x20, 0x01, 0x0D, 0xB8, ..] or [0x20, 0x02, ..] or [0x3F, 0xFF, < 0x10, ..] => false,
                [>= 0x20 and <= 0x3F, ..] => true,
                _ => false,
            };
        }

        return b switch
        {
            [0 or 10 or 127, ..] => false,
            [100, >= 64 and <= 127, ..] => false,
            [169, 254, ..] => false,
            [172, >= 16 and <= 31, ..] => false,
            [192, 168, ..] or [192, 0, 0, _] or [192, 0, 2, _] or [192, 88, 99, _] => false,
            [198, 18 or 19, ..] or [198, 51, 100, _] or [203, 0, 113, _] => false,
            [>= 224, ..] => false,
            _ => true,
        };
    }
}
