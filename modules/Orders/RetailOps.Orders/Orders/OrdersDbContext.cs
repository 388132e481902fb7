using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Orders;

internal sealed class OrdersDbContext(DbContextOptions<OrdersDbContext> options) : ModuleDbContext(options)
{
    // On the path of every order: translated once, not at each call.
    private static readonly Func<OrdersDbContext, OrderId, CancellationToken, Task<Order?>> ById = EF.CompileAsyncQuery(
        (OrdersDbContext context, OrderId id, CancellationToken _) => context.Orders.Include(o => o.Lines).SingleOrDefault(o => o.Id == id));

    private static readonly Func<OrdersDbContext, string, string, CancellationToken, Task<Order?>> ByExternalId = EF.CompileAsyncQuery(
        (OrdersDbContext context, string channel, string externalId, CancellationToken _) =>
            context.Orders.AsNoTracking().Include(o => o.Lines).SingleOrDefault(o => o.Channel == channel && o.ExternalId == externalId));

    public DbSet<Order> Orders => Set<Order>();

    public DbSet<Person> People => Set<Person>();

    /// <summary>One order with its lines: from memory when it was loaded for the group, else in one trip.</summary>
    public async ValueTask<Order?> Find(OrderId id, CancellationToken ct) => Orders.Local.FindEntry(id)?.Entity ?? await ById(this, id, ct);

    /// <summary>The order that a channel sent under a number of its own, for reading; null when it sent none.</summary>
    public Task<Order?> Earlier(string channel, string externalId, CancellationToken ct) => ByExternalId(this, channel, externalId, ct);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("orders");
        modelBuilder.ApplyConfigurationsFromAssembly(typeof(OrdersDbContext).Assembly);
    }
}

internal sealed class OrderConfiguration : IEntityTypeConfiguration<Order>
{
    public void Configure(EntityTypeBuilder<Order> builder)
    {
        builder.ToTable("orders", t =>
        {
            t.HasCheckConstraint("ck_orders_status", "status in ('placed', 'allocated', 'partly_allocated', 'backordered', 'partly_shipped', 'shipped')");
            t.HasCheckConstraint("ck_orders_revision", "revision > 0");
        });
        builder.Property(o => o.Id).ValueGeneratedNever();
        builder.Property(o => o.Status).HasConversion<SnakeCaseEnum<OrderStatus>>();
        builder.Property(o => o.Currency).HasMaxLength(3).IsFixedLength();
        builder.Property(o => o.Revision).IsConcurrencyToken();
        builder.Ignore(o => o.Total);
        builder.HasIndex(o => new { o.Channel, o.ExternalId }).IsUnique();
        builder.HasMany(o => o.Lines).WithOne().HasForeignKey(l => l.OrderId);
        builder.Navigation(o => o.Lines).UsePropertyAccessMode(PropertyAccessMode.Field);
    }
}

internal sealed class OrderLineConfiguration : IEntityTypeConfiguration<OrderLine>
{
    public void Configure(EntityTypeBuilder<OrderLine> builder)
    {
        builder.ToTable("lines", t =>
        {
            t.HasCheckConstraint("ck_lines_unit_price", "unit_price_minor >= 0");
            t.HasCheckConstraint("ck_lines_ordered", "ordered > 0");
            t.HasCheckConstraint("ck_lines_pending", "pending >= 0");
            t.HasCheckConstraint("ck_lines_allocated", "allocated >= 0");
            t.HasCheckConstraint("ck_lines_backordered", "backordered >= 0");
            t.HasCheckConstraint("ck_lines_shipped", "shipped >= 0");
            t.HasCheckConstraint("ck_lines_cancelled", "cancelled >= 0");
            t.HasCheckConstraint("ck_lines_whole", "ordered = pending + allocated + backordered + shipped + cancelled");
        });
        builder.HasKey(l => new { l.OrderId, l.LineId });
    }
}

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people");
        builder.Property(p => p.Id).ValueGeneratedNever();
    }
}

/// <summary>Loads the orders that a group is about to work on.</summary>
internal sealed class OrdersPreload(UnitOfWork work) : IPreload
{
    public IReadOnlyCollection<string> EventNames { get; } = ["orders.order-placed.v1"];

    public async ValueTask Load(IReadOnlyList<PreloadItem> items, CancellationToken ct)
    {
        var ids = items.Select(i => OrderKey.Of(i.Key)).Distinct().ToList();
        var orders = await work.Join<OrdersDbContext>(ct);
        await orders.Orders.Include(o => o.Lines).Where(o => ids.Contains(o.Id)).LoadAsync(ct);
    }
}
