using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Extensions.Time.Testing;

using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>What tokens are signed with: stored encrypted, shared by all hosts, exchanged without a pause.</summary>
public sealed class KeyTests(HostFixture host) : IClassFixture<HostFixture>
{
    private readonly Grants grants = new(host);

    [Fact]
    public async Task Keys_lie_encrypted_in_the_database_and_a_second_host_uses_the_same()
    {
        var before = await Known(host.Address);
        await using var other = await grants.Started();

        (await Known(new Uri(other.Urls.Single()))).Should().Equal(before);
        (await Ask.All<string>(host.OwnerConnectionString, "select document from platform.token_keys")).Should().HaveCountGreaterThanOrEqualTo(2)
            .And.OnlyContain(d => !d.Contains("PRIVATE", StringComparison.Ordinal) && !d.StartsWith("MII", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_next_key_is_published_two_weeks_before_it_signs_and_the_last_one_proves_what_it_signed()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var later = await grants.Started(clock);
        var there = new Uri(later.Urls.Single());
        var client = await grants.NewClient(["orders.read"]);
        var first = Signer(await grants.Token(client, at: there));
        (await Known(there)).Should().Equal(first);

        clock.Advance(TimeSpan.FromDays(90 - 14) + TimeSpan.FromHours(2));
        await Eventually.Holds(async () => (await Known(there)).Count == 2, TimeSpan.FromSeconds(30), "the next key is published");
        Signer(await grants.Token(client, at: there)).Should().Be(first);

        clock.Advance(TimeSpan.FromDays(14) - TimeSpan.FromHours(3));
        var last = await grants.Token(client, at: there);
        Signer(last).Should().Be(first);
        for (var i = 0; i < 4; i++)
        {
            clock.Advance(TimeSpan.FromHours(1) / 2);
        }

        await Eventually.Holds(async () => Signer(await grants.Token(client, at: there)) != first, TimeSpan.FromSeconds(30), "the next key signs");
        (await Known(there)).Should().Contain(first, "what it signed has not ended everywhere");

        clock.Advance(TimeSpan.FromDays(31));
        await Eventually.Holds(async () => !(await Known(there)).Contains(first), TimeSpan.FromSeconds(30), "the first key is forgotten");
    }

    private static string Signer(string token) =>
        JsonSerializer.Deserialize<JsonElement>(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0])).GetProperty("kid").GetString()!;

    private static async Task<List<string>> Known(Uri at)
    {
        using var http = new HttpClient { BaseAddress = at };
        return [.. (await http.GetFromJsonAsync<JsonElement>("/.well-known/jwks")).GetProperty("keys").EnumerateArray().Select(k => k.GetProperty("kid").GetString()!).Order(StringComparer.Ordinal)];
    }
}
