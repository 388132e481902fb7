using System.Collections.Concurrent;
using System.Text.Json;

using Microsoft.Playwright;

using RetailOps.Testing;

namespace RetailOps.Browser.Tests;

/// <summary>Somebody before the pages on which people decide.</summary>
public sealed class Desk : IAsyncDisposable
{
    private readonly string person;
    private readonly string password;
    private readonly ConcurrentQueue<string> troubles = new();
    private int pictures;

    public Desk(IPage page, string person, string password)
    {
        (Page, this.person, this.password) = (page, person, password);
        page.SetDefaultTimeout(15_000);
        page.Console += (_, m) =>
        {
            // The browser writes each refused answer there as well; those are looked for by their words.
            if (m.Type == "error" && !m.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
            {
                troubles.Enqueue(m.Text);
            }
        };
        page.PageError += (_, e) => troubles.Enqueue(e);
        page.Dialog += (_, d) => troubles.Enqueue("A script spoke: " + d.Message);
    }

    /// <summary>Where the tests leave what they saw.</summary>
    public static string Pictures { get; } = Directory.CreateDirectory(Path.Combine(RepositoryRoot.Find(), "TestResults", "inbox")).FullName;

    public IPage Page { get; }

    /// <summary>What the browser complained of: scripts that ran, policies that were broken.</summary>
    public IReadOnlyList<string> Troubles => [.. troubles];

    public ILocator Main => Page.Locator("main");

    public Task Open(object approval) => Page.GotoAsync($"/approvals/{approval}");

    public Task Press(string button) => Page.GetByRole(AriaRole.Button, new() { Name = button, Exact = true }).ClickAsync();

    public Task Sees(string words) => Assertions.Expect(Main).ToContainTextAsync(words);

    /// <summary>Opens one of the other things that can be done, writes and sends it.</summary>
    public async Task Other(string title, string label, string words, string button)
    {
        await Page.Locator("summary").Filter(new() { HasText = title }).ClickAsync();
        await Page.GetByLabel(label).FillAsync(words);
        await Press(button);
    }

    /// <summary>Gives the password again, where that is asked for.</summary>
    public async Task GivePassword()
    {
        await Page.GetByLabel("Password").FillAsync(password);
        await Press("Go on");
    }

    /// <summary>A call of the API with the cookie of the person.</summary>
    public async Task<(int Status, JsonElement Body, IReadOnlyDictionary<string, string> Headers)> Post(string path, object body, string? ifMatch = null)
    {
        var headers = new Dictionary<string, string> { ["Idempotency-Key"] = Guid.NewGuid().ToString(), ["Content-Type"] = "application/json" };
        if (ifMatch is not null)
        {
            headers["If-Match"] = ifMatch;
        }

        var answer = await Page.APIRequest.PostAsync("/api/v1/" + path, new() { DataString = JsonSerializer.Serialize(body), Headers = headers });
        var text = await answer.TextAsync();
        return (answer.Status, text.Length > 0 ? JsonElement.Parse(text) : default, answer.Headers);
    }

    public Task Picture(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}-{++pictures:00}-{person}.png"), FullPage = true });

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}
