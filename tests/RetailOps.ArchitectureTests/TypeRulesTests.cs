using MediatR;

using RetailOps.Kernel;
using RetailOps.Workflows;

namespace RetailOps.ArchitectureTests;

public sealed class TypeRulesTests
{
    [Fact]
    public void Each_request_has_one_handler() => RequestRules.EachHasOneHandler(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Each_request_names_one_permission() => RequestRules.EachNamesOnePermission(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Each_activity_has_its_own_name() => ActivityRules.EachHasItsOwnName(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Each_effect_names_its_undo_or_says_why_not() => ActivityRules.EachEffectNamesItsUndo(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Each_activity_sends_requests_of_its_own_module() => ActivityRules.EachSendsRequestsOfItsOwnModule(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Event_names_are_well_formed_and_unique() => EventRules.NamesAreWellFormedAndUnique(ProductTypes.All).Should().BeEmpty();

    [Fact]
    public void Events_equal_the_committed_list() => CommittedList.ShouldBe("docs/contracts/events.txt", EventRules.List(ProductTypes.All));

    [Fact]
    public void A_request_without_handler_or_with_two_is_seen()
    {
        RequestRules.EachHasOneHandler([typeof(Ask)]).Should().ContainMatch("*Ask has 0 handlers.");
        RequestRules.EachHasOneHandler([typeof(Ask), typeof(Answer), typeof(OtherAnswer)]).Should().ContainMatch("*Ask has 2 handlers*OtherAnswer.");
        RequestRules.EachHasOneHandler([typeof(Ask), typeof(Answer)]).Should().BeEmpty();
    }

    [Fact]
    public void A_request_without_a_permission_or_with_a_malformed_one_is_seen()
    {
        RequestRules.EachNamesOnePermission([typeof(Ask), typeof(AskAnything)]).Should().SatisfyRespectively(
            none => none.Should().Contain("names 0"),
            malformed => malformed.Should().Contain("names \"everything\""));
        RequestRules.EachNamesOnePermission([typeof(AskLawfully)]).Should().BeEmpty();
    }

    [Fact]
    public void A_nameless_activity_and_a_shared_name_are_seen()
    {
        ActivityRules.EachHasItsOwnName([typeof(Nameless)]).Should().ContainMatch("*Nameless has no *Activity* name.");
        ActivityRules.EachHasItsOwnName([typeof(Undoable), typeof(Again)]).Should().ContainMatch("RetailOps.Try, version 1, is the name of *");
    }

    [Theory]
    [InlineData(typeof(Silent), "*one of the two.")]
    [InlineData(typeof(Both), "*one of the two.")]
    [InlineData(typeof(Undoable), "*no activity is called RetailOps.Untry.")]
    public void An_effect_without_undo_is_seen(Type activity, string violation) => ActivityRules.EachEffectNamesItsUndo([activity]).Should().ContainMatch(violation);

    [Fact]
    public void An_effect_with_undo_or_reason_is_lawful() =>
        ActivityRules.EachEffectNamesItsUndo([typeof(Undoable), typeof(Undo)]).Should().BeEmpty();

    [Fact]
    public void An_activity_that_sends_another_modules_request_is_seen() =>
        ActivityRules.EachSendsRequestsOfItsOwnModule([typeof(Silent), typeof(Both)]).Should().ContainSingle().Which.Should().Contain("Silent sends MediatR.Unit");

    [Fact]
    public void A_malformed_a_foreign_and_a_shared_event_name_are_seen()
    {
        EventRules.NamesAreWellFormedAndUnique([typeof(Unnamed)]).Should().ContainMatch("*Unnamed is called \"\"*");
        EventRules.NamesAreWellFormedAndUnique([typeof(Happened)]).Should().ContainMatch("*does not begin with architecturetests.");
        EventRules.NamesAreWellFormedAndUnique([typeof(Happened), typeof(HappenedToo)]).Should().ContainMatch("orders.try-happened.v1 is the name of *");
    }

    [Fact]
    public void The_shape_of_an_event_is_listed_as_it_stands_in_json() =>
        EventRules.List([typeof(Happened)]).Should().Equal(
            "orders.try-happened.v1 eventId: guid",
            "orders.try-happened.v1 occurredAt: instant",
            "orders.try-happened.v1 orderId: OrderId?",
            "orders.try-happened.v1 lines[].sku: Sku",
            "orders.try-happened.v1 lines[].note: string?",
            "orders.try-happened.v1 lines[].effect: Records | Reserves | Allocates | Releases | Charges | Refunds | Posts | Notifies | Waits",
            "orders.try-happened.v1 counts{}: int");

    private sealed record Ask : IRequest<int>;

    [Needs("everything")]
    private sealed record AskAnything : IRequest;

    [Needs("orders.try")]
    private sealed record AskLawfully : IRequest<int>;

    private sealed class Answer : IRequestHandler<Ask, int>
    {
        public Task<int> Handle(Ask request, CancellationToken cancellationToken) => Task.FromResult(1);
    }

    private sealed class OtherAnswer : IRequestHandler<Ask, int>
    {
        public Task<int> Handle(Ask request, CancellationToken cancellationToken) => Task.FromResult(2);
    }

    private abstract class Idle : Activity
    {
        public override ValueTask ExecuteAsync(ActivityContext context) => ValueTask.CompletedTask;
    }

    private sealed class Nameless : Idle;

    [Activity("RetailOps.Try")]
    [Effect(Effect.Records, UndoneBy = "RetailOps.Untry")]
    private sealed class Undoable : Idle;

    [Activity("RetailOps.Try")]
    private sealed class Again : Idle;

    [Activity("RetailOps.Untry")]
    [Effect(Effect.Records, NoUndoBecause = "It is the undo itself.")]
    private sealed class Undo : Idle;

    [Activity("RetailOps.Silent")]
    [Effect(Effect.Records)]
    [Sends(typeof(Unit))]
    private sealed class Silent : Idle;

    [Activity("RetailOps.Both")]
    [Effect(Effect.Records, UndoneBy = "RetailOps.Untry", NoUndoBecause = "Why not.")]
    [Sends(typeof(Ask))]
    private sealed class Both : Idle;

    private sealed record Line(Sku Sku, string? Note, Effect Effect);

    private abstract record Fact(Guid EventId, DateTimeOffset OccurredAt) : IFact
    {
        string IFact.Aggregate => "try/1";

        string IFact.Key => "1";
    }

    private sealed record Unnamed(Guid EventId, DateTimeOffset OccurredAt) : Fact(EventId, OccurredAt);

    [EventName("orders.try-happened.v1")]
    private sealed record Happened(Guid EventId, DateTimeOffset OccurredAt, OrderId? OrderId, IReadOnlyList<Line> Lines, IReadOnlyDictionary<string, int> Counts) : IFact
    {
        string IFact.Aggregate => "try/1";

        string IFact.Key => "1";
    }

    [EventName("orders.try-happened.v1")]
    private sealed record HappenedToo(Guid EventId, DateTimeOffset OccurredAt) : Fact(EventId, OccurredAt);
}
