namespace RetailOps.Workflows.Tests;

/// <summary>What follows when the designer's button, which has no place for a reason, only proposed.</summary>
public sealed partial class FourEyesTests
{
    [Fact]
    public async Task Who_goes_on_drawing_after_the_button_only_proposed_makes_the_next_version_and_another_is_told_to_look()
    {
        var (_, draft) = await Governed("goes-on");
        var proposed = await Save(ann, Model(draft, "Proposed with the last change"), publish: true);
        (await studio.As(bob, new SaveDefinition(Element(Model(draft, "Bob's")), Publish: false))).Refusal!.Code.Should().Be("workflows.definition-stale");

        var next = await Save(ann, Model(draft, "Ann goes on"));

        (proposed.Version, proposed.VersionId).Should().Be((draft.Version, draft.VersionId));
        next.Version.Should().Be(draft.Version + 1, "what is proposed says for ever what it says");
        (await studio.As(ann, new SaveDefinition(Element(Model(draft, "From another tab")), Publish: false))).Refusal!.Code.Should().Be("workflows.definition-stale");
        var live = await Save(ann, Model(next, "Drawn on"), publish: true);
        (await Save(ann, Model(next, "And on"))).Version.Should().Be(live.Version + 1);
    }

    [Fact]
    public async Task Who_proposed_by_the_button_says_why_afterwards_once()
    {
        var (_, draft) = await Governed("explained");
        var before = (await studio.As(ann, new PublishDefinition("explained"))).Value;

        await studio.As(bob, new ProposeWorkflow("explained", draft.Version, "publish", "Not mine"));
        await studio.As(ann, new ProposeWorkflow("explained", draft.Version, "publish", "It is quicker"));
        await studio.As(ann, new ProposeWorkflow("explained", draft.Version, "publish", "Something else"));
        var open = (await studio.As(eve, new ListWorkflowProposals("open", "explained", null, 10))).Value.Single();

        before.Notice.Should().NotBeNull();
        (open.Reason, open.ProposedBy).Should().Be(("It is quicker", ann.Actor));
        (await studio.As(eve, new DecideWorkflow("explained", draft.Version, true))).Value.Status.Should().Be("approved");
    }
}
