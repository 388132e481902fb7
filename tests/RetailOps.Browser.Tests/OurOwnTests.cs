using System.Text.Json;

using Microsoft.Playwright;

using RetailOps.Testing;

namespace RetailOps.Browser.Tests;

[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class OurOwnTests(DesignerShop shop)
{
    [Fact]
    public async Task Each_of_our_own_workflows_is_shown_with_all_its_steps()
    {
        await using var studio = await shop.SignedIn("analyst");
        var missing = new List<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Find(), "workflows"), "*.json").Order(StringComparer.Ordinal))
        {
            var steps = JsonElement.Parse(await File.ReadAllTextAsync(file)).GetProperty("root").GetProperty("activities").GetArrayLength();
            await studio.Open("/designer/definitions/" + Path.GetFileNameWithoutExtension(file));
            try
            {
                await Assertions.Expect(studio.Page.Locator(".x6-node")).ToHaveCountAsync(steps);
            }
            catch (PlaywrightException)
            {
                missing.Add($"{Path.GetFileNameWithoutExtension(file)}: {await studio.Page.Locator(".x6-node").CountAsync()} of {steps}");
            }
        }

        missing.Should().BeEmpty();
        studio.Troubles.Should().BeEmpty();
    }
}
