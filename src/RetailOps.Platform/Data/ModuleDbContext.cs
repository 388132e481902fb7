using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>A module's aggregates. Joined to a unit of work, which alone opens, saves and commits.</summary>
public abstract class ModuleDbContext(DbContextOptions options) : DbContext(options)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<OrderId>().HaveConversion<OrderIdConverter>();
        configurationBuilder.Properties<Sku>().HaveConversion<SkuConverter>();
    }

    private sealed class OrderIdConverter() : ValueConverter<OrderId, Guid>(id => id.Value, value => new OrderId(value));

    private sealed class SkuConverter() : ValueConverter<Sku, string>(sku => sku.Value, value => new Sku(value));
}
