using System.Net;

namespace RetailOps.Platform.Tests;

public sealed class LockoutTests(HostFixture host) : IClassFixture<HostFixture>
{
    [Fact]
    public async Task After_five_wrong_passwords_the_right_one_opens_nothing()
    {
        var person = host.People.Single(p => p.Name == "finance");
        using var browser = host.Open();
        for (var i = 0; i < 5; i++)
        {
            (await browser.SignIn(person.Name, "not the password")).Dispose();
        }

        using var answer = await browser.SignIn(person.Name, person.Password);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }
}
