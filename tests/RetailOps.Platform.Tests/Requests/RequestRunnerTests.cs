using RetailOps.Inventory;
using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class RequestRunnerTests(RequestFixture fixture) : IClassFixture<RequestFixture>
{
    private static readonly Refusal No = Refusal.Rule("test.no", "No.");

    private readonly string subject = RequestFixture.NewSubject();

    [Fact]
    public async Task What_is_granted_is_there_and_says_who_did_it()
    {
        var answer = await fixture.Host.Requests.Run(new Caller.Client("shop", new HashSet<string> { "test.act" }), Raises("done"));

        answer.Value.Should().Be("done");
        (await fixture.Ask<string>("select actor from platform.events where aggregate = $1", subject)).Should().Be("client:shop");
    }

    [Fact]
    public async Task What_is_refused_leaves_nothing()
    {
        var request = Raises(No);

        var answer = await fixture.Host.Send(request);

        answer.Refusal.Should().Be(No);
        request.Attempts.Should().Be(1);
        (await fixture.Happened(subject)).Should().Be(0);
    }

    [Fact]
    public async Task An_exception_leaves_nothing_and_comes_through()
    {
        var send = () => fixture.Host.Send(new Act(stage =>
        {
            stage.Raise(subject);
            throw new InvalidTimeZoneException("broken");
        }));

        await send.Should().ThrowAsync<InvalidTimeZoneException>();
        (await fixture.Happened(subject)).Should().Be(0);
    }

    [Fact]
    public async Task A_race_for_something_unique_is_run_again()
    {
        await fixture.Host.Must(Raises("first"));
        var other = RequestFixture.NewSubject();
        var request = new Act(stage =>
        {
            stage.Raise(stage.Attempt == 1 ? subject : other);
            return Granted("done");
        });

        var answer = await fixture.Host.Send(request);

        answer.Value.Should().Be("done");
        request.Attempts.Should().Be(2);
        (await fixture.Happened(other)).Should().Be(1);
    }

    [Fact]
    public async Task A_revision_that_moved_is_read_again()
    {
        var sku = new Sku($"R-{Guid.NewGuid()}");
        await fixture.Host.Must(new PutItem(sku, "Fork", "each"));
        var request = new Act(async stage =>
        {
            await stage.Sender.Send(new PutItem(sku, "Cake fork", "each"));
            if (stage.Attempt == 1)
            {
                await fixture.Host.Must(new PutItem(sku, "Hay fork", "each"));
            }

            return "done";
        });

        var answer = await fixture.Host.Send(request);

        answer.IsSuccess.Should().BeTrue();
        request.Attempts.Should().Be(2);
        (await fixture.Ask<string>("select revision || ' ' || name from inventory.items where sku = $1", sku.Value)).Should().Be("3 Cake fork");
    }

    [Fact]
    public async Task Who_loses_every_race_is_told_so()
    {
        await fixture.Host.Must(Raises("first"));
        var request = Raises("never");

        var answer = await fixture.Host.Send(request);

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "request.contended" });
        request.Attempts.Should().Be(4);
    }

    [Fact]
    public async Task To_go_on_after_a_request_that_wrote_and_was_refused_is_a_fault_of_ours()
    {
        var inner = RequestFixture.NewSubject();
        var send = () => fixture.Host.Send(new Act(async stage =>
        {
            stage.Raise(subject);
            await stage.Sender.Send(new Act(nested =>
            {
                nested.Raise(inner);
                return Granted(No);
            }));
            return "done";
        }));

        await send.Should().ThrowAsync<InvalidOperationException>().WithMessage("*had written and was refused*");
        (await fixture.Happened(subject) + await fixture.Happened(inner)).Should().Be(0);
    }

    [Fact]
    public async Task To_go_on_after_aggregates_were_changed_and_refused_is_one_too()
    {
        var sku = new Sku($"R-{Guid.NewGuid()}");
        await fixture.Host.Must(new PutItem(sku, "Fork", "each"));
        var send = () => fixture.Host.Send(new Act(async stage =>
        {
            await stage.Sender.Send(new Act(async nested =>
            {
                await nested.Sender.Send(new PutItem(sku, "Cake fork", "each"));
                return No;
            }));
            return "done";
        }));

        await send.Should().ThrowAsync<InvalidOperationException>();
        (await fixture.Ask<string>("select name from inventory.items where sku = $1", sku.Value)).Should().Be("Fork");
    }

    [Fact]
    public async Task A_request_that_only_asked_may_be_refused_inside_another()
    {
        var answer = await fixture.Host.Send(new Act(async stage =>
        {
            stage.Raise(subject);
            var inner = await stage.Sender.Send(new Act(_ => Granted(No)));
            return inner.Refusal!.Code;
        }));

        answer.Value.Should().Be("test.no");
        (await fixture.Happened(subject)).Should().Be(1);
    }

    [Fact]
    public async Task Who_lacks_the_permission_does_not_get_past_the_door()
    {
        var request = Raises("done");

        var answer = await fixture.Host.Requests.Run(new Caller.Client("shop", new HashSet<string> { "orders.place" }), request);

        answer.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Forbidden, Code = "security.forbidden" });
        answer.Refusal!.Message.Should().Contain("test.act");
        request.Attempts.Should().Be(0);
    }

    [Fact]
    public async Task A_permission_is_asked_for_inside_another_request_too()
    {
        var caller = new Caller.Client("shop", new HashSet<string> { "test.act" });

        var answer = await fixture.Host.Requests.Run(caller, new Act(async stage => (await stage.Sender.Send(new PutItem(new("X"), "X", "each"))).Refusal!.Code));

        answer.Value.Should().Be("security.forbidden");
    }

    [Fact]
    public async Task A_request_without_a_permission_is_a_fault_of_ours()
    {
        var send = () => fixture.Host.Send(new Unguarded());

        (await send.Should().ThrowAsync<Exception>()).Which.GetBaseException().Message.Should().Contain("names no permission");
    }

    private static Task<Result<string>> Granted(Result<string> answer) => Task.FromResult(answer);

    private Act Raises(Result<string> answer) => new(stage =>
    {
        stage.Raise(subject);
        return Granted(answer);
    });
}
