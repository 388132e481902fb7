using FluentValidation;

namespace RetailOps.Inventory;

/// <summary>The shape of lines that want stock, wherever they stand.</summary>
internal static class Wishes
{
    /// <summary>How many, and which may stand beside each other.</summary>
    public static void MustBeWishes<T>(this IRuleBuilderInitial<T, IReadOnlyList<AllocationLine>> lines) =>
        lines.Cascade(CascadeMode.Stop)
            .Must(l => l is { Count: > 0 and <= 2_000 } && l.All(x => x is not null)).WithErrorCode("inventory.lines").WithMessage("1 to 2,000 lines.")
            .Must(l => l.DistinctBy(x => (x.LineId, x.Node?.ToUpperInvariant())).Count() == l.Count).WithErrorCode("inventory.line-id").WithMessage("Each line once, or once per node.")
            .Must(l => l.GroupBy(x => x.LineId).All(SaysOneThing)).WithErrorCode("inventory.line-id").WithMessage("The parts of a line are of one item, and each names its node.");

    /// <summary>How much.</summary>
    public static void Quantity(InlineValidator<AllocationLine> line) => line.RuleFor(l => l.Quantity).InclusiveBetween(1, 1_000_000).WithErrorCode("inventory.quantity");

    private static bool SaysOneThing(IEnumerable<AllocationLine> parts) => parts.ToList() is var all && (all.Count == 1 || (all.DistinctBy(p => p.Sku).Count() == 1 && all.TrueForAll(p => p.Node is not null)));
}
