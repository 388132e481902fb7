using Microsoft.Playwright;

namespace RetailOps.Browser.Tests;

[Collection(nameof(DesignerCollection)), Trait("needs", "browser")]
public sealed class SessionTests(DesignerShop shop)
{
    // What the page does each minute, and when somebody comes back to it.
    private const string ComeBack = "document.dispatchEvent(new Event('visibilitychange'))";

    [Fact]
    public async Task Who_is_about_to_be_signed_out_is_asked_over_everything_and_stays_or_signs_in_again()
    {
        await using var studio = await shop.SignedIn("analyst");
        await studio.Open("/designer/");
        var dialog = studio.Page.Locator("#session");

        // Whatever the designer asks for later than the clock says would use the session, and nobody would be asked.
        await studio.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        shop.Clock.Advance(TimeSpan.FromMinutes(477));
        await studio.Page.EvaluateAsync(ComeBack);
        await Assertions.Expect(dialog).ToContainTextAsync("You will be signed out soon");
        await studio.Picture("session");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Stay signed in" }).ClickAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();

        // Both together are longer than a session that nobody uses, and not as long as any may be.
        shop.Clock.Advance(TimeSpan.FromMinutes(200));
        await studio.Page.GetByRole(AriaRole.Textbox, new() { Name = "Search" }).FillAsync("Order");
        await Assertions.Expect(studio.Row("order-fulfilment")).ToBeVisibleAsync();

        shop.Clock.Advance(TimeSpan.FromMinutes(481));
        await studio.Page.EvaluateAsync(ComeBack);
        await Assertions.Expect(dialog).ToContainTextAsync("You are signed out");
        await studio.Picture("session");
        await dialog.GetByRole(AriaRole.Link, new() { Name = "Sign in" }).ClickAsync();
        await studio.Page.WaitForURLAsync("**/sign-in?returnTo=%2Fdesigner%2F");
    }
}
