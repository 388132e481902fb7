namespace RetailOps.Kernel.Tests;

public sealed class ResultTests
{
    [Fact]
    public void An_answer_is_granted()
    {
        Result<int> result = 7;

        result.IsSuccess.Should().BeTrue();
        result.Refusal.Should().BeNull();
        result.Value.Should().Be(7);
    }

    [Fact]
    public void A_refusal_has_no_answer()
    {
        Result<int> result = Refusal.Conflict("stock.short", "There is none.", new { free = 0 });

        var read = () => result.Value;

        result.IsSuccess.Should().BeFalse();
        result.Refusal.Should().BeEquivalentTo(new { Kind = RefusalKind.Conflict, Code = "stock.short", Message = "There is none." });
        read.Should().Throw<InvalidOperationException>().WithMessage("*stock.short*There is none.*");
    }

    [Fact]
    public void A_behaviour_can_refuse_without_knowing_the_answer()
    {
        var refused = Refuse<Result<string>>(Refusal.NotFound("x.unknown", "No."));

        refused.Refusal!.Kind.Should().Be(RefusalKind.NotFound);
    }

    [Fact]
    public void The_kind_follows_from_the_word()
    {
        Refusal[] refusals = [Refusal.Malformed("a.b", ""), Refusal.NotFound("a.b", ""), Refusal.Conflict("a.b", ""), Refusal.Rule("a.b", "")];

        refusals.Select(r => r.Kind).Should().Equal(RefusalKind.Malformed, RefusalKind.NotFound, RefusalKind.Conflict, RefusalKind.Rule);
    }

    [Fact]
    public void Callers_are_told_apart_by_their_actor()
    {
        var permissions = new HashSet<string> { "orders.read" };
        Caller[] callers = [new Caller.Person(Guid.Empty, permissions), new Caller.Client("shop", permissions), new Caller.Engine("flow", 3, null, permissions)];

        callers.Select(c => c.Actor).Should().Equal("person:00000000-0000-0000-0000-000000000000", "client:shop", "engine:flow:3");
        callers.Should().OnlyContain(c => c.May("orders.read") && !c.May("orders.place"));
        new Caller.System("relay").Should().Match<Caller>(c => c.Actor == "system:relay" && c.May("anything"));
    }

    private static T Refuse<T>(Refusal refusal)
        where T : IResult<T> => T.Refused(refusal);
}
