namespace RetailOps.Inventory;

/// <summary>Finds what of an order's allocations is still open.</summary>
internal static class OpenPromises
{
    /// <summary>Chooses open units of one line at one node, allocation by allocation. Changes nothing but the list.</summary>
    /// <param name="parts">What is chosen, here and before.</param>
    /// <param name="allocations">The order's, in the order in which they are drawn upon.</param>
    /// <param name="lineId">The order's line.</param>
    /// <param name="node">The node.</param>
    /// <param name="quantity">How many units.</param>
    /// <returns>How many were not found.</returns>
    public static int Take(List<(HeldAllocation From, int Quantity)> parts, IEnumerable<HeldAllocation> allocations, int lineId, string node, int quantity)
    {
        foreach (var allocation in allocations.Where(a => a.Row.LineId == lineId && a.Open > 0 && string.Equals(a.Row.Node, node, StringComparison.OrdinalIgnoreCase)))
        {
            var part = Math.Min(quantity, allocation.Open);
            if (part > 0)
            {
                parts.Add((allocation, part));
                quantity -= part;
            }
        }

        return quantity;
    }
}
