using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Postings of a history, each answered by the sandbox at once.</summary>
internal sealed class IntegrationPast(BusinessZone zone) : IPastRoom
{
    private readonly List<Posting> postings = [];
    private readonly SandboxPast books = new(zone);
    private PastWork past = null!;

    public void Open(PastWork past)
    {
        this.past = past;
        past.On<PostDocument, PostingView>(Post);

        // In a history that is made up nobody was told anything.
        past.On<SendNotice, string>(_ => SendNoticeHandler.Off);
        past.AtStoryEnd(() =>
        {
            postings.ForEach(past.Add<IntegrationDbContext>);
            postings.Clear();
        });
        past.AtBatchEnd(books.Settle);
    }

    private Result<PostingView> Post(PostDocument request)
    {
        var (actor, cause) = (past.Actor, past.Cause);
        var posting = Posting.Of(request.Document, SandboxAdapter.SystemName, past.Now);
        postings.Add(posting);
        var requested = past.Raise(posting, posting.Requested(past.Now) with { EventId = past.NewId() });

        past.Act($"system:{ErpConnector.Name}", requested, past.Now + TimeSpan.FromSeconds(2));
        var number = books.Post(request.Document, posting.Document, past);
        past.Raise(posting, posting.Post(SandboxAdapter.SystemName, number, 1, past.Now) with { EventId = past.NewId() });
        past.Act(actor, cause, past.Now);
        return posting.ToView();
    }
}
