using System.Collections.Concurrent;
using System.Text.RegularExpressions;

using Microsoft.Playwright;

namespace RetailOps.Browser.Tests;

/// <summary>What a person does in Elsa Studio, step by step; each step waits for what it leads to.</summary>
public sealed partial class Studio : IAsyncDisposable
{
    // How the picture is to be moved: from a place on which nothing stands, by so much; nothing when the activity is where it is wanted.
    private const string Pull =
        """
        ({ activity, x, y }) => {
          const canvas = document.querySelector('.x6-graph').getBoundingClientRect();
          const node = [...document.querySelectorAll('.x6-node')].find(n => n.textContent.includes(activity))?.getBoundingClientRect();
          if (!node || canvas.height < 300) return null;
          const within = (value, most) => Math.max(-most, Math.min(most, value));
          const dx = within(canvas.x + x - node.x, 400), dy = within(canvas.y + y - node.y, 250);
          if (Math.abs(dx) < 3 && Math.abs(dy) < 3) return [];
          const fits = (place, by, size) => place + by > 5 && place + by < size - 5;
          for (let v = 20; v < canvas.height - 20; v += 20) {
            for (let u = 20; u < canvas.width - 20; u += 20) {
              const hit = document.elementFromPoint(canvas.x + u, canvas.y + v);
              if (hit?.classList.contains('x6-graph-svg') && fits(u, dx, canvas.width) && fits(v, dy, canvas.height)) return [canvas.x + u, canvas.y + v, dx, dy];
            }
          }
          return null;
        }
        """;

    private readonly string person;
    private readonly ConcurrentQueue<string> troubles = new();
    private readonly HashSet<int> foreseen = [];
    private int pictures;

    public Studio(IPage page, string person)
    {
        Page = page;
        this.person = person;
        page.SetDefaultTimeout(20_000);
        page.Console += (_, m) =>
        {
            if (m.Type == "error")
            {
                troubles.Enqueue(m.Text);
            }
        };
        page.PageError += (_, e) => troubles.Enqueue(e);
        page.Response += (_, r) =>
        {
            if (r.Status >= 400)
            {
                troubles.Enqueue($"{r.Status} {r.Request.Method} {r.Url}");
            }
        };
    }

    public IPage Page { get; }

    /// <summary>What the console and the network complained of so far, but for the refusals that were asked for.</summary>
    public IReadOnlyList<string> Troubles => [.. troubles.Where(t => !foreseen.Any(s => t.StartsWith($"{s} POST", StringComparison.Ordinal) || t.Contains($"status of {s} ", StringComparison.Ordinal)))];

    private ILocator Canvas => Page.Locator(".x6-graph").First;

    public async Task Open(string path)
    {
        await Page.GotoAsync(path);
        await Loaded();
    }

    public Task Loaded() => Page.Locator("#studio-loading").WaitForAsync(new() { State = WaitForSelectorState.Detached, Timeout = 60_000 });

    /// <summary>The definitions list's way to a new one; ends in its editor.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> Create(string name)
    {
        await Open("/designer/");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Create workflow" }).First.ClickAsync();
        var dialog = Page.Locator(".mud-dialog");
        await Assertions.Expect(dialog.GetByLabel("Name")).ToHaveValueAsync(AnyText());
        await dialog.GetByLabel("Name").FillAsync(name);
        await dialog.GetByLabel("Name").PressAsync("Tab");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Ok" }).ClickAsync();
        await Page.WaitForURLAsync("**/designer/definitions/**");
        await Canvas.WaitForAsync();
        return Page.Url[(Page.Url.LastIndexOf('/') + 1)..];
    }

    public async Task Edit(string definitionId)
    {
        await Open("/designer/definitions/" + definitionId);
        await Canvas.WaitForAsync();

        // What is dropped on the empty canvas would be saved without what is still to come.
        await Page.Locator(".x6-node").First.WaitForAsync();
        await Page.Locator(".mud-toolbar").First.WaitForAsync();
    }

    /// <summary>Drags an activity from the palette to a place on the canvas, in pixels from its corner.</summary>
    /// <returns>What the new step is called.</returns>
    public async Task<string> Drag(string activity, int x, int y)
    {
        var item = await InPalette(activity);
        var count = await Page.Locator(".x6-node").CountAsync();
        await Saved(() => item.DragToAsync(Canvas, new() { TargetPosition = new() { X = x, Y = y } }));
        await Assertions.Expect(Page.Locator(".x6-node")).ToHaveCountAsync(count + 1);
        return await Page.Locator(".x6-node-selected .activity-label").InnerTextAsync();
    }

    /// <summary>The same where the save that follows is refused.</summary>
    public async Task DragInVain(string activity, int x, int y, int status)
    {
        var item = await InPalette(activity);
        await Refused(status, () => item.DragToAsync(Canvas, new() { TargetPosition = new() { X = x, Y = y } }));
    }

