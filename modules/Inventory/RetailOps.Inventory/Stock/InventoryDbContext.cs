using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Platform;

namespace RetailOps.Inventory;

/// <summary>EF writes items and nodes; the other mappings are for reading and for the comparison with the schema.</summary>
internal sealed class InventoryDbContext(DbContextOptions<InventoryDbContext> options) : ModuleDbContext(options)
{
    public DbSet<Item> Items => Set<Item>();

    public DbSet<Node> Nodes => Set<Node>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("inventory");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(InventoryDbContext).Assembly);
    }
}

internal sealed class ItemConfiguration : IEntityTypeConfiguration<Item>
{
    public void Configure(EntityTypeBuilder<Item> builder)
    {
        builder.ToTable("items", t =>
        {
            t.HasCheckConstraint("ck_items_revision", "revision > 0");
            t.HasCheckConstraint("ck_items_weight", "weight_grams >= 0");
            t.HasCheckConstraint("ck_items_cost", "cost_minor >= 0 and (cost_minor is null) = (cost_currency is null)");
            t.HasCheckConstraint("ck_items_price", "price_minor >= 0 and (price_minor is null) = (price_currency is null)");
        });
        builder.Property(i => i.Id).ValueGeneratedNever();
        builder.Property(i => i.Revision).IsConcurrencyToken();
        builder.HasIndex(i => i.Sku).IsUnique();
    }
}

internal sealed class NodeConfiguration : IEntityTypeConfiguration<Node>
{
    public void Configure(EntityTypeBuilder<Node> builder)
    {
        builder.ToTable("nodes", t =>
        {
            t.HasCheckConstraint("ck_nodes_kind", "kind in ('store', 'dc', 'supplier')");
            t.HasCheckConstraint("ck_nodes_revision", "revision > 0");
        });
        builder.HasKey(n => n.Code);
        builder.Property(n => n.Revision).IsConcurrencyToken();
    }
}

internal sealed class PositionConfiguration : IEntityTypeConfiguration<Position>
{
    public void Configure(EntityTypeBuilder<Position> builder)
    {
        builder.ToTable("positions", t =>
        {
            t.HasCheckConstraint("ck_positions_condition", "condition in ('sellable', 'quarantine', 'damaged')");
            t.HasCheckConstraint("ck_positions_on_hand", "on_hand >= 0");
            t.HasCheckConstraint("ck_positions_allocated", "allocated >= 0");
            t.HasCheckConstraint("ck_positions_reserved", "reserved >= 0");
            t.HasCheckConstraint("ck_positions_short", "short >= 0");
            t.HasCheckConstraint("ck_positions_safety", "safety >= 0");
            t.HasCheckConstraint("ck_positions_promised", "on_hand + short >= allocated + reserved");
        });
        builder.HasKey(p => new { p.ItemId, p.Node, p.Condition });
    }
}

internal sealed class MovementConfiguration : IEntityTypeConfiguration<Movement>
{
    public void Configure(EntityTypeBuilder<Movement> builder)
    {
        builder.ToTable("movements", t =>
        {
            t.HasCheckConstraint("ck_movements_kind", "kind in ('received', 'shipped', 'adjusted', 'transferred', 'returned', 'scrapped')");
            t.HasCheckConstraint("ck_movements_quantity", "quantity <> 0");
            t.HasCheckConstraint("ck_movements_reason", "kind <> 'adjusted' or reason is not null");
            t.HasCheckConstraint("ck_movements_cause", "cause <> ''");
        });
        builder.Property(m => m.Id).ValueGeneratedNever();
    }
}

internal sealed class AllocationConfiguration : IEntityTypeConfiguration<Allocation>
{
    public void Configure(EntityTypeBuilder<Allocation> builder)
    {
        builder.ToTable("allocations", t =>
        {
            t.HasCheckConstraint("ck_allocations_quantity", "quantity > 0");
            t.HasCheckConstraint("ck_allocations_shipped", "shipped >= 0");
            t.HasCheckConstraint("ck_allocations_released", "released >= 0");
            t.HasCheckConstraint("ck_allocations_open", "shipped + released <= quantity");
        });
        builder.HasKey(a => new { a.OrderId, a.Attempt, a.LineId, a.Node });
    }
}

internal sealed class ReservationConfiguration : IEntityTypeConfiguration<Reservation>
{
    public void Configure(EntityTypeBuilder<Reservation> builder)
    {
        builder.ToTable("reservations", t =>
        {
            t.HasCheckConstraint("ck_reservations_status", "status in ('open', 'converted', 'released', 'expired')");
            t.HasCheckConstraint("ck_reservations_order", "(status = 'converted') = (order_id is not null)");
        });
        builder.Property(r => r.Id).ValueGeneratedNever();
        builder.HasIndex(r => r.Key).IsUnique();
    }
}

internal sealed class ReservationLineConfiguration : IEntityTypeConfiguration<ReservationLine>
{
    public void Configure(EntityTypeBuilder<ReservationLine> builder)
    {
        builder.ToTable("reservation_lines", t => t.HasCheckConstraint("ck_reservation_lines_quantity", "quantity > 0"));
        builder.HasKey(l => new { l.ReservationId, l.LineId, l.Node });
    }
}

internal sealed class BatchConfiguration : IEntityTypeConfiguration<Batch>
{
    public void Configure(EntityTypeBuilder<Batch> builder)
    {
        builder.ToTable("batches");
        builder.HasKey(b => b.Key);
        builder.Property(b => b.Answer).HasColumnType("jsonb");
    }
}

internal sealed class UnmetDemandConfiguration : IEntityTypeConfiguration<UnmetDemand>
{
    public void Configure(EntityTypeBuilder<UnmetDemand> builder)
    {
        builder.ToTable("unmet_demand");
        builder.HasKey(d => new { d.Sku, d.Day });
    }
}
