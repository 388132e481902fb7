using System.Security.Claims;

using Microsoft.AspNetCore.Http;

namespace RetailOps.Platform;

/// <summary>A password that an administrator has seen: good for changing it, for a week, and for nothing else.</summary>
internal static class FirstPassword
{
    /// <summary>How long its owner has.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    private const string ClaimName = "password";
    private const string First = "first";

    /// <summary>Stands in the cookie until the password is changed, which gives another cookie.</summary>
    public static IEnumerable<Claim> Claims(Person person) => person.PasswordUntil is null ? [] : [new(ClaimName, First)];

    /// <summary>Whether somebody is signed in who has to change it first.</summary>
    public static bool IsOf(ClaimsPrincipal user) => user.HasClaim(ClaimName, First);

    /// <summary>The answer of the API.</summary>
    public static Task Refuse(HttpContext http) => Problems.Write(
        http, StatusCodes.Status403Forbidden, "security.password-must-change", $"This account has a password that its owner did not choose; open {ChangePasswordPage.Path} in a browser and change it.");

    /// <summary>The answer of pages.</summary>
    public static Task Show(HttpContext http) => HtmlPage.Write(
        http, StatusCodes.Status403Forbidden, "Change your password first",
        $"<p>Somebody else made your password and has seen it. Nothing opens before you have <a href=\"{ChangePasswordPage.Path}\">changed it</a>.</p>");
}
