using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Integration;

internal sealed class RefreshMappingsHandler(TrytonBook? book = null) : IRequestHandler<RefreshMappings, Result<RefreshedMappings>>
{
    public async Task<Result<RefreshedMappings>> Handle(RefreshMappings request, CancellationToken ct)
    {
        if (book is null)
        {
            return Refusal.Conflict("integration.no-records", "The ERP that serves has no records to point to; set RETAILOPS_ERP to one that has.");
        }

        try
        {
            // Another machine is asked: nothing of ours is open meanwhile.
            return new RefreshedMappings(await book.Refresh(ct));
        }
        catch (Exception e) when (e is TrytonSilenceException or TrytonTroubleException)
        {
            return Refusal.Conflict("integration.erp-silent", $"The ERP gave no answer that could be used: {e.Message} Try again when it does.");
        }
    }
}