    private async Task<ILocator> InPalette(string activity)
    {
        await Page.GetByRole(AriaRole.Textbox, new() { Name = "Search" }).First.FillAsync(activity);
        var item = Page.Locator("[draggable=true]").Filter(new() { Has = Page.GetByText(activity, new() { Exact = true }) }).First;
        await item.WaitForAsync(new() { State = WaitForSelectorState.Attached });
        if (!await item.IsVisibleAsync())
        {
            await Page.Locator(".mud-expand-panel", new() { Has = item }).Locator(".mud-expand-panel-header").ClickAsync();
        }

        return item;
    }

    /// <summary>Draws a connection from an outcome of one activity to another.</summary>
    public async Task Connect(string from, string port, string to)
    {
        // The frame around what is selected lies over its dots.
        await Select(to);
        await Saved(() => Draw(from, port, to));
    }

    private async Task Draw(string from, string port, string to)
    {
        var count = await Page.Locator(".x6-edge").CountAsync();
        var start = await Middle(Node(from).Locator($".x6-port-out .x6-port-body[port=\"{port}\"]"));
        var end = await Middle(Node(to).Locator(".x6-port-in .x6-port-body"));
        await MoveWithButton(start.X, start.Y, end.X, end.Y);
        await Assertions.Expect(Page.Locator(".x6-edge")).ToHaveCountAsync(count + 1);
    }

    /// <summary>Moves the picture until an activity stands at a place of the canvas, as with the mouse and the key Alt.</summary>
    public async Task Bring(string activity, int x, int y)
    {
        while (true)
        {
            var found = await Page.WaitForFunctionAsync(Pull, new { activity, x, y });
            if (await found.JsonValueAsync<float[]>() is not [var fromX, var fromY, var dx, var dy])
            {
                return;
            }

            await Page.Keyboard.DownAsync("Alt");
            await MoveWithButton(fromX, fromY, fromX + dx, fromY + dy);
            await Page.Keyboard.UpAsync("Alt");
        }
    }

    /// <summary>Drags an activity about on the canvas.</summary>
    public Task Move(string activity, int dx, int dy) => Saved(async () =>
    {
        var (x, y) = await Middle(Node(activity).Locator(".activity-label"));
        await MoveWithButton(x, y, x + dx, y + dy);
    });

    /// <summary>Deletes the straight connection between two activities that stand beside each other.</summary>
    public async Task Cut(string from, string to)
    {
        var count = await Page.Locator(".x6-edge").CountAsync();
        var start = await Middle(Node(from).Locator(".x6-port-out .x6-port-body").First);
        var end = await Middle(Node(to).Locator(".x6-port-in .x6-port-body"));
        await Page.Mouse.ClickAsync(start.X + ((end.X - start.X) * 0.6f), start.Y);
        await Saved(() => Page.Keyboard.PressAsync("Delete"));
        await Assertions.Expect(Page.Locator(".x6-edge")).ToHaveCountAsync(count - 1);
    }

    public async Task Select(string activity)
    {
        if (!await Node(activity).EvaluateAsync<bool>("node => node.classList.contains('x6-node-selected')"))
        {
            await Node(activity).Locator(".activity-label").ClickAsync();
        }
    }

    /// <summary>Writes the plain value of an input.</summary>
    /// <param name="hint">What stands below the input.</param>
    /// <param name="value">The value.</param>
    public Task Literal(string hint, string value) => Saved(async () =>
    {
        var input = Field(hint).Locator("input").First;
        await input.FillAsync(value);
        await input.PressAsync("Tab");
    });

    /// <summary>Changes the syntax of an input and writes an expression.</summary>
    public async Task Expression(string hint, string syntax, string text)
    {
        await Saved(async () =>
        {
            await Field(hint).Locator(".mud-menu button").First.ClickAsync();
            await Page.Locator(".mud-popover-open .mud-menu-item").Filter(new() { HasText = syntax }).ClickAsync();
        });
        await Saved(async () =>
        {
            await Field(hint).Locator(".monaco-editor .view-lines").First.ClickAsync();
            await Page.Keyboard.PressAsync("Control+A");
            await Page.Keyboard.InsertTextAsync(text);
        });
    }

    /// <summary>Picks from a list.</summary>
    /// <param name="hint">What stands below it.</param>
    /// <param name="option">The option's words.</param>
    public async Task Choose(string hint, string option)
    {
        await Page.Locator(".mud-input-control").Filter(new() { HasText = hint }).Last.ClickAsync();
        await Saved(() => Page.Locator(".mud-popover-open").GetByText(option, new() { Exact = true }).ClickAsync());
    }

