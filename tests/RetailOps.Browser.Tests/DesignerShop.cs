using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

using RetailOps.Host;
using RetailOps.Platform;
using RetailOps.Testing;
using RetailOps.Workflows;

namespace RetailOps.Browser.Tests;

/// <summary>The whole host on a real port and a database of its own, and one browser of this machine.</summary>
public sealed class DesignerShop : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("retailops-designer-").FullName;
    private TestDatabase database = null!;
    private WebApplication app = null!;
    private IReadOnlyList<DemoSignIn> people = [];
    private IPlaywright playwright = null!;
    private IBrowser browser = null!;

    /// <summary>Draws, too, beside the work of a planner.</summary>
    public const string SecondAnalyst = Roles.Planner;

    /// <summary>Where the tests leave what they saw.</summary>
    public static string Pictures { get; } = Path.Combine(RepositoryRoot.Find(), "TestResults", "designer");

    public Uri Address { get; private set; } = null!;

    /// <summary>Business time, which a test can move on.</summary>
    public ShiftedClock Clock { get; } = new();

    /// <summary>The API as the command line of this machine sees it.</summary>
    public HttpClient Http { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        var chromium = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(p => Path.Combine(p, "chromium")).FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("These tests need the browser chromium on the path (Debian: apt-get install chromium).");
        Directory.CreateDirectory(Pictures);
        database = await TestDatabase.CreateAsync();
        var settings = new HostSettings { Environment = HostSettings.Test, Urls = "http://127.0.0.1:0", DataFolder = folder, RunsJobs = false };
        app = HostComposition.Build([], settings, database.AppConnectionString, clock: Clock);
        var drawn = Path.Combine(RepositoryRoot.Find(), "workflows");
        await app.Services.ImportDocumentsAsync(drawn);
        await app.Services.ImportWorkflowsAsync(drawn);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            people = await scope.ServiceProvider.GetRequiredService<DemoPeople>().Ensure(folder);
        }

        // Two people who draw.
        await Ask.One<int>(database.OwnerConnectionString, $"update platform.people set roles = roles || array['{Roles.Analyst}'] where name = '{SecondAnalyst}' returning 1");

        await app.StartAsync();
        Address = new Uri(app.Urls.Single());
        Http = new HttpClient { BaseAddress = Address };

        Assertions.SetDefaultExpectTimeout(20_000);
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = chromium });
    }

    public async Task DisposeAsync()
    {
        await browser.DisposeAsync();
        playwright.Dispose();
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Past the product: what a test meddles with.</summary>
    public string Database => database.OwnerConnectionString;

    /// <summary>Somebody sits down before a browser of their own and signs in.</summary>
    public async Task<Studio> SignedIn(string name)
    {
        var page = await NewPage(new() { ViewportSize = new() { Width = 1600, Height = 1000 }, AcceptDownloads = true });
        await SignIn(page, name);
        return new Studio(page, name);
    }

    /// <summary>Somebody signs in to decide, on a screen of a size; without scripts where a test says so.</summary>
    public async Task<Desk> AtDesk(string name, bool scripts = true, bool phone = false, bool dark = false)
    {
        var page = await NewPage(new()
        {
            ViewportSize = phone ? new() { Width = 390, Height = 844 } : new() { Width = 1280, Height = 900 },
            JavaScriptEnabled = scripts,
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
        });
        var desk = new Desk(page, name, PasswordOf(name));
        await SignIn(page, name);
        return desk;
    }

    /// <summary>Somebody before a browser who has not signed in.</summary>
    public Task<IPage> Stranger() => NewPage(new() { ViewportSize = new() { Width = 1280, Height = 900 } });

    /// <summary>Gives somebody an account with finance's password; a second call changes nothing.</summary>
    /// <returns>Its id.</returns>
    public async Task<Guid> Account(string name, params string[] roles)
    {
        await Ask.Do(
            Database,
            """
            insert into platform.people (id, name, normalized_name, password_hash, security_stamp, concurrency_stamp, roles, lockout_enabled, failed_sign_ins)
            select $1, $2, upper($2), f.password_hash, $1::text, $1::text, $3, true, 0 from platform.people f where f.name = 'finance' on conflict do nothing
            """,
            Guid.CreateVersion7(), name, roles);
        return await Ask.One<Guid>(Database, "select id from platform.people where name = $1", name);
    }

    public string PasswordOf(string name) => (people.FirstOrDefault(p => p.Name == name) ?? people.Single(p => p.Name == "finance")).Password;

    /// <summary>Publishes definitions as files of the product are.</summary>
    public Task Import(string folder) => app.Services.ImportWorkflowsAsync(folder);

    private async Task<IPage> NewPage(BrowserNewContextOptions options)
    {
        options.BaseURL = Address.ToString();
        return await (await browser.NewContextAsync(options)).NewPageAsync();
    }

    private async Task SignIn(IPage page, string name)
    {
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#name", name);
        await page.FillAsync("#password", PasswordOf(name));
        await page.ClickAsync("button");
        await page.WaitForURLAsync("/");
    }

    /// <summary>What the API answers, once it says what is waited for.</summary>
    public async Task<JsonElement> Until(string path, Func<JsonElement, bool> says, string what)
    {
        var last = default(JsonElement);
        await Eventually.Holds(
            async () =>
            {
                last = await Http.GetFromJsonAsync<JsonElement>(path);
                return says(last);
            },
            TimeSpan.FromSeconds(30), what);
        return last;
    }
}

/// <summary>Real time, moved on by what a test says.</summary>
public sealed class ShiftedClock : TimeProvider
{
    private long shift;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref shift));

    public void Advance(TimeSpan by) => Interlocked.Add(ref shift, by.Ticks);
}

[CollectionDefinition(nameof(DesignerCollection))]
public sealed class DesignerCollection : ICollectionFixture<DesignerShop>;
