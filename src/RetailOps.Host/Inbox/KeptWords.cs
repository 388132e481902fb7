using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

using Microsoft.AspNetCore.DataProtection;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>
/// What somebody typed before the password was asked for again: kept in a cookie that only we can read, for this person, this page and ten minutes, and offered once.
/// </summary>
internal sealed class KeptWords(IDataProtectionProvider protection, TimeProvider clock, SecurityPosture posture)
{
    private const string Cookie = "retailops-kept";

    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    // A cookie holds 4 KB; encoding makes a third more of what is in it.
    private const int Most = 2_600;

    private static readonly JsonSerializerOptions Short = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly IDataProtector protector = protection.CreateProtector("RetailOps.KeptWords.v1");

    /// <summary>Keeps words of a form for when its page is opened again. What is too long is not kept.</summary>
    public void Keep(HttpContext http, string words)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(new Kept(http.Request.Path, Callers.SignedIn(http.User)!.Id, clock.GetUtcNow(), words), Short);
        if (text.Length <= Most)
        {
            http.Response.Cookies.Append(Cookie, Convert.ToBase64String(protector.Protect(text)), Options(http));
        }
    }

    /// <summary>What this person typed on this page; null for nothing. A second call gives nothing.</summary>
    public string? Take(HttpContext http)
    {
        if (http.Request.Cookies[Cookie] is not { } cookie)
        {
            return null;
        }

        try
        {
            var kept = JsonSerializer.Deserialize<Kept>(protector.Unprotect(Convert.FromBase64String(cookie)), Short)!;
            if (kept.Path != http.Request.Path)
            {
                return null;
            }

            http.Response.Cookies.Delete(Cookie, Options(http));
            return kept.Person == Callers.SignedIn(http.User)!.Id && clock.GetUtcNow() - kept.At < Life ? kept.Words : null;
        }
        catch (Exception e) when (e is CryptographicException or FormatException or JsonException)
        {
            http.Response.Cookies.Delete(Cookie, Options(http));
            return null;
        }
    }

    private CookieOptions Options(HttpContext http) =>
        new() { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = !posture.IsDemo || http.Request.IsHttps, MaxAge = Life, Path = "/" };

    private sealed record Kept(string Path, Guid Person, DateTimeOffset At, string Words);
}
