using Microsoft.Extensions.DependencyInjection;

using RetailOps.Kernel;
using RetailOps.Testing;

namespace RetailOps.Platform.Tests;

public sealed class ExceptionTests(RequestFixture fixture) : IClassFixture<RequestFixture>
{
    private const string Cause = "test.short";

    private readonly string key = RequestFixture.NewSubject();

    [Fact]
    public async Task What_is_wrong_twice_is_one_case_that_counts()
    {
        await Desk(d => d.Open(Case() with { Severity = "high", AtStake = new(1_250, "GBP") }));

        await Desk(d => d.Open(Case() with { Severity = "low", Message = "Still short." }));

        var found = (await Cases()).Should().ContainSingle().Subject;
        found.Should().BeEquivalentTo(new { Key = key, Cause, Status = "open", Count = 2, Severity = "high", Message = "Still short.", AtStake = new Money(1_250, "GBP"), Revision = 1 });
        (await Facts()).Should().Equal("platform.exception-opened.v1 1");
    }

    [Fact]
    public async Task Opened_often_at_once_it_is_one_case()
    {
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Desk(d =>
        {
            d.Open(Case());
            d.Open(Case());
        })));

        (await Cases()).Should().ContainSingle().Which.Count.Should().Be(24);
        (await Facts()).Should().Equal("platform.exception-opened.v1 1");
    }

    [Fact]
    public async Task Mended_it_is_healed_and_found_again_it_is_a_new_case()
    {
        await Desk(d => d.Open(Case()));
        var first = (await Cases()).Single();

        await Desk(d => d.Heal(key, Cause));
        await Desk(d => d.Heal(key, Cause));
        await Desk(d => d.Open(Case()));

        var healed = await fixture.Host.Must(new GetException(first.Id));
        healed.Should().BeEquivalentTo(new { Status = "healed", ClosedBy = "system:test", Revision = 2 });
        (await Cases()).Should().ContainSingle().Which.Id.Should().NotBe(first.Id);
        (await Facts()).Should().Equal("platform.exception-opened.v1 1", "platform.exception-healed.v1 2", "platform.exception-opened.v1 1");
        (await fixture.Ask<string>("select data->>'exceptionId' from platform.events where key = $1 and type = 'platform.exception-healed.v1'", key))
            .Should().Be(first.Id.ToString());
    }

    [Fact]
    public async Task Of_opening_and_healing_in_one_transaction_the_last_counts()
    {
        await Desk(d =>
        {
            d.Open(Case());
            d.Heal(key, Cause);
        });

        (await Cases()).Should().BeEmpty();
        (await Facts()).Should().BeEmpty();
    }

    [Fact]
    public async Task Opening_and_healing_of_many_cases_at_once_never_deadlocks_for_good()
    {
        var keys = Enumerable.Range(0, 8).Select(i => $"{key}/{i}").ToList();

        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => Desk(d =>
        {
            foreach (var one in i % 2 == 0 ? keys : Enumerable.Reverse(keys))
            {
                if (i % 3 == 0)
                {
                    d.Heal(one, Cause);
                }
                else
                {
                    d.Open(Case() with { Key = one });
                }
            }
        })));

        (await fixture.Ask<long>("select count(*) from platform.exceptions where key like $1 || '/%' and status in ('open', 'taken')", key)).Should().BeInRange(0, 8);
        (await fixture.Host.Broken()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_refusal_leaves_no_exception_behind()
    {
        var refused = await fixture.Host.Send(new Act(stage =>
        {
            new ExceptionDesk(stage.Work, fixture.Host.Services.GetRequiredService<FactCatalogue>()).Open(Case());
            return Task.FromResult<Result<string>>(Refusal.Rule("test.no", "No."));
        }));

        refused.IsSuccess.Should().BeFalse();
        (await Cases()).Should().BeEmpty();
    }

    [Fact]
    public async Task One_person_takes_it_and_resolves_it_with_a_reason()
    {
        await Desk(d => d.Open(Case()));
        var id = (await Cases()).Single().Id;
        var (ada, bob) = (Person(), Person());

        var taken = await As(ada, new TakeException(id));
        var second = await As(ada, new TakeException(id));
        var rival = await As(bob, new TakeException(id));
        var foreign = await As(bob, new ResolveException(id, "Counted again."));
        var resolved = await As(ada, new ResolveException(id, "Counted again."));
        var repeated = await As(ada, new ResolveException(id, "Counted again."));
        var late = await As(ada, new ResolveException(id, "Something else."));

        taken.Value.Should().BeEquivalentTo(new { Status = "taken", TakenBy = ada.Actor, Revision = 2 });
        second.Value.Revision.Should().Be(2);
        rival.Refusal!.Code.Should().Be("exceptions.taken");
        foreign.Refusal!.Code.Should().Be("exceptions.taken");
        resolved.Value.Should().BeEquivalentTo(new { Status = "resolved", ClosedBy = ada.Actor, Resolution = "Counted again.", Revision = 3 });
        repeated.Value.Revision.Should().Be(3);
        late.Refusal!.Code.Should().Be("exceptions.closed");
        (await Facts()).Should().Equal("platform.exception-opened.v1 1", "platform.exception-taken.v1 2", "platform.exception-resolved.v1 3");
    }

    [Fact]
    public async Task Somebody_else_takes_over_and_a_taken_case_goes_on_counting_and_heals()
    {
        await Desk(d => d.Open(Case()));
        var id = (await Cases()).Single().Id;
        var (ada, bob) = (Person(), Person());
        await As(ada, new TakeException(id));

        var over = await As(bob, new TakeException(id, TakeOver: true));
        await Desk(d => d.Open(Case()));
        await Desk(d => d.Heal(key, Cause));

        over.Value.TakenBy.Should().Be(bob.Actor);
        (await fixture.Host.Must(new GetException(id))).Should().BeEquivalentTo(new { Status = "healed", Count = 2, TakenBy = bob.Actor, Revision = 4 });
    }

    [Fact]
    public async Task Two_who_take_it_at_once_are_told_apart()
    {
        await Desk(d => d.Open(Case()));
        var id = (await Cases()).Single().Id;

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => As(Person(), new TakeException(id))));

        answers.Count(a => a.IsSuccess).Should().Be(1);
        answers.Where(a => !a.IsSuccess).Should().OnlyContain(a => a.Refusal!.Code == "exceptions.taken");
    }

    [Fact]
    public async Task What_does_not_exist_or_is_not_permitted_is_refused()
    {
        await Desk(d => d.Open(Case()));
        var id = (await Cases()).Single().Id;

        var unknown = await fixture.Host.Send(new GetException(Guid.NewGuid()));
        var empty = await fixture.Host.Send(new ResolveException(id, " "));
        var reader = await fixture.Host.Requests.Run(new Caller.Person(Guid.NewGuid(), new HashSet<string> { "exceptions.read" }), new TakeException(id));

        unknown.Refusal!.Code.Should().Be("exceptions.unknown");
        empty.Refusal!.Code.Should().Be("request.invalid");
        reader.Refusal!.Code.Should().Be("security.forbidden");
    }

    [Theory]
    [InlineData("update platform.exceptions set revision = revision + 1 where key = $1")]
    [InlineData("delete from platform.events where key = $1")]
    public async Task A_case_that_changed_without_a_fact_is_found(string damage)
    {
        await Desk(d => d.Open(Case()));
        await using var database = await TestDatabase.CreateAsync();
        await using var host = await TestHost.StartAsync(database.AppConnectionString, new() { Assemblies = [typeof(RequestFixture).Assembly], Workflows = false });
        await host.Must(new Act(Script(d => d.Open(Case()), host)));
        (await host.Broken()).Should().BeEmpty();

        await Ask.Do(database.OwnerConnectionString, damage, key);

        (await host.Broken()).Should().Contain(b => b.StartsWith("I7e:", StringComparison.Ordinal) && b.Contains("exception"));
    }

    private static Caller.Person Person() => new(Guid.NewGuid(), new HashSet<string> { "exceptions.read", "exceptions.resolve" });

    private static Func<Act.Stage, Task<Result<string>>> Script(Action<ExceptionDesk> act, TestHost host) => stage =>
    {
        act(new ExceptionDesk(stage.Work, host.Services.GetRequiredService<FactCatalogue>()));
        return Task.FromResult<Result<string>>("done");
    };

    private ExceptionCase Case() => new(key, Cause, "medium", "There is too little.", Proposed: new { Transfer = "DC-2" });

    private Task<string> Desk(Action<ExceptionDesk> act) => fixture.Host.Must(new Act(Script(act, fixture.Host)));

    private Task<Result<ExceptionView>> As(Caller caller, MediatR.IRequest<Result<ExceptionView>> request) => fixture.Host.Requests.Run(caller, request);

    private Task<IReadOnlyList<ExceptionView>> Cases() => fixture.Host.Must(new ListExceptions(null, null, null, key, null, 100));

    private Task<List<string>> Facts() =>
        Ask.All<string>(fixture.Host.ConnectionString, "select type || ' ' || revision from platform.events where key = $1 order by recorded", key);
}
