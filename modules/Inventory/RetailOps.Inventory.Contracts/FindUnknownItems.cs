using MediatR;

using RetailOps.Kernel;

namespace RetailOps.Inventory;

/// <summary>Which of these codes name no item. Cheap: what is known is answered from memory, the rest by one query.</summary>
/// <param name="Skus">1 to 2,000 codes.</param>
/// <returns>Those that name no item, each once; empty when all do. An item that was put once stays, so a code that is not listed will never be.</returns>
[Needs("items.read")]
public sealed record FindUnknownItems(IReadOnlyCollection<Sku> Skus) : IRequest<Result<IReadOnlySet<Sku>>>;
