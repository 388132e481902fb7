using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>Names that callers give to what they ask for once.</summary>
internal static class BatchKeys
{
    public static bool IsWellFormed(string? key) => Text.HasLength(key, 128) && !key!.Any(c => char.IsWhiteSpace(c) || char.IsControl(c));
}
