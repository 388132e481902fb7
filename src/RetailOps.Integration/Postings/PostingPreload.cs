using Microsoft.EntityFrameworkCore;

using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>Finds out in one trip which of the documents that a group will ask for were asked for before.</summary>
internal sealed class PostingPreload : IPreload, IGroupCache
{
    private readonly UnitOfWork work;
    private readonly HashSet<string> fresh = new(StringComparer.Ordinal);

    public PostingPreload(UnitOfWork work)
    {
        this.work = work;
        work.Register(this);
    }

    /// <summary>The start of a child: the flow of a document has the document's key.</summary>
    public IReadOnlyCollection<string> EventNames { get; } = ["child"];

    public async ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct)
    {
        var keys = items.Select(i => i.Key).Where(IsDocument).ToHashSet(StringComparer.Ordinal);
        if (keys.Count == 0)
        {
            return;
        }

        var asked = await (await work.Join<IntegrationDbContext>(ct)).Postings.Where(p => keys.Contains(p.Key)).ToListAsync(ct);
        fresh.UnionWith(keys.Except(asked.Select(p => p.Key)));
    }

    /// <summary>What was asked for under the key; null when nothing was.</summary>
    public async ValueTask<Posting?> Find(string key, CancellationToken ct) =>
        fresh.Remove(key) ? null : await (await work.Join<IntegrationDbContext>(ct)).Postings.FindAsync([key], ct);

    public void Forget() => fresh.Clear();

    private static bool IsDocument(string key) => key.Split('/') is [_, var subject, _] && Guid.TryParse(subject, out _);
}
