using System.Net;
using System.Text.RegularExpressions;

namespace RetailOps.Platform.Tests;

/// <summary>Keeps cookies, follows no redirect, and fills in forms with their anti-forgery token.</summary>
public sealed partial class Browser : IDisposable
{
    private readonly HttpClientHandler handler = new() { AllowAutoRedirect = false, CookieContainer = new CookieContainer() };

    public Browser(Uri address) => Http = new HttpClient(handler) { BaseAddress = address };

    public HttpClient Http { get; }

    /// <summary>As its next request would carry them.</summary>
    public string Cookies => handler.CookieContainer.GetCookieHeader(Http.BaseAddress!);

    public async Task SignOut() => (await SignOutAnswer()).Dispose();

    public async Task<HttpResponseMessage> SignOutAnswer()
    {
        var page = await Http.GetStringAsync("/sign-out");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value });
        return await Http.PostAsync("/sign-out", form);
    }

    public async Task<HttpResponseMessage> SignIn(string name, string password, string returnTo = "")
    {
        var page = await Http.GetStringAsync("/sign-in");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
            ["name"] = name,
            ["password"] = password,
            ["returnTo"] = returnTo,
        });
        return await Http.PostAsync("/sign-in", form);
    }

    /// <summary>Signs in with a password that an administrator made, and chooses another one as the page asks.</summary>
    public async Task<HttpResponseMessage> SignInFirst(string name, string password)
    {
        using var sent = await SignIn(name, password);
        sent.Headers.Location!.OriginalString.Should().StartWith("/account/password?returnTo=");
        return await ChangePassword(password, Chosen(name));
    }

    /// <summary>What a person of a test chooses for a password.</summary>
    public static string Chosen(string name) => "walnut ferry " + string.Concat(name.Reverse()) + " obelisk";

    /// <summary>Fills in the page for the own password.</summary>
    public async Task<HttpResponseMessage> ChangePassword(string old, string chosen, string? repeated = null)
    {
        var page = await Http.GetStringAsync("/account/password");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
            ["old"] = old,
            ["password"] = chosen,
            ["repeated"] = repeated ?? chosen,
        });
        return await Http.PostAsync("/account/password", form);
    }

    /// <summary>Gives a password once more, whoever is signed in.</summary>
    public async Task<HttpResponseMessage> SignInAgain(string password, string returnTo)
    {
        var page = await Http.GetStringAsync("/sign-in/again");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
            ["password"] = password,
            ["returnTo"] = returnTo,
        });
        return await Http.PostAsync("/sign-in/again", form);
    }

    /// <summary>The anti-forgery token of a page.</summary>
    public static string TokenIn(string page) => Token().Match(page).Groups[1].Value;

    public void Dispose()
    {
        Http.Dispose();
        handler.Dispose();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}
