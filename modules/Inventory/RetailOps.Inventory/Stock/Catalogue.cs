using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Finds items and nodes by their codes, for movements that have to name ones that exist.</summary>
internal sealed class Catalogue(UnitOfWork work)
{
    /// <summary>The items of the codes, or <c>inventory.unknown-item</c> with those that nobody knows.</summary>
    public async Task<Result<IReadOnlyDictionary<Sku, Guid>>> Items(IEnumerable<Sku> skus, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var wanted = skus.Distinct().ToList();
        var found = await inventory.Items.AsNoTracking().Where(i => wanted.Contains(i.Sku)).ToDictionaryAsync(i => i.Sku, i => i.Id, ct);
        if (found.Count == wanted.Count)
        {
            return found;
        }

        var unknown = wanted.Where(s => !found.ContainsKey(s)).ToList();
        return Refusal.NotFound("inventory.unknown-item", $"There is no item {unknown[0]}; add it first.", new { unknown });
    }

    /// <summary>The node's code as it is stored, or <c>inventory.unknown-node</c>, also for one that is not the caller's.</summary>
    public async Task<Result<string>> Node(string code, CancellationToken ct)
    {
        var inventory = await work.Join<InventoryDbContext>(ct);
        var stored = code.Trim().ToUpperInvariant();
        return await inventory.Nodes.FindAsync([stored], ct) is null || !work.Caller.ReachesNode(stored) ? Refusal.NotFound("inventory.unknown-node", $"There is no node {stored}; add it first.") : stored;
    }
}
