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

    public async Task SignOut()
    {
        var page = await Http.GetStringAsync("/sign-out");
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value });
        (await Http.PostAsync("/sign-out", form)).Dispose();
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

    public void Dispose()
    {
        Http.Dispose();
        handler.Dispose();
    }

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)")]
    private static partial Regex Token();
}
