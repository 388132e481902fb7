using System.Net.Http.Json;
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
            var id = Path.GetFileNameWithoutExtension(file);

            // Other tests draw on some of them.
            var steps = (await shop.Http.GetFromJsonAsync<JsonElement>("/elsa/api/workflow-definitions/" + id)).GetProperty("root").GetProperty("activities").GetArrayLength();
            await studio.Open("/designer/definitions/" + id);
            try
            {
                await Assertions.Expect(studio.Page.Locator(".x6-node")).ToHaveCountAsync(steps);
            }
            catch (PlaywrightException)
            {
                missing.Add($"{id}: {await studio.Page.Locator(".x6-node").CountAsync()} of {steps}");
            }
        }

        missing.Should().BeEmpty();
        studio.Troubles.Should().BeEmpty();
    }
}
