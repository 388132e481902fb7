using System.Security.Cryptography;
using System.Text;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

/// <summary>What a key makes of a request that comes again.</summary>
public sealed class RepeatTests(RequestFixture fixture) : IClassFixture<RequestFixture>
{
    private readonly string subject = RequestFixture.NewSubject();
    private readonly string key = Guid.NewGuid().ToString();

    [Fact]
    public async Task The_same_key_gives_the_first_answer_and_no_second_effect()
    {
        var again = Acts();

        var first = await fixture.Host.Send(Acts(), Key("a"));
        var second = await fixture.Host.Send(again, Key("a"));

        second.Value.Should().Be(first.Value);
        again.Attempts.Should().Be(0);
        (await fixture.Happened(subject)).Should().Be(1);
    }

    [Fact]
    public async Task Another_payload_or_operation_under_the_same_key_is_refused()
    {
        await fixture.Host.Send(Acts(), Key("a"));

        var payload = await fixture.Host.Send(Acts(), Key("b"));
        var operation = await fixture.Host.Send(Acts(), Key("a") with { Operation = "POST /other" });

        payload.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Rule, Code = "idempotency.other-payload" });
        operation.Refusal!.Code.Should().Be("idempotency.other-payload");
        (await fixture.Happened(subject)).Should().Be(1);
    }

    [Fact]
    public async Task The_key_of_another_client_is_another_key()
    {
        var first = await fixture.Host.Send(new Act(_ => Answer("mine")), Key("a"));
        var second = await fixture.Host.Send(new Act(_ => Answer("theirs")), Key("a") with { Client = "client:other" });

        (first.Value, second.Value).Should().Be(("mine", "theirs"));
    }

    [Fact]
    public async Task A_refusal_does_not_use_the_key_up()
    {
        var refused = await fixture.Host.Send(new Act(_ => Answer(Refusal.Rule("test.no", "Not yet."))), Key("a"));
        var granted = await fixture.Host.Send(Acts(), Key("a"));

        refused.IsSuccess.Should().BeFalse();
        granted.IsSuccess.Should().BeTrue();
        (await fixture.Happened(subject)).Should().Be(1);
    }

    [Fact]
    public async Task Many_at_once_with_one_key_have_one_effect()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => fixture.Host.Send(Acts(), Key("a"))));

        answers.Where(a => a.IsSuccess).Select(a => a.Value).Distinct().Should().ContainSingle();
        answers.Should().OnlyContain(a => a.IsSuccess || a.Refusal.Code == "idempotency.running");
        (await fixture.Happened(subject)).Should().Be(1);
    }

    [Fact]
    public async Task While_the_first_runs_the_second_is_asked_to_come_back()
    {
        var (entered, leave) = (new TaskCompletionSource(), new TaskCompletionSource());
        var slow = fixture.Host.Send(
            new Act(async _ =>
            {
                entered.SetResult();
                await leave.Task;
                return "slow";
            }), Key("a"));
        await entered.Task;

        var early = await fixture.Host.Send(Acts(), Key("a"));
        leave.SetResult();
        var first = await slow;
        var late = await fixture.Host.Send(Acts(), Key("a"));

        early.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "idempotency.running" });
        (first.Value, late.Value).Should().Be(("slow", "slow"));
        (await fixture.Happened(subject)).Should().Be(0);
    }

    private static Task<Result<string>> Answer(Result<string> answer) => Task.FromResult(answer);

    private Act Acts() => new(stage =>
    {
        stage.Raise(subject);
        return Answer(Guid.NewGuid().ToString());
    });

    private IdempotencyKey Key(string payload) => new("client:test", key, "POST /test", SHA256.HashData(Encoding.UTF8.GetBytes(payload)));
}
