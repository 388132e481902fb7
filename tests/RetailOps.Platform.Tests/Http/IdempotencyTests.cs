using System.Net;

namespace RetailOps.Platform.Tests;

[Collection(nameof(ProbeCollection))]
public sealed class IdempotencyTests(ProbeHost host)
{
    private const string Path = "/api/v1/keyed-probes";

    [Fact]
    public async Task A_key_that_is_required_must_be_there()
    {
        var (status, problem) = await host.Post("""{"text":"x"}""", Path);

        status.Should().Be(HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().Should().Be("idempotency.missing");
    }

    [Theory]
    [InlineData("")]
    [InlineData("two words")]
    public async Task A_key_is_visible_characters(string key)
    {
        var (status, problem) = await host.Post("""{"text":"x"}""", Path, key);

        status.Should().Be(HttpStatusCode.BadRequest);
        problem.GetProperty("code").GetString().Should().BeOneOf("idempotency.malformed", "idempotency.missing");
    }

    [Fact]
    public async Task A_key_has_at_most_255_characters()
    {
        var (longest, _) = await host.Post("""{"text":"x"}""", Path, new string('k', 255));
        var (tooLong, _) = await host.Post("""{"text":"x"}""", Path, new string('k', 256));

        longest.Should().Be(HttpStatusCode.Created);
        tooLong.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_first_answer()
    {
        var (_, first) = await host.Post("""{"text":"x"}""", Path, "repeat");
        var (status, second) = await host.Post("""{"text":"x"}""", Path, "repeat");

        status.Should().Be(HttpStatusCode.Created);
        second.GetRawText().Should().Be(first.GetRawText());
    }

    [Fact]
    public async Task Another_payload_or_operation_under_the_same_key_is_refused()
    {
        await host.Post("""{"text":"x"}""", Path, "other");
        var (payload, problem) = await host.Post("""{"text":"y"}""", Path, "other");
        var (operation, _) = await host.Post("""{"text":"x"}""", "/api/v1/maybe-keyed-probes", "other");

        payload.Should().Be(HttpStatusCode.UnprocessableEntity);
        problem.GetProperty("code").GetString().Should().Be("idempotency.other-payload");
        operation.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task A_refused_request_leaves_its_key_free()
    {
        var (refused, _) = await host.Post("""{"text":"x","mood":"rule"}""", Path, "free");
        var (granted, _) = await host.Post("""{"text":"x"}""", Path, "free");

        refused.Should().Be(HttpStatusCode.UnprocessableEntity);
        granted.Should().Be(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Where_a_key_is_optional_each_request_without_one_is_new()
    {
        var (_, first) = await host.Post("""{"text":"x"}""", "/api/v1/maybe-keyed-probes");
        var (_, second) = await host.Post("""{"text":"x"}""", "/api/v1/maybe-keyed-probes");

        second.GetProperty("id").GetString().Should().NotBe(first.GetProperty("id").GetString());
    }
}
