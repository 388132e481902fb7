using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListSystemsHandler(UnitOfWork work, IErp erp) : IRequestHandler<ListSystems, Result<IReadOnlyList<SystemView>>>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<Result<IReadOnlyList<SystemView>>> Handle(ListSystems request, CancellationToken ct)
    {
        // The other machine is asked first: nothing of ours stays open while it thinks.
        var (health, trouble) = await Look(ct);
        var postings = (await work.Join<IntegrationDbContext>(ct)).Postings.AsNoTracking();
        var waiting = postings.Where(p => p.Status == PostingStatus.Requested);
        return new SystemView[]
        {
            new(
                erp.Name, "erp", health is not null, trouble,
                await postings.Where(p => p.Status == PostingStatus.Posted || p.Status == PostingStatus.Refused).MaxAsync(p => p.DecidedAt, ct),
                await waiting.LongCountAsync(ct),
                await waiting.MinAsync(p => (DateTimeOffset?)p.RequestedAt, ct),
                health?.LedgerBalance,
                health?.Posted ?? new Dictionary<string, long>()),
        };
    }

    private async Task<(ErpHealth? Health, string? Trouble)> Look(CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return (await erp.Look(limit.Token), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return (null, e is OperationCanceledException ? $"No answer within {Patience.TotalSeconds:0} s." : e.Message);
        }
    }
}
