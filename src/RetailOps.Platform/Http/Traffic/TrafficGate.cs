using System.Globalization;
using System.Net;

using Microsoft.AspNetCore.Http;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>Turns away who asks for more than his share, before anything of the request but its head is read.</summary>
internal sealed class TrafficGate(Traffic traffic, Pressure pressure, Denials denials)
{
    /// <summary>Set through the runtime by the benchmarks' start-up hook alone: no setting, no variable and no argument of the host reaches it.</summary>
    private static readonly bool IsOff = AppContext.TryGetSwitch("RetailOps.Bench.Ungoverned", out var off) && off;

    /// <summary>A place for the request, to be given back when it is done; null when it has been answered already.</summary>
    /// <param name="http">The request.</param>
    /// <param name="caller">Who asks; null for strangers, who are counted by their address.</param>
    /// <param name="endpoint">What is asked for.</param>
    public ValueTask<IDisposable?> Enter(HttpContext http, Caller? caller, Endpoint endpoint)
    {
        if (IsOff)
        {
            return new(Nothing.Held);
        }

        if (endpoint.Metadata.GetMetadata<IdempotencyHeader>() is not null && pressure.Behind is { } what)
        {
            return Behind(http, what);
        }

        var kind = endpoint.Metadata.GetMetadata<TrafficKind>()?.Kind
            ?? (HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) ? TrafficClass.Read : TrafficClass.Write);
        return Enter(http, caller is null ? Address(http, kind) : new(caller.Actor, false, kind));
    }

    /// <summary>The same for who asks for a session or a token.</summary>
    public ValueTask<IDisposable?> EnterSignIn(HttpContext http) => IsOff ? new(Nothing.Held) : Enter(http, Address(http, TrafficClass.SignIn));

    private async ValueTask<IDisposable?> Enter(HttpContext http, TrafficKey key)
    {
        var (place, quota, after) = await traffic.Enter(key, Cost(http.Request, key.Kind), http.RequestAborted);
        http.Features.Set(quota);
        if (place is not null)
        {
            return place;
        }

        denials.Throttled(key.Who, http.Request.Path);
        await traffic.Pause(http.RequestAborted);
        http.Response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problems.Write(
            http, StatusCodes.Status429TooManyRequests, "request.throttled", "This is more than your share; wait as long as Retry-After says and repeat it with the same Idempotency-Key.");
        return null;
    }

    private static async ValueTask<IDisposable?> Behind(HttpContext http, string what)
    {
        await Problems.Write(
            http, StatusCodes.Status503ServiceUnavailable, "system.behind", $"{what} Nothing was done: repeat the request later with the same Idempotency-Key.");
        return null;
    }

    /// <summary>A page costs what it holds: one for each usual page that is asked for.</summary>
    private static int Cost(HttpRequest request, TrafficClass kind) =>
        kind is TrafficClass.Read && request.QueryString.HasValue && int.TryParse(request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
            ? (Math.Clamp(limit, 1, Paging.Most) + Paging.Usual - 1) / Paging.Usual
            : 1;

    /// <summary>Of IPv6 the half that a house has for itself.</summary>
    private static TrafficKey Address(HttpContext http, TrafficClass kind)
    {
        var address = http.Connection.RemoteIpAddress ?? IPAddress.None;
        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        var isLoopback = IPAddress.IsLoopback(address) && !http.Request.Headers.ContainsKey("X-Forwarded-For") && !http.Request.Headers.ContainsKey("Forwarded");
        var bytes = address.GetAddressBytes();
        return new("address:" + (bytes.Length == 16 ? Convert.ToHexStringLower(bytes.AsSpan(0, 8)) : address.ToString()), isLoopback, kind);
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Held = new();

        public void Dispose()
        {
        }
    }
}

/// <summary>Where sessions and tokens are asked for: counted by address before anybody looks at a password or secret.</summary>
internal sealed class SignInGate(RequestDelegate next, TrafficGate gate)
{
    public async Task InvokeAsync(HttpContext http)
    {
        if (!HttpMethods.IsPost(http.Request.Method) || !(http.Request.Path.StartsWithSegments("/sign-in") || http.Request.Path.StartsWithSegments("/connect") || http.Request.Path.StartsWithSegments(ChangePasswordPage.Path)))
        {
            await next(http);
            return;
        }

        using var place = await gate.EnterSignIn(http);
        if (place is not null)
        {
            await next(http);
        }
    }
}