    public async Task AddVariable(string name)
    {
        await Tab("Variables");
        await Page.GetByRole(AriaRole.Button, new() { Name = "Add variable" }).ClickAsync();
        var dialog = Page.Locator(".mud-dialog");
        var field = dialog.GetByLabel("Name", new() { Exact = true });
        await Assertions.Expect(field).ToHaveValueAsync(AnyText());
        await field.FillAsync(name);
        await field.PressAsync("Tab");
        await Saved(() => dialog.GetByRole(AriaRole.Button, new() { Name = "Ok" }).ClickAsync());
        await Assertions.Expect(Page.GetByRole(AriaRole.Cell, new() { Name = name })).ToBeVisibleAsync();
    }

    public Task Tab(string name) => Page.GetByRole(AriaRole.Tab, new() { Name = name, Exact = true }).ClickAsync();

    /// <summary>Opens the three dots of a row and picks from them.</summary>
    public async Task Menu(ILocator row, string item)
    {
        await NothingInTheWay();
        await row.Locator(".mud-menu button").First.ClickAsync();
        await Page.Locator(".mud-popover-open .mud-menu-item").Filter(new() { HasText = item }).First.ClickAsync();
    }

    public ILocator Row(string text) => Page.GetByRole(AriaRole.Row).Filter(new() { HasText = text }).First;

    /// <summary>The cloud.</summary>
    /// <returns>What the designer says of it.</returns>
    public async Task<string> Publish()
    {
        await NothingInTheWay();
        await Saved(() => Page.Locator(".mud-toolbar button.mud-icon-button.mud-primary-text").ClickAsync());
        return await Said();
    }

    /// <summary>The cloud, where another person must agree.</summary>
    /// <returns>What the designer says of it.</returns>
    public async Task<string> ProposeByButton()
    {
        await NothingInTheWay();
        await Refused(400, () => Page.Locator(".mud-toolbar button.mud-icon-button.mud-primary-text").ClickAsync());
        return await Said();
    }

    /// <summary>Waits until a save that a step leads to was refused.</summary>
    public async Task Refused(int status, Func<Task> step)
    {
        foreseen.Add(status);
        var answer = await Page.RunAndWaitForResponseAsync(step, r => r.Request.Method == "POST" && SavePath().IsMatch(r.Url));
        answer.Status.Should().Be(status);
    }

    /// <summary>The green arrow.</summary>
    /// <returns>The instance.</returns>
    public async Task<string> Run()
    {
        await NothingInTheWay();
        var answer = await Page.RunAndWaitForResponseAsync(
            () => Page.Locator(".mud-toolbar button.mud-icon-button.mud-success-text").ClickAsync(), r => r.Url.EndsWith("/execute", StringComparison.Ordinal));
        answer.Status.Should().Be(200);
        return (await answer.HeaderValueAsync("x-elsa-workflow-instance-id"))!;
    }

    /// <summary>The line at the top that comes and goes.</summary>
    public async Task<string> Said()
    {
        await Page.Locator(".mud-snackbar").First.WaitForAsync();
        return string.Join('\n', await Page.Locator(".mud-snackbar").AllTextContentsAsync());
    }

    /// <summary>Waits until a save that a step leads to was answered.</summary>
    public async Task Saved(Func<Task> step)
    {
        var answer = await Page.RunAndWaitForResponseAsync(step, r => r.Request.Method == "POST" && SavePath().IsMatch(r.Url));
        answer.Status.Should().Be(200);
    }

    public async Task Picture(string name)
    {
        await Page.ScreenshotAsync(new() { Path = Path.Combine(DesignerShop.Pictures, $"{name}-{++pictures:00}-{person}.png") });
    }

    public ILocator Node(string activity) => Page.Locator(".x6-node").Filter(new() { HasText = activity }).First;

    public async ValueTask DisposeAsync()
    {
        await Picture("left");
        await Page.Context.CloseAsync();
    }

    private async Task MoveWithButton(float fromX, float fromY, float toX, float toY)
    {
        await Page.Mouse.MoveAsync(fromX, fromY);
        await Page.Mouse.DownAsync();
        await Page.Mouse.MoveAsync(toX - (Math.Sign(toX - fromX) * 10), toY, new() { Steps = 8 });
        await Page.Mouse.MoveAsync(toX, toY, new() { Steps = 3 });
        await Page.Mouse.UpAsync();
    }

    private ILocator Field(string hint) => Page.Locator(".d-flex.flex-row").Filter(new() { Has = Page.GetByText(hint) }).Last;

    private async Task NothingInTheWay()
    {
        await Page.Mouse.MoveAsync(5, 5);
        await Assertions.Expect(Page.Locator(".mud-snackbar, .mud-tooltip.mud-popover-open")).ToHaveCountAsync(0);
    }

    private static async Task<(float X, float Y)> Middle(ILocator what)
    {
        var box = (await what.BoundingBoxAsync())!;
        return (box.X + (box.Width / 2), box.Y + (box.Height / 2));
    }

    // The dialog writes a name of its own first, and over ours when it is late.
    [GeneratedRegex(".+")]
    private static partial Regex AnyText();

    [GeneratedRegex("/elsa/api/workflow-definitions$")]
    private static partial Regex SavePath();
}
